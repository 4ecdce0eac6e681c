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
    wire::{Template, TemplateList},
};
use baton_domain::AccountId;
use baton_pipeline::ports::Clock;
use uuid::Uuid;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 10] = [
    "id",
    "companyId",
    "name",
    "version",
    "channels",
    "allowedTimeRanges",
    "timeZone",
    "variables",
    "createdAt",
    "updatedAt",
];

/// Lists templates.
#[utoipa::path(get, path = "/templates", tag = "templates", operation_id = "listTemplates",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("name" = Option<String>, Query, description = "A part of the name, in any case."),
        ("id" = Option<String>, Query, description = "Templates, by UUID; several with commas.")),
    responses((status = 200, description = "A part of the list.", body = TemplateList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId", "name", "id"], &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let part = query.one("name", &mut faults).map(str::to_lowercase);
    let ids = query.uuids("id", &mut faults);
    let page = Page::read(&query, &FIELDS, &mut faults);
    faults.check()?;
    let mut found = read(app, account, ids).await?;
    found.retain(|template| part.as_ref().is_none_or(|part| template.name.to_lowercase().contains(part.as_str())));
    let part = whole::part(&page, &mut found, |template| (template.created_at, template.id))?;
    let shown = part.items.iter().map(Template::from);
    Ok(part.answer(&page, shown))
}

/// The templates of an account, or those of them with these ids.
async fn read<P: Ports, C: Clock>(
    app: &App<P, C>,
    account: AccountId,
    ids: Option<Vec<Uuid>>,
) -> Result<Vec<baton_domain::Template>, Refusal> {
    let mut found = match ids.as_deref() {
        Some([id]) => app.ports.template(account, *id).await?.into_iter().collect(),
        _ => app.ports.templates(account).await?,
    };
    found.retain(|template| ids.as_ref().is_none_or(|ids| ids.contains(&template.id)));
    Ok(found)
}
