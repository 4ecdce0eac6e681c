use super::list;
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::{Fields, string, wrong_type},
    lists::whole::Numbered,
    mail, phone,
    refusal::Refusal,
    wire::{SetWhiteList, WhiteList},
};
use baton_domain::{
    Channel,
    white_list::{Entity, Permitted},
};
use baton_pipeline::ports::Clock;
use serde_json::Value;
use std::collections::BTreeSet;

/// The fields of an element of the body.
pub(crate) const FIELDS: [&str; 4] = ["entity", "channel", "provider", "values"];

/// The most lines of a list.
const MOST: usize = 100;
/// The most bytes of all values together: a list is one item of the store, which holds 400 KB.
const MOST_BYTES: usize = 200_000;
/// The longest name of a provider, in bytes.
const LONGEST_NAME: usize = 50;
/// The longest value, in bytes.
const LONGEST_VALUE: usize = 4096;

/// Replaces the white list of an account; an empty one permits everything. It acts on the next request.
#[utoipa::path(put, path = "/whiteList/{companyId}", tag = "white list", operation_id = "putWhiteList",
    params(("companyId" = u64, Path, description = "The account.")),
    request_body = Vec<SetWhiteList>,
    responses((status = 200, description = "The list as it is now.", body = WhiteList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let Ok(named) = call.parameter(0).parse() else { return Err(Refusal::not_found("account")) };
    let account = caller.account(Some(named))?;
    let body = call.json()?;
    let mut faults = Faults::default();
    let lines = read(&body, &mut faults);
    let page = Numbered::read(&call.query(), &list::FIELDS, &mut faults);
    faults.check()?;
    app.ports.put_white_list(account, &lines).await?;
    Ok(list::answer(&page, account, &lines))
}

fn read(body: &Value, faults: &mut Faults) -> Vec<Permitted> {
    let root = Path::Root;
    let Value::Array(elements) = body else {
        wrong_type(root, "An array", body, faults);
        return Vec::new();
    };
    if elements.len() > MOST {
        faults.add(root, "too_many", format!("At most {MOST} lines are allowed."));
        return Vec::new();
    }
    let lines = elements.iter().enumerate().filter_map(|(index, element)| one(element, &root.index(index), faults));
    let lines: Vec<Permitted> = lines.collect();
    let bytes: usize = lines.iter().flat_map(|line| &line.values).map(|value| value.len() + 3).sum();
    if bytes > MOST_BYTES {
        faults.add(root, "too_long", format!("The values have {bytes} bytes; at most {MOST_BYTES} are allowed."));
    }
    lines
}

fn one(element: &Value, path: &Path<'_>, faults: &mut Faults) -> Option<Permitted> {
    let fields = Fields::of(element, path, faults)?;
    fields.only(&FIELDS, faults);
    fields.require("entity", faults);
    fields.require("values", faults);
    let entity = fields.string("entity", faults).map(str::parse::<Entity>);
    if let Some(Err(unknown)) = &entity {
        faults.add(path.field("entity"), "invalid", unknown.to_string());
    }
    let channel = fields.string("channel", faults).map(str::parse::<Channel>);
    if let Some(Err(unknown)) = &channel {
        faults.add(path.field("channel"), "invalid", unknown.to_string());
    }
    let provider = fields.bounded("provider", LONGEST_NAME, faults).map(|name| name.to_ascii_uppercase());
    let entity = entity?.ok()?;
    let values = values(&fields, entity, faults)?;
    Some(Permitted { entity, channel: channel.transpose().ok()?, provider, values })
}

fn values(fields: &Fields<'_>, entity: Entity, faults: &mut Faults) -> Option<BTreeSet<String>> {
    let given = fields.array("values", faults)?;
    let place = fields.path().field("values");
    let mut values = BTreeSet::new();
    for (index, value) in given.iter().enumerate() {
        let path = place.index(index);
        let Some(text) = string(value, path, faults) else { continue };
        match normalised(entity, text) {
            Some(value) => _ = values.insert(value),
            None => faults.add(path, "invalid", format!("A value of {} is expected.", entity.name())),
        }
    }
    Some(values)
}

fn normalised(entity: Entity, text: &str) -> Option<String> {
    let value = match entity {
        Entity::Phone => phone::normalise(text).ok(),
        Entity::Email | Entity::FromEmail => mail::normalise(text),
        _ => Some(text.to_owned()).filter(|text| (1..=LONGEST_VALUE).contains(&text.len())),
    };
    value.map(|value| entity.compared(&value))
}
