//! The HTTP interface.

use baton_functions::api;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    api::run().await
}
