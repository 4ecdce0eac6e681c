//! Registered senders and prices of SMS in the control table: a list per item, and a small one beside them that counts the changes.
//!
//! A request for messages reads the small one (half a read unit, eventually consistent); the lists are read again when it has
//! changed, and kept in the process. An account that has never set any has none of the three, and nothing more is read.

use crate::{
    control::ControlTable,
    layout,
    messages::bad_item,
    record::{self, Item, number, string},
};
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use baton_api::ports::Prices;
use baton_domain::{
    AccountId,
    price_list::{PriceList, RegisteredSender, Tariff},
};
use baton_pipeline::ports::{PortError, PortResult};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The sort key of the number of changes.
const CHANGES: &str = "-";
/// The sort keys of the lists.
const SENDERS: &str = "senders";
const SMS: &str = "tariffs#sms";

/// The most accounts whose lists a process keeps: they may have several hundred kilobytes each.
const MOST_KEPT: usize = 50;

/// The lists that a process keeps, each with the number of changes that it was read at.
type Kept = HashMap<AccountId, (u64, Arc<PriceList>)>;

/// The senders and prices of all accounts.
#[derive(Clone, Debug)]
pub struct PriceTable {
    control: ControlTable,
    kept: Arc<Mutex<Kept>>,
}

fn list<T: DeserializeOwned>(item: Option<&Item>) -> PortResult<Vec<T>> {
    let Some(item) = item else { return Ok(Vec::new()) };
    let json = record::text(item, "list").map_err(bad_item)?;
    serde_json::from_str(json).map_err(|error| PortError::new("reading a list of prices", error))
}

impl PriceTable {
    /// Those in this table.
    #[must_use]
    pub fn new(control: ControlTable) -> PriceTable {
        PriceTable { control, kept: Arc::default() }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often the lists of an account have been replaced, as of about now; `None` when they never were.
    async fn changes(&self, account: AccountId) -> PortResult<Option<u64>> {
        let answer = self
            .control
            .client
            .get_item()
            .table_name(&self.control.name)
            .key("pk", string(layout::prices_pk(account)))
            .key("sk", string(CHANGES))
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB GetItem", error))?;
        answer.item.map(|item| record::int(&item, "v")).transpose().map_err(bad_item)
    }

    /// Both lists, as of every write before. Read after the number of changes, they are at least as new as it.
    async fn read(&self, account: AccountId) -> PortResult<PriceList> {
        let items = self.control.partition(layout::prices_pk(account)).await?;
        let find = |key: &str| items.iter().find(|item| record::text(item, "sk").is_ok_and(|sk| sk == key));
        Ok(PriceList::new(list(find(SENDERS))?, list(find(SMS))?))
    }

    /// Replaces a list and counts the change, both or neither.
    async fn put<T: Serialize + Sync>(&self, account: AccountId, key: &str, values: &[T]) -> PortResult<()> {
        let json = serde_json::to_string(values).map_err(|error| PortError::new("writing a list of prices", error))?;
        let (table, pk) = (&self.control.name, layout::prices_pk(account));
        let put = Put::builder().table_name(table).item("pk", string(&pk)).item("sk", string(key));
        let count = Update::builder().table_name(table).key("pk", string(&pk)).key("sk", string(CHANGES));
        let count = count.update_expression("ADD v :one").expression_attribute_values(":one", number(1));
        let invalid = |error| PortError::new("writing a transaction", error);
        let put = put.item("list", string(json)).build().map_err(invalid)?;
        let count = count.build().map_err(invalid)?;
        self.control
            .client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .transact_items(TransactWriteItem::builder().update(count).build())
            .send()
            .await
            .map_err(|error| PortError::new("DynamoDB TransactWriteItems", error))?;
        Ok(())
    }
}

impl Prices for PriceTable {
    async fn price_list(&self, account: AccountId) -> PortResult<Arc<PriceList>> {
        let Some(changes) = self.changes(account).await? else { return Ok(Arc::default()) };
        let known = self.kept().get(&account).filter(|(at, _)| *at >= changes).map(|(_, list)| list.clone());
        if let Some(list) = known {
            return Ok(list);
        }
        let list = Arc::new(self.read(account).await?);
        let mut kept = self.kept();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(account, (changes, list.clone()));
        Ok(list)
    }

    async fn senders(&self, account: AccountId) -> PortResult<Vec<RegisteredSender>> {
        list(self.control.get(layout::prices_pk(account), SENDERS).await?.as_ref())
    }

    async fn put_senders(&self, account: AccountId, senders: &[RegisteredSender]) -> PortResult<()> {
        self.put(account, SENDERS, senders).await
    }

    async fn sms_tariffs(&self, account: AccountId) -> PortResult<Vec<Tariff>> {
        list(self.control.get(layout::prices_pk(account), SMS).await?.as_ref())
    }

    async fn put_sms_tariffs(&self, account: AccountId, tariffs: &[Tariff]) -> PortResult<()> {
        self.put(account, SMS, tariffs).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_domain::{Channel, Price};

    fn item<T: Serialize>(values: &[T]) -> Item {
        Item::from([("list".to_owned(), string(serde_json::to_string(values).expect("JSON")))])
    }

    #[test]
    fn both_lists_are_read_back() {
        let some = |text: &str| Some(text.to_owned());
        let price = Price::from_ten_thousandths(24_375);
        let bare = RegisteredSender { from: "Лавка".to_owned(), channel: None, provider: None, price: None };
        let full = RegisteredSender {
            channel: Some(Channel::Sms),
            provider: some("TWILIO"),
            price: Some(price),
            ..bare.clone()
        };
        let senders = [bare, full];
        assert_eq!(list::<RegisteredSender>(Some(&item(&senders))).expect("senders"), senders);
        let everywhere = Tariff { mcc_mnc_id: None, mcc_mnc: None, iso: None, country: None, network: None, price };
        let network = Tariff {
            mcc_mnc_id: Some(17),
            mcc_mnc: some("25001"),
            iso: some("RU"),
            country: some("Россия"),
            network: some("MTS"),
            price: Price::HIGHEST,
        };
        let tariffs = [everywhere, network];
        assert_eq!(list::<Tariff>(Some(&item(&tariffs))).expect("tariffs"), tariffs);
        assert_eq!(list::<Tariff>(None).expect("none"), []);
    }

    #[test]
    fn a_damaged_list_is_an_error() {
        assert!(list::<Tariff>(Some(&Item::new())).is_err());
        assert!(list::<Tariff>(Some(&Item::from([("list".to_owned(), string("[{}]"))]))).is_err());
    }
}
