//! The sender of the channel `sms`.

use baton_domain::Channel;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    baton_functions::sender::run(Channel::Sms, baton_channels::sms::providers).await
}
