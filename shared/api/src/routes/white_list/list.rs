use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{page::PARAMETERS, whole::Numbered},
    refusal::Refusal,
    wire::{WhiteList, WhiteListEntry},
};
use baton_domain::{AccountId, white_list::Permitted};
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 5] = ["companyId", "entity", "channel", "provider", "values"];

/// Lists the values that an account's messages may have. Without a list they may have any.
#[utoipa::path(get, path = "/whiteList", tag = "white list", operation_id = "listWhiteList",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent.")),
    responses((status = 200, description = "The account's list.", body = WhiteList)))]
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
    let list = app.ports.white_list(account).await?;
    Ok(answer(&page, account, &list))
}

/// The account's list.
pub(super) fn answer(page: &Numbered, account: AccountId, list: &[Permitted]) -> Answer {
    page.answer(list.iter().map(|line| WhiteListEntry::new(account, line)))
}
