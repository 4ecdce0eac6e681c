//! The sender of the channel `chat`.

use baton_domain::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    baton_functions::sender::run(Channel::Chat, |document, context| {
        baton_channels::others::providers(Channel::Chat, document, context)
    })
    .await
}
