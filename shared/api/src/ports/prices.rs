use baton_domain::{
    AccountId,
    price_list::{PriceList, RegisteredSender, Tariff},
};
use baton_pipeline::ports::PortResult;
use std::{future::Future, sync::Arc};

/// The registered senders and the prices of accounts. Each of the two lists is replaced as a whole.
pub trait Prices: Send + Sync {
    /// Both lists, as they were a moment ago: messages are judged and priced by it, so it costs one small read while nothing
    /// has changed.
    fn price_list(&self, account: AccountId) -> impl Future<Output = PortResult<Arc<PriceList>>> + Send;

    /// The senders of an account, as of every write before.
    fn senders(&self, account: AccountId) -> impl Future<Output = PortResult<Vec<RegisteredSender>>> + Send;

    /// Replaces them.
    fn put_senders(
        &self,
        account: AccountId,
        senders: &[RegisteredSender],
    ) -> impl Future<Output = PortResult<()>> + Send;

    /// The prices of SMS of an account, as of every write before.
    fn sms_tariffs(&self, account: AccountId) -> impl Future<Output = PortResult<Vec<Tariff>>> + Send;

    /// Replaces them.
    fn put_sms_tariffs(&self, account: AccountId, tariffs: &[Tariff]) -> impl Future<Output = PortResult<()>> + Send;
}
