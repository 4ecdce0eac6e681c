//! The import function's queue: what it holds.

mod ports;

pub use ports::Imports;

use crate::batch::{self, RecordError};
use aws_lambda_events::sqs::SqsMessage;
use baton_api::import::Work;
use serde::Deserialize;

/// What a record of the import queue holds.
#[derive(Deserialize)]
#[serde(untagged)]
enum Queued {
    /// A file of which the rest is to be read.
    Rest(Work),
    /// Objects that came into the bucket.
    Objects {
        #[serde(rename = "Records")]
        records: Vec<ObjectEvent>,
    },
    /// S3 asks whether the queue is there.
    Test {
        #[serde(rename = "Event")]
        _event: String,
    },
}

#[derive(Deserialize)]
struct ObjectEvent {
    s3: ObjectOfEvent,
}

#[derive(Deserialize)]
struct ObjectOfEvent {
    object: Key,
}

#[derive(Deserialize)]
struct Key {
    /// As in a query: spaces are `+`.
    key: String,
}

/// The files that a record is about.
///
/// # Errors
/// It is something else than this queue holds, or an object that is no file of a task.
pub fn works(record: &SqsMessage) -> Result<Vec<Work>, RecordError> {
    match batch::body(record)? {
        Queued::Rest(work) => Ok(vec![work]),
        Queued::Test { .. } => Ok(Vec::new()),
        Queued::Objects { records } => {
            let work = |event: ObjectEvent| {
                Work::of_key(&event.s3.object.key).ok_or_else(|| RecordError::Poison("no file of a task".to_owned()))
            };
            records.into_iter().map(work).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Vec<Work>, RecordError> {
        let mut record = SqsMessage::default();
        record.body = Some(body.to_owned());
        works(&record)
    }

    #[test]
    fn a_record_is_an_event_of_s3_the_rest_of_a_file_or_a_test() {
        let file = "00000000-0000-0000-0000-000000000002";
        let task = "00000000-0000-0000-0000-000000000001";
        let event = format!(
            r#"{{"Records": [{{"eventName": "ObjectCreated:Post", "s3": {{"bucket": {{"name": "b"}}, "object": {{"key": "imports/7/{task}/{file}", "size": 9}}}}}}]}}"#
        );
        let works = read(&event).expect("a file");
        assert_eq!(works.iter().map(Work::key).collect::<Vec<_>>(), [format!("imports/7/{task}/{file}")]);
        let rest = serde_json::to_string(&works[0]).expect("JSON");
        assert_eq!(read(&rest).expect("a file"), works);
        assert_eq!(read(r#"{"Service": "Amazon S3", "Event": "s3:TestEvent"}"#).expect("a test"), []);
        for bad in ["{}", "7", &event.replace("imports", "exports")] {
            assert!(matches!(read(bad), Err(RecordError::Poison(_))), "{bad}");
        }
    }
}
