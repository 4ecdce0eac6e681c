//! The sender of the channel `telegram`.

use baton_domain::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    baton_functions::sender::run(Channel::Telegram, baton_channels::telegram::providers).await
}
