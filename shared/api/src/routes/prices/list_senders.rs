use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::Faults,
    lists::{page::PARAMETERS, whole::Numbered},
    refusal::Refusal,
    wire::{SenderEntry, SenderList},
};
use baton_domain::Channel;
use baton_pipeline::ports::Clock;

/// The fields of an item.
pub(crate) const FIELDS: [&str; 5] = ["companyId", "from", "channel", "provider", "price"];

/// Lists the registered senders: who may stand in `from`, and what a message of theirs costs.
#[utoipa::path(get, path = "/senders", tag = "prices", operation_id = "listSenders",
    params(("companyId" = Option<u64>, Query, description = "The account; the caller's own when absent."),
        ("channel" = Option<String>, Query, description = "Senders that are good for a channel; several with commas."),
        ("provider" = Option<String>, Query, description = "Senders that are good for a provider; several with commas.")),
    responses((status = 200, description = "A part of the list.", body = SenderList)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["companyId", "channel", "provider"], &PARAMETERS], &mut faults);
    let account = caller.account(query.company(&mut faults))?;
    let channels = query.parsed::<Channel>("channel", "A channel", &mut faults);
    let providers = query.list("provider");
    let page = Numbered::read(&query, &FIELDS, &mut faults);
    faults.check()?;
    let mut senders = app.ports.senders(account).await?;
    // A sender without a channel is good for every one, and so with providers.
    senders.retain(|sender| {
        let channel = channels.as_ref().zip(sender.channel).is_none_or(|(wanted, of)| wanted.contains(&of));
        let of_provider = |(wanted, of): (&Vec<&str>, &String)| wanted.iter().any(|name| name.eq_ignore_ascii_case(of));
        channel && providers.as_ref().zip(sender.provider.as_ref()).is_none_or(of_provider)
    });
    Ok(page.answer(senders.iter().map(|sender| SenderEntry::new(account, sender))))
}
