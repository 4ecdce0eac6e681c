use super::start;
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    export::{COLUMNS, Column},
    faults::{Faults, Path},
    fields::Fields,
    idempotency::{Before, Once},
    lists::select::{FILTERS, Filter},
    ports::{Export, ExportFormat},
    query::Query,
    refusal::Refusal,
    submission,
    when::time_zone,
    wire::{MakeExport, NewExport, stamp},
};
use baton_domain::{AccountId, Time};
use baton_pipeline::ports::Clock;
use baton_sheets::Language;
use chrono_tz::Tz;
use serde_json::Value;
use url::form_urlencoded;
use uuid::Uuid;

/// The fields of the body beside the filters.
const OWN: [&str; 4] = ["format", "language", "timeZone", "fields"];
/// The most names in one list.
const MOST_NAMES: usize = 1000;

/// The fields of the body.
pub(crate) fn fields() -> Vec<&'static str> {
    FILTERS.into_iter().chain(OWN).collect()
}

/// Has messages written into a file. `GET /exports/{id}` says how far it has come, and where the file is.
///
/// The file has a message on each row, in the order of their acceptance, with what was known of it when the row was written.
#[utoipa::path(post, path = "/exports", tag = "exports", operation_id = "makeExport",
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key makes one export.")),
    request_body = MakeExport,
    responses((status = 200, description = "Its id.", body = NewExport,
        headers(("Idempotency-Replayed" = String, description = "true when this is the answer to an earlier request.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(submission::company(&body))?;
    let wanted = Wanted::read(&body)?;
    let once = Once::begin(app, call, account).await?;
    let made = NewExport { id: once.id };
    if once.before == Before::Done {
        return Ok(Answer::json(&made).replayed(true));
    }
    // A retry leaves alone what a died try has stored: a pointer more to it does no harm.
    let now = once.made_at(&app.clock);
    start(&app.ports, &wanted.export(account, once.id, now)).await?;
    once.finish(&app.ports).await?;
    Ok(Answer::json(&made).replayed(once.before == Before::Died))
}

/// What a valid request asks for.
struct Wanted {
    format: ExportFormat,
    language: Language,
    zone: Tz,
    columns: Vec<String>,
    /// The filters, by their names in the query of `GET /messages`.
    filters: Vec<(&'static str, String)>,
    to: Option<Time>,
}

impl Wanted {
    fn read(body: &Value) -> Result<Wanted, Refusal> {
        let mut faults = Faults::default();
        let wanted = Fields::of(body, &Path::Root, &mut faults).map(|fields| {
            fields.only(&self::fields(), &mut faults);
            fields.integer("companyId", 0..=u64::MAX, &mut faults);
            fields.require("format", &mut faults);
            let filters = filters(&fields, &mut faults);
            let filter = check(&filters, &mut faults);
            Wanted {
                format: named(&fields, "format", "csv or xlsx is expected.", &mut faults).unwrap_or(ExportFormat::Csv),
                language: named(&fields, "language", "ru or en is expected.", &mut faults).unwrap_or_default(),
                zone: time_zone(&fields, &mut faults).unwrap_or(Tz::UTC),
                columns: columns(&fields, &mut faults),
                filters: filters.into_iter().filter(|(name, _)| *name != "to").collect(),
                to: filter.to,
            }
        });
        match wanted {
            Some(wanted) if faults.is_empty() => Ok(wanted),
            _ => Err(faults.into_refusal()),
        }
    }

    fn export(self, account: AccountId, id: Uuid, now: Time) -> Export {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.filters);
        // What comes later is none of it, however long it takes.
        query.append_pair("to", &stamp(self.to.map_or(now, |to| to.min(now))));
        Export::new((account, id), (self.format, self.language, self.zone), query.finish(), self.columns, now)
    }
}

/// A field that holds one of a few names.
fn named<'a, T: std::str::FromStr>(
    fields: &Fields<'a>,
    name: &'a str,
    expected: &str,
    faults: &mut Faults,
) -> Option<T> {
    let read = fields.string(name, faults)?.parse().ok();
    if read.is_none() {
        faults.add(fields.path().field(name), "invalid", expected);
    }
    read
}

fn columns(fields: &Fields<'_>, faults: &mut Faults) -> Vec<String> {
    let given = fields.names("fields", faults);
    for (place, name) in &given {
        if Column::named(name).is_none() {
            let known = COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
            faults.add(place, "invalid", format!("Expected are some of {known}."));
        }
    }
    given.into_iter().map(|(_, name)| name).collect()
}

/// The filters that are given, as the query of `GET /messages` has them.
fn filters(fields: &Fields<'_>, faults: &mut Faults) -> Vec<(&'static str, String)> {
    let mut filters = Vec::new();
    for name in FILTERS.into_iter().filter(|name| *name != "companyId") {
        if matches!(name, "from" | "to") {
            filters.extend(fields.string(name, faults).map(|time| (name, time.to_owned())));
            continue;
        }
        let names = fields.names(name, faults);
        if names.len() > MOST_NAMES {
            let message = format!("{} names are too many; one list takes {MOST_NAMES}.", names.len());
            faults.add(fields.path().field(name), "too_long", message);
        }
        let names: Vec<String> = names.into_iter().map(|(_, name)| name).collect();
        if fields.has(name) {
            filters.push((name, names.join(",")));
        }
    }
    filters
}

/// Reads the filters as `GET /messages` does; the faults name the fields of the body.
fn check(filters: &[(&'static str, String)], faults: &mut Faults) -> Filter {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(filters).finish();
    let mut found = Faults::default();
    let filter = Filter::read(&Query::parse(&query), &mut found);
    for mut fault in found.into_details() {
        fault.path = fault.path.replacen('?', "/", 1);
        faults.push(fault);
    }
    filter
}
