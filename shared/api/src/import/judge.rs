//! Which rows of a chunk become messages: by what the sheet says of them, and by the rules of `POST /messages`.

use super::{ImportPorts, Importer, chunk::Chunk, reasons, refused::Refused, sheet::Sheet, work::Work};
use crate::submission::{Pricing, RowItem, Rows, Rules, Templates};
use baton_pipeline::{
    ports::{Clock, PortResult},
    tasks::file::TaskFile,
};
use baton_sheets::{Content, item};
use chrono::TimeDelta;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// How far back the templates of a moment are known, with something to spare.
const TEMPLATES_KNOWN: TimeDelta = TimeDelta::hours(23);

/// What is wrong with rows, by their places in the chunk.
pub(super) type RefusedRows = BTreeMap<u16, Vec<Refused>>;

impl<P: ImportPorts, C: Clock> Importer<P, C> {
    /// Judges a chunk. What can be had of the moment when the file came (templates, the stop list, the time) is taken as it was then, so that
    /// a chunk that is read again is judged the same. The chunk gives its destinations away.
    pub(super) async fn judge(
        &self,
        work: Work,
        file: &TaskFile,
        sheet: &Sheet,
        chunk: &mut Chunk,
    ) -> PortResult<(Rows, RefusedRows)> {
        let items = items(chunk);
        let templates = self.templates(work, file, &items).await?;
        let pricing =
            Pricing { list: self.ports.price_list(work.account).await?, currency: self.currency, judges: true };
        let rules = Rules {
            now: file.created_at,
            templates: &templates,
            private_callbacks: self.private_callbacks,
            short_url: &self.short_url,
            pricing: &pricing,
        };
        let mut rows = Rows::read(items, &rules);
        rows.refuse_unlisted(&self.ports.white_list(work.account).await?);
        let listed = self.ports.listed(work.account, &rows.stop_addresses()).await?;
        rows.refuse_stopped(&listed, file.created_at);
        let refused = refused(sheet, chunk, &rows);
        Ok((rows, refused))
    }

    async fn templates(&self, work: Work, file: &TaskFile, items: &[RowItem]) -> PortResult<Templates> {
        let named: BTreeSet<Uuid> = items
            .iter()
            .filter_map(|row| row.item.get("templateId")?.as_str())
            .filter_map(|id| Uuid::try_parse(id).ok())
            .collect();
        let at = file.created_at.max(self.clock.now() - TEMPLATES_KNOWN);
        let mut templates = Templates::new();
        for id in named {
            let template = self.ports.template_as_of(work.account, id, at).await?;
            templates.extend(template.map(|template| (id, template)));
        }
        Ok(templates)
    }
}

/// Rows with the same content: the recipients, and for each the place of its row and its group.
struct Alike<'c> {
    content: &'c Content,
    destinations: Vec<Value>,
    rows: Vec<(u16, Option<String>)>,
}

/// The rows that could be read, those with the same content together. Their destinations are taken out of the chunk.
fn items(chunk: &mut Chunk) -> Vec<RowItem> {
    let mut places: HashMap<&Content, usize> = HashMap::new();
    let mut found: Vec<Alike<'_>> = Vec::new();
    for (row, place) in chunk.rows.iter_mut().zip(0..) {
        let Ok(message) = &mut row.message else { continue };
        let at = *places.entry(&message.content).or_insert_with(|| {
            found.push(Alike { content: &message.content, destinations: Vec::new(), rows: Vec::new() });
            found.len() - 1
        });
        found[at].destinations.push(message.destination.take());
        found[at].rows.push((place, message.group.clone()));
    }
    let row_item = |alike: Alike<'_>| RowItem { item: item(alike.content, None, alike.destinations), rows: alike.rows };
    found.into_iter().map(row_item).collect()
}

/// What is wrong with rows, in the sheet's language and by its columns.
fn refused(sheet: &Sheet, chunk: &Chunk, rows: &Rows) -> RefusedRows {
    let (reader, language) = (&sheet.reader, sheet.reader.language());
    let unread = chunk.rows.iter().zip(0..).filter_map(|(row, place)| {
        let faults = row.message.as_ref().err()?;
        let told =
            faults.iter().map(|fault| Refused { column: fault.column.clone(), reason: fault.reason.message(language) });
        Some((place, told.collect()))
    });
    let judged = rows.refused().into_iter().map(|(place, details)| {
        let told = details.into_iter().map(|detail| Refused {
            column: reader.column_of(&detail.path).unwrap_or_default(),
            reason: reasons::told(&detail, language),
        });
        (place, told.collect())
    });
    unread.chain(judged).collect()
}
