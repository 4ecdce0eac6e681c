use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{page::PARAMETERS, whole::Numbered},
    ports::Scope,
    refusal::Refusal,
    wire::{ProviderEntry, ProviderList},
};
use baton_domain::{Channel, Time, breaker::Breaker};
use baton_pipeline::ports::Clock;
use futures::future::try_join_all;
use serde_json::Value;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 10] = [
    "channel",
    "provider",
    "position",
    "settings",
    "bandwidth",
    "breaker",
    "openUntil",
    "heldUntil",
    "lastError",
    "fault",
];

/// Lists what is set for each channel, how each provider's breaker stands and what its last error was; never a secret. For
/// operators alone, as providers belong to the deployment.
#[utoipa::path(get, path = "/providers", tag = "providers", operation_id = "listProviders",
    responses((status = 200, description = "The providers of every channel.", body = ProviderList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    caller.require(Scope::Operator)?;
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&PARAMETERS], &mut faults);
    let page = Numbered::read(&query, &FIELDS, &mut faults);
    faults.check()?;
    let of_channels = Channel::ALL.into_iter().map(|channel| of_channel(app, channel));
    let entries: Vec<ProviderEntry> = try_join_all(of_channels).await?.into_iter().flatten().collect();
    Ok(page.answer(entries.into_iter()))
}

async fn of_channel<P: Ports, C: Clock>(app: &App<P, C>, channel: Channel) -> Result<Vec<ProviderEntry>, Refusal> {
    let Some(document) = app.ports.providers_document(channel).await? else { return Ok(Vec::new()) };
    let breakers = app.ports.breakers(channel).await?;
    Ok(entries(channel, &document, &breakers, app.clock.now()))
}

/// The entries of a document: names and the names of settings, nothing else of it.
fn entries(channel: Channel, document: &str, breakers: &[(String, Breaker)], now: Time) -> Vec<ProviderEntry> {
    let fault = |fault: &str| vec![ProviderEntry { fault: Some(fault.to_owned()), ..ProviderEntry::of(channel) }];
    let Ok(Value::Array(items)) = serde_json::from_str(document) else {
        return fault("The document is no list of providers.");
    };
    let mut entries = Vec::new();
    for (position, item) in (1..).zip(&items) {
        let (Some(fields), Some(name)) = (item.as_object(), item["name"].as_str()) else {
            return fault("The document has an entry that is no provider with a name.");
        };
        let name = name.to_ascii_uppercase();
        let own = |setting: &&String| !matches!(setting.as_str(), "name" | "bandwidth");
        let entry = ProviderEntry {
            provider: Some(name.clone()),
            position: Some(position),
            settings: fields.keys().filter(own).cloned().collect(),
            bandwidth: item["bandwidth"].as_u64().and_then(|rate| u32::try_from(rate).ok()),
            ..ProviderEntry::of(channel)
        };
        let known = breakers.iter().find(|(provider, _)| *provider == name);
        entries.push(known.map_or(entry.clone(), |(_, breaker)| entry.with(breaker, now)));
    }
    entries
}
