//! The sender of the channel `whatsapp`.

use baton_domain::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    baton_functions::sender::run(Channel::Whatsapp, |document, context| {
        baton_channels::others::providers(Channel::Whatsapp, document, context)
    })
    .await
}
