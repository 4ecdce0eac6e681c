//! Lists that are short enough to be read whole: a cursor is the id of the last item that was shown.

use super::page::Page;
use crate::{faults::Faults, query::place, refusal::Refusal};

/// The part of a list in its order that is shown, and the cursor that goes on from there.
///
/// # Errors
/// The cursor is none of this list's.
pub(crate) fn part<'l, T>(
    page: &Page,
    found: &'l [T],
    id: impl Fn(&T) -> String,
) -> Result<(&'l [T], Option<String>), Refusal> {
    let first = match &page.cursor {
        None => usize::try_from(page.skip).unwrap_or(usize::MAX),
        Some(last) => match found.iter().position(|item| id(item) == *last) {
            Some(index) => index + 1,
            None => {
                let mut faults = Faults::default();
                faults.add(place("cursor"), "invalid", "A cursor that an earlier answer gave is expected.");
                return Err(faults.into_refusal());
            }
        },
    };
    let rest = found.get(first..).unwrap_or_default();
    let shown = &rest[..page.wanted().min(rest.len())];
    let more = !page.without_items && shown.len() < rest.len();
    Ok((shown, shown.last().filter(|_| more).map(id)))
}
