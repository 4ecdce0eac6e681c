use baton_domain::{
    AccountId,
    price_list::{RegisteredSender, Tariff},
};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type},
};

/// A price on the way in: a decimal string, or a number.
fn price_in() -> Schema {
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^\d+(\.\d{1,4})?$"));
    let number = ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0)).maximum(Some(1_000_000));
    let either = OneOfBuilder::new().item(text).item(number);
    either.description(Some("0 to 1000000, with at most four digits after the point.")).into()
}

/// The same, where it may be absent.
fn price_in_or_null() -> Schema {
    match price_in() {
        Schema::OneOf(mut either) => {
            either.items.push(Schema::from(ObjectBuilder::new().schema_type(Type::Null)).into());
            Schema::OneOf(either)
        }
        other => other,
    }
}

/// Who may stand in `from`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SenderEntry {
    /// Whose it is.
    pub company_id: u64,
    /// What stands in `from`; of an e-mail, in `fromEmail`.
    pub from: String,
    /// The channel; null for every one.
    #[schema(example = "sms")]
    pub channel: Option<String>,
    /// The provider; null for every one.
    pub provider: Option<String>,
    /// What a message costs, on SMS a part of it, as a decimal string.
    #[schema(example = "2.5")]
    pub price: Option<String>,
}

impl SenderEntry {
    /// A sender as it goes over the wire.
    #[must_use]
    pub fn new(account: AccountId, sender: &RegisteredSender) -> SenderEntry {
        SenderEntry {
            company_id: account.0,
            from: sender.from.clone(),
            channel: sender.channel.map(|channel| channel.name().to_owned()),
            provider: sender.provider.clone(),
            price: sender.price.map(|price| price.to_string()),
        }
    }
}

/// The registered senders of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SenderList {
    /// How many there are; null when the caller did not want to know.
    pub count: Option<u64>,
    /// The senders.
    pub items: Vec<SenderEntry>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}

/// The senders that an account is to have.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"senders": [{"from": "Shop", "channel": "sms", "price": "2.5"}]}))]
pub struct PutSenders {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// At most 1,000.
    pub senders: Vec<SetSender>,
}

/// A sender that is registered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetSender {
    /// What may stand in `from`, 1 to 100 bytes; of an e-mail, in `fromEmail`.
    pub from: String,
    /// The channel; every one when absent.
    #[schema(nullable)]
    pub channel: Option<String>,
    /// The provider; every one when absent.
    #[schema(nullable)]
    pub provider: Option<String>,
    /// What a message costs, on SMS a part of it.
    #[schema(schema_with = price_in_or_null, required = false)]
    pub price: Option<String>,
}

/// What a part of an SMS costs somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TariffEntry {
    /// The caller's own number of the network.
    pub mcc_mnc_id: Option<u64>,
    /// The network: mobile country code and mobile network code.
    #[schema(example = "25001")]
    pub mcc_mnc: Option<String>,
    /// The country. Where all that tells a place is null, the price holds everywhere.
    #[schema(example = "RU")]
    pub iso: Option<String>,
    /// The country's name.
    pub country: Option<String>,
    /// The network's name; null means the whole country.
    pub network: Option<String>,
    /// What a part costs, as a decimal string.
    #[schema(example = "2.5")]
    pub price: String,
}

impl From<&Tariff> for TariffEntry {
    fn from(tariff: &Tariff) -> TariffEntry {
        TariffEntry {
            mcc_mnc_id: tariff.mcc_mnc_id,
            mcc_mnc: tariff.mcc_mnc.clone(),
            iso: tariff.iso.clone(),
            country: tariff.country.clone(),
            network: tariff.network.clone(),
            price: tariff.price.to_string(),
        }
    }
}

/// The prices of SMS of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TariffList {
    /// How many there are; null when the caller did not want to know.
    pub count: Option<u64>,
    /// The prices.
    pub items: Vec<TariffEntry>,
    /// Where the next part begins; null at the end.
    pub next_cursor: Option<String>,
}

/// A price that is set.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"iso": "RU", "country": "Russia", "price": "2.5"}))]
pub struct SetTariff {
    /// The caller's own number of the network; kept and given back.
    #[schema(nullable)]
    pub mcc_mnc_id: Option<u64>,
    /// The network: mobile country code and mobile network code together, 5 or 6 digits.
    #[schema(nullable)]
    pub mcc_mnc: Option<String>,
    /// The country, by its two letters of ISO 3166-1.
    #[schema(nullable)]
    pub iso: Option<String>,
    /// The country's name, for people: by itself it tells no place.
    #[schema(nullable)]
    pub country: Option<String>,
    /// The network's name, which tells a place with `iso`.
    #[schema(nullable)]
    pub network: Option<String>,
    /// What a part costs.
    #[schema(schema_with = price_in)]
    pub price: String,
}
