//! What a workbook consists of: which part is its sheet, which its texts, which its formats.

use super::{
    archive::Archive,
    part::Part,
    xml::{Xml, attribute},
};
use crate::{dates::Epoch, error::SheetError};
use quick_xml::events::Event;
use std::{
    collections::HashMap,
    io::{Read, Seek},
};

/// The most bytes of a part other than sheets and texts.
pub(super) const MOST_SMALL: u64 = 16 << 20;

/// The parts that are read.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) sheet: Part,
    /// What the sheet is called.
    pub(super) name: String,
    pub(super) strings: Option<Part>,
    pub(super) styles: Option<Part>,
    pub(super) epoch: Epoch,
}

/// A part's relation to another: its kind, which is the end of its type, and where it is.
#[derive(Debug)]
struct Relation {
    kind: String,
    target: String,
}

impl Book {
    pub(super) fn read<R: Read + Seek>(archive: &mut Archive<R>) -> Result<Book, SheetError> {
        let roots = relations(archive, "_rels/.rels", "")?;
        // Neither a document nor a sheet of LibreOffice's own format has one.
        let root =
            roots.values().find(|relation| relation.kind == "officeDocument").ok_or(SheetError::UnknownFormat)?;
        let (folder, name) = root.target.rsplit_once('/').unwrap_or(("", &root.target));
        let related = relations(archive, &join(folder, &format!("_rels/{name}.rels")), folder)?;
        let (sheets, epoch) = sheets(archive, &root.target)?;
        let worksheet = |(id, name): (String, String)| {
            related.get(&id).filter(|relation| relation.kind == "worksheet").map(|relation| (relation, name))
        };
        let (sheet, name) = sheets.into_iter().find_map(worksheet).ok_or(SheetError::NoSheet)?;
        let sheet = archive.part(&sheet.target)?.ok_or(SheetError::Broken("no sheet"))?;
        let other = |kind: &str| {
            let relation = related.values().find(|relation| relation.kind == kind);
            relation.map_or(Ok(None), |relation| archive.part(&relation.target))
        };
        Ok(Book { sheet, name, strings: other("sharedStrings")?, styles: other("styles")?, epoch })
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The path of a target that is given from a folder.
fn resolve(folder: &str, target: &str) -> String {
    let whole = target.strip_prefix('/').map_or_else(|| join(folder, target), str::to_owned);
    let mut parts = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// The relations of a part, by their ids. Those to other files are left out.
fn relations<R: Read + Seek>(
    archive: &mut Archive<R>,
    name: &str,
    folder: &str,
) -> Result<HashMap<String, Relation>, SheetError> {
    let mut found = HashMap::new();
    let Some(part) = archive.part(name)? else { return Ok(found) };
    let mut xml = Xml::new(archive.read(part, MOST_SMALL)?);
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "Relationship" => {
                let external = attribute(&tag, "TargetMode")?.as_deref() == Some("External");
                let [id, kind, target] = [attribute(&tag, "Id")?, attribute(&tag, "Type")?, attribute(&tag, "Target")?];
                if let (Some(id), Some(kind), Some(target), false) = (id, kind, target, external) {
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    found.insert(id, Relation { kind, target: resolve(folder, &target) });
                }
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// The relations and the names of the visible sheets, in order, and what days are counted from.
fn sheets<R: Read + Seek>(archive: &mut Archive<R>, name: &str) -> Result<(Vec<(String, String)>, Epoch), SheetError> {
    let part = archive.part(name)?.ok_or(SheetError::UnknownFormat)?;
    if !name.to_ascii_lowercase().ends_with(".xml") {
        return Err(SheetError::UnknownFormat);
    }
    let mut xml = Xml::new(archive.read(part, MOST_SMALL)?);
    let (mut found, mut epoch) = (Vec::new(), Epoch::Since1900);
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "sheet" => {
                    let visible = attribute(&tag, "state")?.is_none_or(|state| state == "visible");
                    // The id of the relation has a prefix; sheetId, which has none, has another name.
                    if let (Some(id), true) = (attribute(&tag, "id")?, visible) {
                        found.push((id, attribute(&tag, "name")?.unwrap_or_default()));
                    }
                }
                "workbookPr" if attribute(&tag, "date1904")?.is_some_and(|value| value == "1" || value == "true") => {
                    epoch = Epoch::Since1904;
                }
                _ => {}
            },
            Event::Eof => return Ok((found, epoch)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved() {
        assert_eq!(resolve("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("xl", "../xl/./styles.xml"), "xl/styles.xml");
        assert_eq!(resolve("", "../../etc/passwd"), "etc/passwd");
    }
}
