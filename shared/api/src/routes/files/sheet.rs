use crate::{
    Body,
    call::{Answer, Call},
    faults::Faults,
    query::{Query, place},
    refusal::Refusal,
};
use baton_pipeline::ports::PortError;
use baton_sheets::{Language, SheetType, template};
use std::borrow::Cow;

/// What a workbook is.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The empty sheet of a type, as a workbook: `sms`, `advertising`, `chat`, `chatWhatsapp`, `universal` or `full`.
#[utoipa::path(get, path = "/tasks/sheets/{type}", tag = "tasks", operation_id = "getSheet",
    params(("type" = String, Path, description = "The type, in any case."),
        ("language" = Option<String>, Query, description = "ru or en, of the headers and the help; ru when absent.")),
    responses((status = 200, description = "The workbook.", body = Vec<u8>,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
pub(crate) fn handle(call: &Call<'_>) -> Result<Answer, Refusal> {
    let (query, mut faults) = (call.query(), Faults::default());
    query.only(&[&["language", "companyId"]], &mut faults);
    let language = language(&query, &mut faults);
    faults.check()?;
    let sheet: SheetType = call.parameter(0).parse().map_err(|_| Refusal::not_found("type of sheet"))?;
    let made = template(sheet, language).map_err(|error| PortError::new("writing a sheet", error))?;
    let name = format!("{sheet}-{}.xlsx", language.code());
    Ok(Answer::file(Body::Bytes(Cow::Owned(made)), XLSX, &name))
}

/// The language that is asked for.
pub(super) fn language(query: &Query, faults: &mut Faults) -> Language {
    let Some(code) = query.one("language", faults) else { return Language::default() };
    let language = code.parse().ok();
    if language.is_none() {
        faults.add(place("language"), "invalid", "ru or en is expected.");
    }
    language.unwrap_or_default()
}
