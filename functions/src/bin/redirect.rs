//! Leads people on from short links.

use baton_functions::redirect;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    redirect::run().await
}
