pub(crate) mod csv;
pub(crate) mod entry;
pub(crate) mod list;
pub(crate) mod put;
pub(crate) mod remove;

use crate::{caller::Caller, faults::Faults, ports::Scope, refusal::Refusal};
use baton_domain::{AccountId, stop::StopScope};

/// The list that a request is about. The deployment's is for operators.
fn scope_of(
    caller: &Caller,
    account: AccountId,
    (place, named): (&str, Option<&str>),
    faults: &mut Faults,
) -> Result<StopScope, Refusal> {
    match named.map(str::to_ascii_lowercase).as_deref() {
        None | Some("account") => Ok(StopScope::Account(account)),
        Some("deployment") => caller.require(Scope::Operator).map(|()| StopScope::Deployment),
        Some(_) => {
            faults.add(place, "invalid", "Expected is account or deployment.");
            Ok(StopScope::Account(account))
        }
    }
}
