use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{page::PARAMETERS, whole::Numbered},
    refusal::Refusal,
    wire::{BandwidthEntry, BandwidthList},
};
use baton_domain::{AccountId, bandwidth::Bandwidth};
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 4] = ["companyId", "bandwidth", "channel", "provider"];

/// Lists the limits of an account, in messages a second.
#[utoipa::path(get, path = "/bandwidth", tag = "providers", operation_id = "listBandwidth",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The account's limits.", body = BandwidthList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId"], &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let page = Numbered::read(&query, &FIELDS, &mut faults);
    faults.check()?;
    let limits = app.ports.bandwidth(account).await?;
    Ok(answer(&page, account, &limits))
}

/// The limits as a list.
pub(super) fn answer(page: &Numbered, account: AccountId, limits: &[Bandwidth]) -> Answer {
    page.answer(limits.iter().map(|limit| BandwidthEntry::new(account, limit)))
}
