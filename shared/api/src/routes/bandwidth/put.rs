use super::list;
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::{Fields, wrong_type},
    lists::whole::Numbered,
    refusal::Refusal,
    wire::{BandwidthList, SetBandwidth},
};
use baton_domain::{Channel, bandwidth::Bandwidth};
use baton_pipeline::ports::Clock;
use serde_json::Value;

/// The fields of an element of the body.
pub(crate) const FIELDS: [&str; 3] = ["bandwidth", "channel", "provider"];

/// The most limits of an account.
const MOST: usize = 100;
/// The highest limit, in messages a second.
const HIGHEST: u64 = 100_000;
/// The longest name of a provider, in bytes.
const LONGEST_NAME: usize = 50;

/// Replaces the limits of an account. Messages keep to every limit that fits them, across all senders; what has to wait waits.
/// It takes up to half a minute until every sender knows.
#[utoipa::path(put, path = "/bandwidth/{companyId}", tag = "providers", operation_id = "putBandwidth",
    params(("companyId" = u64, Path, description = "The account.")),
    request_body = Vec<SetBandwidth>,
    responses((status = 200, description = "The limits as they are now.", body = BandwidthList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let Ok(named) = call.parameter(0).parse() else { return Err(Refusal::not_found("account")) };
    let account = caller.account(Some(named))?;
    let body = call.json()?;
    let mut faults = Faults::default();
    let limits = read(&body, &mut faults);
    let page = Numbered::read(&call.query(), &list::FIELDS, &mut faults);
    faults.check()?;
    app.ports.put_bandwidth(account, &limits).await?;
    Ok(list::answer(&page, account, &limits))
}

fn read(body: &Value, faults: &mut Faults) -> Vec<Bandwidth> {
    let root = Path::Root;
    let Value::Array(elements) = body else {
        wrong_type(root, "An array", body, faults);
        return Vec::new();
    };
    if elements.len() > MOST {
        faults.add(root, "too_many", format!("At most {MOST} limits are allowed."));
        return Vec::new();
    }
    let mut limits: Vec<Bandwidth> = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let path = root.index(index);
        let Some(limit) = one(element, &path, faults) else { continue };
        let same = |other: &Bandwidth| (other.channel, &other.provider) == (limit.channel, &limit.provider);
        if limits.iter().any(same) {
            faults.add(path, "duplicate", "There is another limit for the same channel and provider.");
        }
        limits.push(limit);
    }
    limits
}

fn one(element: &Value, path: &Path<'_>, faults: &mut Faults) -> Option<Bandwidth> {
    let fields = Fields::of(element, path, faults)?;
    fields.only(&FIELDS, faults);
    fields.require("bandwidth", faults);
    let bandwidth = fields.integer("bandwidth", 1..=HIGHEST, faults);
    let channel = fields.string("channel", faults).map(str::parse::<Channel>);
    if let Some(Err(unknown)) = &channel {
        faults.add(path.field("channel"), "invalid", unknown.to_string());
    }
    let provider = fields.bounded("provider", LONGEST_NAME, faults).map(|name| name.to_ascii_uppercase());
    Some(Bandwidth { bandwidth: u32::try_from(bandwidth?).ok()?, channel: channel.transpose().ok()?, provider })
}
