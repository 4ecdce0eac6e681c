//! A page of the list of files, as S3 writes it.

use baton_pipeline::ports::{PortError, PortResult};
use quick_xml::{Reader, events::Event};

/// A page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// The keys, in order.
    pub keys: Vec<String>,
    /// What to ask for the next page with.
    pub next: Option<String>,
}

/// Reads a `ListBucketResult`.
pub(super) fn read(xml: &str) -> PortResult<Page> {
    let bad = |error: Box<dyn std::error::Error + Send + Sync>| PortError::new("S3 ListObjectsV2", error);
    let mut reader = Reader::from_str(xml);
    let (mut page, mut text) = (Page::default(), String::new());
    loop {
        match reader.read_event().map_err(|error| bad(error.into()))? {
            Event::Start(_) => text.clear(),
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::GeneralRef(entity) => text.push(character(&entity).ok_or_else(|| bad("an unknown entity".into()))?),
            Event::End(end) => match end.name().as_ref() {
                "Key" => page.keys.push(std::mem::take(&mut text)),
                "NextContinuationToken" => page.next = Some(std::mem::take(&mut text)),
                _ => text.clear(),
            },
            Event::Eof => return Ok(page),
            _ => {}
        }
    }
}

fn character(entity: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = entity.resolve_char_ref() {
        return Some(character);
    }
    quick_xml::escape::resolve_predefined_entity(entity)?.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_the_next_page_are_read() {
        // After the documentation of ListObjectsV2, with its names and order.
        let page = read(concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#,
            "<Name>files</Name><NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>",
            "<KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>",
            "<Contents><Key>a/happy&amp;face.jpg</Key><Size>11</Size></Contents><Contents><Key>a/&#x62;</Key></Contents>",
            "</ListBucketResult>"
        ));
        let page = page.expect("a page");
        assert_eq!(page.keys, ["a/happy&face.jpg", "a/b"]);
        assert_eq!(page.next.as_deref(), Some("1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM="));
        assert_eq!(
            read("<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>").expect("a page"),
            Page::default()
        );
        assert!(read("<ListBucketResult><Key>&x;</Key>").is_err());
    }
}
