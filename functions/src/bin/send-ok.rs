//! The sender of the channel `ok`.

use baton_domain::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    baton_functions::sender::run(Channel::Ok, |document, context| {
        baton_channels::others::providers(Channel::Ok, document, context)
    })
    .await
}
