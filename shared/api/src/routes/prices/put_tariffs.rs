use super::{LONGEST_NAME, check_size, list_tariffs, price, written::Written};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::{Fields, wrong_type},
    lists::{page::PARAMETERS, whole::Numbered},
    phone,
    refusal::Refusal,
    wire::{SetTariff, TariffEntry, TariffList},
};
use baton_domain::price_list::Tariff;
use baton_pipeline::ports::Clock;
use serde_json::Value;
use std::collections::HashSet;

/// The most tariffs of an account: there are about 2,500 networks.
const MOST: usize = 5_000;
/// The highest number that a caller may give a network.
const HIGHEST_ID: u64 = 1 << 53;

/// Replaces the prices of SMS of an account, all of them or, when anything is wrong, none.
///
/// The most specific one holds, unless the message's sender has a price of its own: that of the network, of the country, of
/// everywhere (where nothing but the price is given). What a message costs is settled when it is accepted. A number tells its
/// country and not its network, so today tariffs of networks are kept, and those of countries hold. A place is told by `iso` or
/// `mcc_mnc`: a tariff that has nothing but `country`, `network` or `mcc_mnc_id` besides its price is kept and given back, and does
/// not act.
#[utoipa::path(put, path = "/tariffs/sms", tag = "prices", operation_id = "putSmsTariffs",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    request_body = Vec<SetTariff>,
    responses((status = 200, description = "The prices as they are now.", body = TariffList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"], &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let body = call.json()?;
    let tariffs = read(&body, &Written::of_list(call.body()), &mut faults);
    let page = Numbered::read(&query, &list_tariffs::FIELDS, &mut faults);
    faults.check()?;
    app.ports.put_sms_tariffs(account, &tariffs).await?;
    Ok(page.answer(tariffs.iter().map(TariffEntry::from)))
}

fn read(body: &Value, written: &Written<'_>, faults: &mut Faults) -> Vec<Tariff> {
    let root = Path::Root;
    let Value::Array(elements) = body else {
        wrong_type(root, "An array", body, faults);
        return Vec::new();
    };
    if elements.len() > MOST {
        faults.add(root, "too_many", format!("At most {MOST} tariffs are allowed."));
        return Vec::new();
    }
    let (mut known, mut tariffs) = (HashSet::new(), Vec::new());
    for (index, element) in elements.iter().enumerate() {
        let path = root.index(index);
        let Some(tariff) = one(element, written.price(index), &path, faults) else { continue };
        if !known.insert(format!("{:?}", tariff.scope()).to_lowercase()) {
            faults.add(path, "duplicate", "There is another tariff for the same place.");
        }
        tariffs.push(tariff);
    }
    check_size(&tariffs, "", faults);
    tariffs
}

fn one(element: &Value, written: Option<&str>, path: &Path<'_>, faults: &mut Faults) -> Option<Tariff> {
    let fields = Fields::of(element, path, faults)?;
    fields.only(&list_tariffs::FIELDS, faults);
    fields.require("price", faults);
    let price = price(&fields, "price", written, faults);
    Some(Tariff {
        mcc_mnc_id: fields.integer("mcc_mnc_id", 0..=HIGHEST_ID, faults),
        mcc_mnc: mcc_mnc(&fields, faults),
        iso: iso(&fields, faults),
        country: fields.bounded("country", LONGEST_NAME, faults),
        network: fields.bounded("network", LONGEST_NAME, faults),
        price: price?,
    })
}

fn mcc_mnc(fields: &Fields<'_>, faults: &mut Faults) -> Option<String> {
    let text = fields.string("mcc_mnc", faults)?;
    if !(5..=6).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = "A mobile country code and a mobile network code are expected together, 5 or 6 digits, as 25001.";
        faults.add(fields.path().field("mcc_mnc"), "invalid", message);
    }
    Some(text.to_owned())
}

fn iso(fields: &Fields<'_>, faults: &mut Faults) -> Option<String> {
    let iso = fields.string("iso", faults)?.to_ascii_uppercase();
    if !phone::is_country(&iso) {
        let message = "The two letters of ISO 3166-1 of a country with phone numbers are expected, as RU.";
        faults.add(fields.path().field("iso"), "invalid", message);
    }
    Some(iso)
}
