//! Takes receipts: webhooks of providers over HTTP, events of AWS services and the sandbox's receipts from the queue.

use baton_functions::receipts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    receipts::run().await
}
