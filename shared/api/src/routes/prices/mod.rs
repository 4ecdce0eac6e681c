pub(crate) mod list_senders;
pub(crate) mod list_tariffs;
pub(crate) mod put_senders;
pub(crate) mod put_tariffs;
mod written;

use crate::{
    App, Ports,
    call::Call,
    faults::Faults,
    fields::{Fields, wrong_type},
    refusal::Refusal,
    routes::templates,
    submission::{self, Pricing},
};
use baton_domain::{AccountId, Price, money::BadPrice};
use baton_pipeline::ports::Clock;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// The most bytes of a list as it is stored: one item of the store holds 400 KB.
const MOST_BYTES: usize = 380_000;
/// The longest name of a sender, a provider, a country or a network, in bytes.
const LONGEST_NAME: usize = 100;

/// What the messages of a body are judged and priced by. Only a body that may need it has it read.
///
/// A repeated request is not judged again: its senders were registered when it came first.
pub(crate) async fn pricing<P: Ports, C: Clock>(
    app: &App<P, C>,
    call: &Call<'_>,
    account: AccountId,
    body: &Value,
) -> Result<Pricing, Refusal> {
    let list = if submission::needs_prices(body) { app.ports.price_list(account).await? } else { Arc::default() };
    let repeated = list.has_senders() && templates::first_time(app, call, account, body).await?.is_some();
    Ok(Pricing { list, currency: app.currency, judges: !repeated })
}

/// A price, from a decimal string or a number of JSON, whose text is `written`.
fn price(fields: &Fields<'_>, name: &str, written: Option<&str>, faults: &mut Faults) -> Option<Price> {
    let value = fields.get(name)?;
    let path = fields.path().field(name);
    let read = match value {
        Value::String(text) => Price::read(text),
        Value::Number(number) => Price::read(written.unwrap_or(&number.to_string())),
        other => {
            wrong_type(path, "A decimal number, as a string or a number,", other, faults);
            return None;
        }
    };
    let told = |fault: BadPrice| {
        let code = match fault {
            BadPrice::NotDecimal => "invalid",
            BadPrice::Negative | BadPrice::TooHigh => "out_of_range",
            BadPrice::TooPrecise => "too_precise",
        };
        let message = format!("A price is a decimal number from 0 to {}, as \"2.5\"; {fault}.", Price::HIGHEST);
        faults.add(path, code, message);
    };
    read.map_err(told).ok()
}

/// Says so when a list is too large to be stored.
fn check_size<T: Serialize>(list: &[T], path: &str, faults: &mut Faults) {
    let size = serde_json::to_vec(list).map_or(usize::MAX, |json| json.len());
    if size > MOST_BYTES {
        faults.add(path, "too_long", format!("The list would take {size} bytes; at most {MOST_BYTES} are kept."));
    }
}
