use super::{entry::meant, scope_of};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    query::place,
    refusal::Refusal,
    wire::StopsRemoved,
};
use baton_domain::{
    Channel,
    stop::{Lift, StopKey},
};
use baton_pipeline::ports::Clock;

/// The most recipients of a request.
const MOST: usize = 100;

/// Takes recipients off the stop list, on the channels that are named, else on all of them.
#[utoipa::path(delete, path = "/stopList", tag = "stop list", operation_id = "removeFromStopList",
    params(
        ("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("scope" = Option<String>, Query, description = "`account`, or `deployment` (for operators)."),
        ("recipient" = String, Query, description = "1 to 100 addresses, with commas."),
        ("channel" = Option<String>, Query, description = "Channels with commas, `*` for the line that holds for all; every line when absent.")),
    responses((status = 200, description = "How many lines were taken off.", body = StopsRemoved)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId", "scope", "recipient", "channel"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let scope = scope_of(caller, account, ("?scope", query.one("scope", &mut faults)), &mut faults)?;
    let recipients = query.list("recipient").unwrap_or_default();
    if recipients.is_empty() {
        faults.add(place("recipient"), "required", "recipient is required.");
    } else if recipients.len() > MOST {
        faults.add(place("recipient"), "too_many", format!("At most {MOST} recipients are allowed."));
    }
    let channels = channels(query.list("channel"), &mut faults);
    faults.check()?;
    let addresses = recipients.into_iter().flat_map(meant).collect();
    let (now, mut removed) = (app.clock.now(), 0);
    for listed in app.ports.on_list(scope, &addresses).await? {
        for (channel, standing) in &listed.standings {
            if standing.mark.is_some() && channels.as_ref().is_none_or(|wanted| wanted.contains(channel)) {
                let key = StopKey { scope, address: listed.address.clone(), channel: *channel };
                removed += u64::from(app.ports.lift(&key, Lift::Person(now)).await?);
            }
        }
    }
    Ok(Answer::json(&StopsRemoved { removed }))
}

/// The channels that are named; `None` among them is the line for all channels.
pub(super) fn channels(names: Option<Vec<&str>>, faults: &mut Faults) -> Option<Vec<Option<Channel>>> {
    let read = |name: &str| match name {
        "*" => None,
        name => match name.parse::<Channel>() {
            Ok(channel) => Some(channel),
            Err(error) => {
                faults.add(place("channel"), "invalid", error.to_string());
                None
            }
        },
    };
    names.map(|names| names.into_iter().map(read).collect())
}
