use super::{VALID, of_path, works};
use crate::{
    App, Ports,
    call::{Answer, Call},
    caller::Caller,
    faults::{Faults, Path},
    fields::Fields,
    idempotency::{Before, Once},
    import::NAME,
    refusal::Refusal,
    submission,
    wire::{MakeUpload, Upload},
};
use baton_pipeline::ports::Clock;
use baton_sheets::Limits;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FIELDS: [&str; 2] = ["companyId", "name"];
/// The longest name of a file, in characters.
const LONGEST_NAME: usize = 255;

/// A form by which a sheet of more than 5 MB goes to the store directly; it is read as soon as it is there.
#[utoipa::path(post, path = "/tasks/{id}/upload", tag = "tasks", operation_id = "uploadTaskFile",
    params(("id" = Uuid, Path, description = "The task's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible characters; the same request with the same key gives a form for the same file.")),
    request_body = MakeUpload,
    responses((status = 200, description = "The form.", body = Upload,
        headers(("Idempotency-Replayed" = String, description = "true when there is an earlier form for the same file.")))))]
pub(crate) async fn handle<P: Ports, C: Clock>(
    app: &App<P, C>,
    caller: &Caller,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body = call.optional_json()?.unwrap_or_else(|| json!({}));
    let account = caller.account(submission::company(&body))?;
    let name = name(&body)?;
    let task = of_path(app, account, call).await?;
    // Nothing is stored here, so there is nothing to wait for or to finish: the form is made again, for the same file.
    let once = Once::open(app, call, account, call.body()).await?;
    let work = works(account, task.id, &once, &app.clock, 1)[0];
    let metadata = name.map(|name| (NAME.to_owned(), name)).into_iter().collect::<BTreeMap<_, _>>();
    let form = app.ports.form(&work.key(), Limits::default().file_bytes, &metadata, VALID)?;
    let fields = form.fields.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    Ok(Answer::json(&Upload { id: work.file, url: form.url, fields }).replayed(once.before != Before::Nothing))
}

fn name(body: &Value) -> Result<Option<String>, Refusal> {
    let mut faults = Faults::default();
    let Some(fields) = Fields::of(body, &Path::Root, &mut faults) else { return Err(faults.into_refusal()) };
    fields.only(&FIELDS, &mut faults);
    fields.integer("companyId", 0..=u64::MAX, &mut faults);
    let name = fields.string("name", &mut faults);
    if name.is_some_and(|name| !(1..=LONGEST_NAME).contains(&name.chars().count())) {
        let message = format!("A name has 1 to {LONGEST_NAME} characters.");
        faults.add(fields.path().field("name"), "invalid", message);
    }
    faults.check()?;
    Ok(name.map(str::to_owned))
}
