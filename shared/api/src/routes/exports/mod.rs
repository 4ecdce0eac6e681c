pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod make;
pub(crate) mod report;

use crate::{
    Ports,
    ports::{Export, ExportPointer, ExportState},
    refusal::Refusal,
    wire,
};
use std::time::Duration;

/// How long a link to a file is good for.
const LINK: Duration = Duration::from_secs(3600);

/// Stores a new export and has it made. A second time changes nothing.
pub(crate) async fn start<P: Ports>(ports: &P, export: &Export) -> Result<(), Refusal> {
    ports.add_export(export).await?;
    Ok(ports.push_export(ExportPointer { account: export.account, export: export.id }).await?)
}

/// A fresh link to the file; `None` before it is made.
pub(crate) fn link<P: Ports>(ports: &P, export: &Export) -> Result<Option<String>, Refusal> {
    let ExportState::Completed(key) = &export.state else { return Ok(None) };
    let kind = if export.report.is_some() { "report" } else { "messages" };
    let name = format!("{kind}-{}.{}", export.created_at.format("%Y-%m-%d-%H%M%S"), export.format);
    Ok(Some(ports.link(key, &name, LINK)?))
}

fn shown<P: Ports>(ports: &P, export: &Export) -> Result<wire::Export, Refusal> {
    Ok(wire::Export::of(export, link(ports, export)?))
}
