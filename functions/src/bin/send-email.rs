//! The sender of the channel `email`.

use baton_domain::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    baton_functions::sender::run(Channel::Email, baton_channels::email::providers).await
}
