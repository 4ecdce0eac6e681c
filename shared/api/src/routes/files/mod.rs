//! Files of tasks: their sheets, and what of them was refused.

pub(crate) mod add;
pub(crate) mod errors;
pub(crate) mod sheet;
pub(crate) mod upload;

use crate::{
    App, Body, Ports,
    call::{Answer, Call},
    idempotency::Once,
    import::{NAME, Work},
    multipart::FilePart,
    refusal::Refusal,
    routes::tasks,
    wire::FileLink,
};
use baton_domain::{AccountId, BulkId, Task, TaskId};
use baton_pipeline::{
    objects::Objects,
    ports::{Clock, PortError},
};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, time::Duration};
use tempfile::NamedTempFile;

/// What is longer goes by a link: what a function answers has its limits.
const MOST_BYTES: u64 = 4 * 1024 * 1024;
const CSV: &str = "text/csv; charset=utf-8";

/// How long forms and links are valid.
pub(super) const VALID: Duration = Duration::from_secs(60 * 60);

/// What a sheet is stored as. What it really is, is told by its bytes.
const SHEET: &str = "application/octet-stream";

/// The task that the path names.
async fn of_path<P: Ports, C: Clock>(app: &App<P, C>, account: AccountId, call: &Call<'_>) -> Result<Task, Refusal> {
    tasks::read(&app.ports, (account, tasks::id_of(call)?)).await
}

/// The answer that is a CSV: itself, or where it is too long for an answer a link to it.
pub(super) async fn csv<P: Ports, C: Clock>(
    app: &App<P, C>,
    list: NamedTempFile,
    key: &str,
    name: &str,
) -> Result<Answer, Refusal> {
    let disk = |error: std::io::Error| PortError::new("reading a list", error);
    if list.as_file().metadata().map_err(disk)?.len() > MOST_BYTES {
        app.ports.put_file(key, CSV, list.path()).await?;
        let url = app.ports.link(key, name, VALID)?;
        return Ok(Answer::see_other(&url, &FileLink { url: url.clone() }));
    }
    let text = std::fs::read_to_string(list.path()).map_err(disk)?;
    Ok(Answer::file(Body::Text(text), CSV, name))
}

/// The files that a request adds to a task: their ids follow from the request's, so that a retry adds nothing.
pub(super) fn works<C: Clock>(account: AccountId, task: TaskId, once: &Once, clock: &C, count: usize) -> Vec<Work> {
    let at = once.made_at(clock);
    let id = |nth: usize| {
        let mut random = [0; 8];
        random.copy_from_slice(&Sha256::digest(format!("{}/{nth}", once.id))[..8]);
        BulkId::new(at, random).0
    };
    (0..count).map(|nth| Work { account, task, file: id(nth) }).collect()
}

/// Stores a file, whose event has it read, and its record, which the reader makes where it comes first.
pub(super) async fn store<P: Ports, C: Clock>(app: &App<P, C>, work: Work, part: FilePart) -> Result<(), Refusal> {
    let metadata = BTreeMap::from([(NAME.to_owned(), part.name.clone())]);
    Objects::put(&app.ports, &work.key(), SHEET, &metadata, part.bytes).await?;
    Ok(app.ports.add_file(&work.record(part.name)).await?)
}
