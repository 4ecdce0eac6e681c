//! The sender of the channel `max`.

use baton_domain::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    baton_functions::sender::run(Channel::Max, |document, context| {
        baton_channels::others::providers(Channel::Max, document, context)
    })
    .await
}
