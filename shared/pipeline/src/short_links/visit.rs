//! Somebody follows a short link.

use super::Visits;
use crate::ports::{PortError, PortResult};
use baton_domain::{
    Time,
    short_link::{is_code, is_preview, location},
};
use std::time::Duration;

/// A click that is not counted by then is not waited for.
const COUNTED_WITHIN: Duration = Duration::from_millis(500);

/// Who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor<'a> {
    /// Somebody who says this of their program.
    Agent(&'a str),
    /// Somebody who only looks: a HEAD request, or a browser that fetches ahead.
    OnlyLooks,
}

/// Where a visit leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visit {
    /// On to this http(s) address, in ASCII.
    To(String),
    /// Nowhere any more.
    Gone,
    /// Nowhere: there is no such link.
    Unknown,
}

/// Finds where a code leads, and counts a click when a person comes. At most one write and one read, and none for what can
/// not be a code. A click that can not be counted is lost and written down; whoever comes is led on all the same.
///
/// # Errors
/// The link could not be read.
pub async fn visit(visits: &impl Visits, code: &str, visitor: Visitor<'_>, now: Time) -> PortResult<Visit> {
    if !is_code(code) {
        return Ok(Visit::Unknown);
    }
    let counts = matches!(visitor, Visitor::Agent(agent) if !is_preview(agent));
    let link = if counts { counted(visits, code, now).await? } else { visits.link(code).await? };
    Ok(match link {
        None => Visit::Unknown,
        Some(link) if link.expires_at <= now => Visit::Gone,
        // What was stored was http(s), and is looked at again.
        Some(link) => location(&link.url).map_or(Visit::Unknown, Visit::To),
    })
}

async fn counted(visits: &impl Visits, code: &str, now: Time) -> PortResult<Option<baton_domain::ShortLink>> {
    let counted = tokio::time::timeout(COUNTED_WITHIN, visits.click(code, now)).await;
    let error = match counted {
        Ok(Ok(link)) => return Ok(link),
        Ok(Err(error)) => error,
        Err(late) => PortError::new("counting a click", late),
    };
    tracing::warn!(%error, "a click was not counted");
    visits.link(code).await
}
