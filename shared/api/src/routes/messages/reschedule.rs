use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::Fields,
    lists::held,
    refusal::Refusal,
    submission, when,
    wire::{Accepted, RescheduleMessage},
};
use baton_domain::{MessageId, Time};
use baton_pipeline::{ports::Clock, reschedule::reschedule};
use http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

/// The fields of the body.
pub(crate) const FIELDS: [&str; 2] = ["companyId", "sendAt"];

/// Gives a message that waits another time. Its windows stay as they are.
#[utoipa::path(patch, path = "/messages/{id}", tag = "messages", operation_id = "rescheduleMessage",
    params(("id" = Uuid, Path, description = "The message's id.")),
    request_body = RescheduleMessage,
    responses((status = 200, description = "The message, with its status after the call.", body = Accepted)))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.json()?;
    let account = caller.account(submission::company(&body))?;
    let send_at = read(&body, app.clock.now())?;
    let missing = || Refusal::not_found("message");
    let id = MessageId(Uuid::try_parse(call.parameter(0)).map_err(|_| missing())?);
    if id.index().is_none() {
        return Err(missing());
    }
    let done = reschedule(&app.ports, &app.ports, &app.clock, (account, id), send_at).await?;
    let (message, answer) = done.ok_or_else(missing)?;
    answer.map_err(|_| {
        let error = format!("The message does not wait any more; its status is {}.", message.status);
        Refusal::new(StatusCode::CONFLICT, "not_waiting", error)
    })?;
    let shown = held::show(&app.ports, (account, app.clock.now()), vec![message]).await?;
    Ok(Answer::json(&Accepted::of(&shown[0], None)))
}

fn read(body: &Value, now: Time) -> Result<Time, Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    fields.integer("companyId", 0..=u64::MAX, &mut faults);
    fields.require("sendAt", &mut faults);
    let send_at = when::send_at(&fields, now, &mut faults);
    // Without a time there is a fault.
    send_at.filter(|_| faults.is_empty()).ok_or_else(|| faults.into_refusal())
}
