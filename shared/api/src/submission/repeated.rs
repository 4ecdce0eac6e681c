//! A repeated request stays as it was judged at first, although lists have changed since.

use super::{Draft, Pricing, Rejected, numbered, permitted, prices};
use crate::faults::{Faults, Path};
use baton_domain::white_list::Permitted;
use std::collections::BTreeSet;

impl Draft {
    /// Takes back what lists refuse now and did not refuse then. `stored` are the indices of the messages that the request has made.
    pub(crate) fn keep(&mut self, stored: &BTreeSet<u16>) {
        let by_lists = |rejected: &Rejected| {
            rejected.faults.iter().all(|fault| [permitted::CODE, prices::CODE].contains(&fault.code.as_str()))
        };
        let every = self.items.iter_mut().flat_map(|item| item.destinations.iter_mut());
        for (index, read) in (0..).zip(every) {
            if let Err(rejected) = read
                && stored.contains(&index)
                && by_lists(rejected)
            {
                *read = Ok(std::mem::take(&mut rejected.recipient));
            }
        }
    }

    /// The faults of senders, of those items alone that would make more messages than these.
    pub(crate) fn judge_more(&self, made: &BTreeSet<u16>, list: &[Permitted], pricing: &Pricing) -> Faults {
        let (root, mut faults, mut next) = (Path::Root, Faults::default(), 0);
        let (messages, judging) = (root.field("messages"), Pricing { judges: true, ..pricing.clone() });
        for (number, item) in self.items.iter().enumerate() {
            // All of the item are to be counted.
            let more = numbered(item, &mut next).filter(|(index, read)| read.is_ok() && !made.contains(index)).count();
            if more > 0 {
                let place = messages.index(number);
                permitted::check_senders(item, list, &place, &mut faults);
                judging.check(&item.spec, &place, &mut faults);
            }
        }
        faults
    }

    /// Refuses what lists refused then and do not refuse now, of a request that was completed.
    pub(crate) fn leave_out(&mut self, stored: &BTreeSet<u16>) {
        self.refuse(|index, _, _, path, faults| {
            if !stored.contains(&index) {
                let message = "The recipient was refused when the request came first; send it with another key.";
                faults.add(path, "refused_at_first", message);
            }
        });
    }
}
