//! The allowed windows of a template or a task as attributes of its item: `ranges` is JSON (`[["09:00:00", "21:00:00"], …]`), `zone`
//! the IANA name, left out when there is none.

use crate::record::{self, BadItem, Item, string};
use aws_sdk_dynamodb::types::AttributeValue;
use baton_domain::window::Range;
use baton_pipeline::ports::{PortError, PortResult};
use chrono::NaiveTime;
use chrono_tz::Tz;

/// The attributes.
pub(crate) fn encode(ranges: &[Range], zone: Option<Tz>) -> PortResult<Vec<(String, AttributeValue)>> {
    let ranges: Vec<_> = ranges.iter().map(|range| (range.from(), range.to())).collect();
    let json = serde_json::to_string(&ranges).map_err(|error| PortError::new("writing windows", error))?;
    let zone = zone.map(|zone| ("zone".to_owned(), string(zone.name())));
    Ok([("ranges".to_owned(), string(json))].into_iter().chain(zone).collect())
}

/// Reads them.
pub(crate) fn decode(item: &Item) -> Result<(Vec<Range>, Option<Tz>), BadItem> {
    let ranges: Vec<(NaiveTime, NaiveTime)> =
        serde_json::from_str(record::text(item, "ranges")?).map_err(|_| BadItem("ranges"))?;
    let ranges = ranges.into_iter().map(|(from, to)| Range::new(from, to)).collect::<Option<_>>();
    let zone = match item.contains_key("zone") {
        true => Some(record::text(item, "zone")?.parse::<Tz>().map_err(|_| BadItem("zone"))?),
        false => None,
    };
    Ok((ranges.ok_or(BadItem("ranges"))?, zone))
}
