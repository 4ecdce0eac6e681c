//! The end of an export: its file, from its parts.

use super::{
    ExportPorts,
    columns::named,
    file::{Look, Writing},
    held::{Held, Stop},
    key, part,
};
use crate::ports::{Export, ExportState};
use baton_pipeline::{
    objects::Objects,
    ports::{Clock, PortError, PortResult},
};
use baton_sheets::report::ReportError;
use std::io::{BufWriter, Write};
use tempfile::NamedTempFile;

/// Makes the file, and then removes the parts.
pub(super) async fn finish<P: ExportPorts, C: Clock>(held: &mut Held<'_, P, C>) -> Result<(), Stop> {
    let file = assemble(held.ports, &held.export).await?;
    let format = held.export.format;
    let key = key(&held.export, format.name());
    held.ports.put_file(&key, format.content_type(), file.path()).await?;
    let parts = held.export.parts.clone();
    held.change(|export| {
        export.state = ExportState::Completed(key);
        export.progress = 100;
    })
    .await?;
    for part in parts {
        // The bucket removes what is left here, in time.
        if let Err(error) = held.ports.remove(&part).await {
            tracing::warn!(%error, "a part of an export could not be removed");
        }
    }
    Ok(())
}

async fn assemble(objects: &impl Objects, export: &Export) -> Result<NamedTempFile, Stop> {
    let look = Look { format: export.format, language: export.language, zone: export.zone };
    let to = BufWriter::new(NamedTempFile::new().map_err(part::failed)?);
    let mut writing = Writing::new(to, &look, &named(&export.columns)).map_err(written)?;
    for key in &export.parts {
        let file = fetched(objects, key).await?;
        part::each(file.path(), |row| writing.row(&row).map_err(written))?;
    }
    let mut to = writing.finish().map_err(written)?;
    to.flush().map_err(part::failed)?;
    Ok(to.into_inner().map_err(|error| part::failed(error.into_error()))?)
}

/// A local copy of a part.
async fn fetched(objects: &impl Objects, key: &str) -> PortResult<NamedTempFile> {
    let file = NamedTempFile::new().map_err(part::failed)?;
    match objects.get_file(key, file.path()).await? {
        true => Ok(file),
        false => Err(PortError::new("reading a part of an export", "it is not there")),
    }
}

fn written(error: ReportError) -> Stop {
    Stop::Port(PortError::new("writing an export", error))
}
