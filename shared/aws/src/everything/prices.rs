use super::Everything;
use baton_api::ports::Prices;
use baton_domain::{
    AccountId,
    price_list::{PriceList, RegisteredSender, Tariff},
};
use baton_pipeline::ports::PortResult;
use std::sync::Arc;

impl Prices for Everything {
    async fn price_list(&self, account: AccountId) -> PortResult<Arc<PriceList>> {
        self.prices.price_list(account).await
    }

    async fn senders(&self, account: AccountId) -> PortResult<Vec<RegisteredSender>> {
        self.prices.senders(account).await
    }

    async fn put_senders(&self, account: AccountId, senders: &[RegisteredSender]) -> PortResult<()> {
        self.prices.put_senders(account, senders).await
    }

    async fn sms_tariffs(&self, account: AccountId) -> PortResult<Vec<Tariff>> {
        self.prices.sms_tariffs(account).await
    }

    async fn put_sms_tariffs(&self, account: AccountId, tariffs: &[Tariff]) -> PortResult<()> {
        self.prices.put_sms_tariffs(account, tariffs).await
    }
}
