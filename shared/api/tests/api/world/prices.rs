use super::World;
use baton_api::ports::Prices;
use baton_domain::{
    AccountId,
    price_list::{PriceList, RegisteredSender, Tariff},
};
use baton_pipeline::ports::PortResult;
use std::sync::Arc;

impl Prices for World {
    async fn price_list(&self, account: AccountId) -> PortResult<Arc<PriceList>> {
        let read = async {
            let mut own = self.own();
            own.price_lists_read += 1;
            let (senders, tariffs) = own.prices.get(&account).cloned().unwrap_or_default();
            Ok(Arc::new(PriceList::new(senders, tariffs)))
        };
        self.call(read).await
    }

    async fn senders(&self, account: AccountId) -> PortResult<Vec<RegisteredSender>> {
        self.call(async { Ok(self.own().prices.get(&account).cloned().unwrap_or_default().0) }).await
    }

    async fn put_senders(&self, account: AccountId, senders: &[RegisteredSender]) -> PortResult<()> {
        let put = async {
            self.own().prices.entry(account).or_default().0 = senders.to_vec();
            Ok(())
        };
        self.call(put).await
    }

    async fn sms_tariffs(&self, account: AccountId) -> PortResult<Vec<Tariff>> {
        self.call(async { Ok(self.own().prices.get(&account).cloned().unwrap_or_default().1) }).await
    }

    async fn put_sms_tariffs(&self, account: AccountId, tariffs: &[Tariff]) -> PortResult<()> {
        let put = async {
            self.own().prices.entry(account).or_default().1 = tariffs.to_vec();
            Ok(())
        };
        self.call(put).await
    }
}
