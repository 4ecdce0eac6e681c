use super::{LONGEST_NAME, check_size, list_senders, price, written::Written};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::Fields,
    lists::whole::Numbered,
    refusal::Refusal,
    submission,
    wire::{PutSenders, SenderEntry, SenderList},
};
use baton_domain::{Channel, price_list::RegisteredSender};
use baton_pipeline::ports::Clock;
use serde_json::Value;
use std::collections::HashMap;

/// The fields of the body.
pub(crate) const FIELDS: [&str; 2] = ["companyId", "senders"];
/// The fields of a sender.
pub(crate) const SENDER_FIELDS: [&str; 4] = ["from", "channel", "provider", "price"];

/// The most senders of an account.
const MOST: usize = 1_000;
/// The most providers for which one sender is registered on one channel: a message keeps the price of each.
const MOST_PROVIDERS: usize = 8;

/// Replaces the registered senders of an account, all of them or, when anything is wrong, none.
///
/// Once an account has a sender for a channel, messages that name another one there are refused. It takes about a second until
/// every request knows. Messages that were accepted keep their price.
#[utoipa::path(put, path = "/senders", tag = "prices", operation_id = "putSenders",
    request_body = PutSenders,
    responses((status = 200, description = "The senders as they are now.", body = SenderList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(submission::company(&body))?;
    let mut faults = Faults::default();
    let senders = read(&body, &Written::of_senders(call.body()), &mut faults);
    let page = Numbered::read(&call.query(), &list_senders::FIELDS, &mut faults);
    faults.check()?;
    app.ports.put_senders(account, &senders).await?;
    Ok(page.answer(senders.iter().map(|sender| SenderEntry::new(account, sender))))
}

fn read(body: &Value, written: &Written<'_>, faults: &mut Faults) -> Vec<RegisteredSender> {
    let Some(fields) = Fields::of(body, &Path::Root, faults) else { return Vec::new() };
    fields.only(&FIELDS, faults);
    fields.integer("companyId", 0..=u64::MAX, faults);
    fields.require("senders", faults);
    let Some(elements) = fields.array("senders", faults) else { return Vec::new() };
    let path = fields.path().field("senders");
    if elements.len() > MOST {
        faults.add(path, "too_many", format!("At most {MOST} senders are allowed."));
        return Vec::new();
    }
    let mut known: HashMap<(String, Option<Channel>), Vec<Option<String>>> = HashMap::new();
    let mut senders = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let place = path.index(index);
        let Some(sender) = one(element, written.price(index), &place, faults) else { continue };
        let providers = known.entry((sender.from.clone(), sender.channel)).or_default();
        if providers.contains(&sender.provider) {
            faults.add(place, "duplicate", "There is another sender of this name for the same channel and provider.");
        }
        providers.push(sender.provider.clone());
        if providers.len() == MOST_PROVIDERS + 1 {
            faults.add(place, "too_many", format!("A sender has at most {MOST_PROVIDERS} entries for a channel."));
        }
        senders.push(sender);
    }
    check_size(&senders, "/senders", faults);
    senders
}

fn one(element: &Value, written: Option<&str>, path: &Path<'_>, faults: &mut Faults) -> Option<RegisteredSender> {
    let fields = Fields::of(element, path, faults)?;
    fields.only(&SENDER_FIELDS, faults);
    fields.require("from", faults);
    let from = fields.bounded("from", LONGEST_NAME, faults);
    let channel = fields.string("channel", faults).map(str::parse::<Channel>);
    if let Some(Err(unknown)) = &channel {
        faults.add(path.field("channel"), "invalid", unknown.to_string());
    }
    let provider = submission::provider(&fields, faults).map(|name| name.to_ascii_uppercase());
    let price = price(&fields, "price", written, faults);
    Some(RegisteredSender { from: from?, channel: channel.transpose().ok()?, provider, price })
}
