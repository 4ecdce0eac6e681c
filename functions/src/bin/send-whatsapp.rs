//! The sender of the channel `whatsapp`.

use baton_domain::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    baton_functions::sender::run(Channel::Whatsapp, baton_channels::whatsapp::providers).await
}
