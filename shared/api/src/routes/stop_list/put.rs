use super::{
    csv,
    entry::{Given, Line, read},
    scope_of,
};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::Fields,
    refusal::Refusal,
    wire::{PutStopList, RefusedStop, StopsPut},
};
use baton_domain::stop::{StopEntry, StopKey, StopMark, StopScope};
use baton_pipeline::ports::Clock;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

/// The fields of the body.
pub(crate) const FIELDS: [&str; 3] = ["companyId", "scope", "entries"];
/// The fields of a line.
pub(crate) const LINE_FIELDS: [&str; 4] = ["recipient", "channel", "reason", "comment"];

/// The most lines of a request.
const MOST: usize = 10_000;
/// Lines that are written at the same time.
const AT_ONCE: usize = 64;

/// Puts recipients on the stop list. Nothing is taken off by it, and what is there already stays.
///
/// A line that can not be read is told by its number; the others are put on the list all the same. With `Content-Type: text/csv`
/// the body is a CSV with the columns `recipient`, `channel`, `reason` and `comment`, of which only the first is needed, and
/// account and scope stand in the query.
#[utoipa::path(put, path = "/stopList", tag = "stop list", operation_id = "putStopList",
    params(("companyId" = Option<u64>, Query, description = "With a CSV: the account; the caller's own when absent."),
        ("scope" = Option<String>, Query, description = "With a CSV: `account`, or `deployment` (for operators).")),
    request_body(content(
        (PutStopList = "application/json"),
        (String = "text/csv"))),
    responses((status = 200, description = "What became of the lines.", body = StopsPut)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (scope, lines, refused) = match call.csv()? {
        Some(body) => of_csv(caller, call, body)?,
        None => of_json(caller, &call.json()?)?,
    };
    let stored = lines.len() as u64;
    let (_, by) = caller.seen();
    let now = app.clock.now();
    let entries = lines.into_iter().map(|line| {
        let key = StopKey { scope, address: line.address, channel: line.channel };
        let (reason, comment) = (line.reason, line.comment);
        let mark = StopMark { reason, by: by.to_owned(), comment, created_at: now, event_at: None };
        StopEntry { key, mark }
    });
    let puts = entries.map(|entry| async move { app.ports.stop(&entry).await });
    stream::iter(puts).buffer_unordered(AT_ONCE).try_for_each(|_| async { Ok(()) }).await?;
    Ok(Answer::json(&StopsPut { stored, refused }))
}

type Read = (StopScope, Vec<Line>, Vec<RefusedStop>);

fn of_csv(caller: &Caller, call: &Call<'_>, body: &[u8]) -> Result<Read, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId", "scope"]], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let named = query.one("scope", &mut faults);
    let scope = scope_of(caller, account, ("?scope", named), &mut faults)?;
    faults.check()?;
    let rows = csv::parse(body, MOST)?;
    Ok((scope, rows.lines.into_iter().map(|(_, line)| line).collect(), rows.refused))
}

fn of_json(caller: &Caller, body: &Value) -> Result<Read, Refusal> {
    let (root, mut faults) = (Path::Root, Faults::default());
    let Some(fields) = Fields::of(body, &root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    let account = caller.account(fields.integer("companyId", 0..=u64::MAX, &mut faults))?;
    let named = fields.string("scope", &mut faults);
    let scope = scope_of(caller, account, ("/scope", named), &mut faults)?;
    fields.require("entries", &mut faults);
    let entries = fields.array("entries", &mut faults).unwrap_or_default();
    if entries.len() > MOST {
        return Err(csv::too_many(MOST));
    }
    let (place, mut lines, mut refused) = (root.field("entries"), Vec::new(), Vec::new());
    for (index, entry) in entries.iter().enumerate() {
        let path = place.index(index);
        let Some(fields) = Fields::of(entry, &path, &mut faults) else { continue };
        fields.only(&LINE_FIELDS, &mut faults);
        let mut text = |name| fields.string(name, &mut faults);
        let given = Given {
            recipient: text("recipient"),
            channel: text("channel"),
            reason: text("reason"),
            comment: text("comment"),
        };
        match read(given) {
            Ok(line) => lines.push(line),
            Err((field, code, message)) => refused.push(RefusedStop {
                row: index as u64 + 1,
                path: path.field(field).to_string(),
                code: code.to_owned(),
                message,
            }),
        }
    }
    faults.check()?;
    Ok((scope, lines, refused))
}
