//! The sender of the channel `viber`.

use baton_domain::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    baton_functions::sender::run(Channel::Viber, |document, context| {
        baton_channels::others::providers(Channel::Viber, document, context)
    })
    .await
}
