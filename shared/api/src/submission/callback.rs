//! Where the caller wants to be told of changes.

use crate::{faults::Faults, fields::Fields};
use baton_domain::Callback;
use baton_pipeline::callbacks::address::{UrlFault, check_url};

const MOST_URL: usize = 4000;
const MOST_DATA: usize = 10_240;

/// Reads `callbackUrl` and `callbackData`. Data without an address goes nowhere, and is no fault: clients send whole objects. With
/// `private`, networks of one's own are no fault.
pub(super) fn read(fields: &Fields<'_>, private: bool, faults: &mut Faults) -> Option<Callback> {
    let url = fields.bounded("callbackUrl", MOST_URL, faults);
    let data = fields.string("callbackData", faults).filter(|data| fits(data, fields, faults)).map(str::to_owned);
    let url = url?;
    let fault = match check_url(&url, private) {
        Ok(()) => return Some(Callback { url, data }),
        Err(UrlFault::Invalid) => ("invalid", "callbackUrl is to be an http or https address."),
        Err(UrlFault::Private) => ("private_address", "callbackUrl must lead to the public internet."),
    };
    faults.add(fields.path().field("callbackUrl"), fault.0, fault.1);
    None
}

fn fits(data: &str, fields: &Fields<'_>, faults: &mut Faults) -> bool {
    if data.len() > MOST_DATA {
        let message = format!("callbackData has {} bytes; at most {MOST_DATA} are allowed.", data.len());
        faults.add(fields.path().field("callbackData"), "too_long", message);
    }
    data.len() <= MOST_DATA
}
