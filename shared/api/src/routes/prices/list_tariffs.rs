use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{page::PARAMETERS, whole::Numbered},
    refusal::Refusal,
    wire::{TariffEntry, TariffList},
};
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 6] = ["mcc_mnc_id", "mcc_mnc", "iso", "country", "network", "price"];

/// Lists what a part of an SMS costs, by country and network.
#[utoipa::path(get, path = "/tariffs/sms", tag = "prices", operation_id = "listSmsTariffs",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "A part of the list.", body = TariffList)))]
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
    Ok(page.answer(app.ports.sms_tariffs(account).await?.iter().map(TariffEntry::from)))
}
