use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{
        page::{PARAMETERS, Page},
        whole,
    },
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
    let page = Page::read(&query, &FIELDS, &mut faults);
    faults.check()?;
    let list = app.ports.white_list(account).await?;
    answer(&page, account, &list)
}

/// The account's list.
pub(super) fn answer(page: &Page, account: AccountId, list: &[Permitted]) -> Result<Answer, Refusal> {
    whole::numbered(page, list.iter().map(|line| WhiteListEntry::new(account, line)))
}
