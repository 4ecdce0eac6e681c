//! Bodies of several parts (`multipart/form-data`, RFC 7578).

use crate::{
    call::Call,
    faults::{Faults, Path},
    query::flag,
    refusal::Refusal,
};
use baton_pipeline::ports::PortError;
use futures::stream;
use http::{StatusCode, header};
use multer::Multipart;
use sha2::{Digest, Sha256};
use std::convert::Infallible;

/// The largest body: a file of five megabytes, and what stands around it.
const MOST_BODY: usize = 5 * 1024 * 1024 + 64 * 1024;
/// The most files of a request.
const MOST_FILES: usize = 20;
/// The longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 255;

/// A file of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FilePart {
    /// What the caller calls it.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
}

/// The parts of a body.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// The files of the part `messages`, in order.
    pub(crate) files: Vec<FilePart>,
    /// The other parts, which are texts: name and value.
    texts: Vec<(String, String)>,
}

impl Parts {
    /// Reads a body. Besides `messages`, parts of these names may stand there.
    pub(crate) async fn read(call: &Call<'_>, others: &[&str]) -> Result<Parts, Refusal> {
        let given = call.request.headers().get(header::CONTENT_TYPE).and_then(|given| given.to_str().ok());
        let Some(boundary) = given.and_then(|given| multer::parse_boundary(given).ok()) else {
            let error = "The body must be multipart/form-data with a boundary, and the sheet its part \"messages\".";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", error));
        };
        if call.body().len() > MOST_BODY {
            let error = format!(
                "The body has {} bytes; more than 5 MB do not go through here. Make the sheet a file of a task, by the form of \
                 POST /tasks/{{id}}/upload.",
                call.body().len()
            );
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error));
        }
        let body = call.body().to_vec();
        let mut multipart = Multipart::new(stream::once(async move { Ok::<_, Infallible>(body) }), boundary);
        let (mut parts, mut faults) = (Parts::default(), Faults::default());
        while let Some(field) = multipart.next_field().await.map_err(malformed)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let bytes = field.bytes().await.map_err(malformed)?.to_vec();
            parts.take(name, file_name, bytes, others, &mut faults);
        }
        parts.check(faults)?;
        Ok(parts)
    }

    fn take(&mut self, name: String, file: Option<String>, bytes: Vec<u8>, others: &[&str], faults: &mut Faults) {
        let root = Path::Root;
        if name == "messages" {
            let name: String =
                file.unwrap_or_default().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
            let name = if name.is_empty() { "messages".to_owned() } else { name };
            self.files.push(FilePart { name, bytes });
        } else if !others.contains(&name.as_str()) {
            let known = [&["messages"], others].concat().join(", ");
            let message = format!("There is no such part; {known} are expected here.");
            faults.add(root.field(&name), "unknown_field", message);
        } else if self.text(&name).is_some() {
            faults.add(root.field(&name), "invalid", format!("{name} is given more than once."));
        } else {
            match String::from_utf8(bytes) {
                Ok(text) => self.texts.push((name, text)),
                Err(_) => faults.add(root.field(&name), "invalid", "A text is expected here."),
            }
        }
    }

    fn check(&self, mut faults: Faults) -> Result<(), Refusal> {
        let root = Path::Root;
        let place = root.field("messages");
        if self.files.is_empty() {
            faults.add(place, "required", "messages is required: a sheet as XLSX or CSV.");
        }
        if self.files.len() > MOST_FILES {
            faults.add(place, "too_long", format!("At most {MOST_FILES} files are taken at once."));
        }
        for (nth, _) in self.files.iter().enumerate().filter(|(_, file)| file.bytes.is_empty()) {
            faults.add(place.index(nth), "empty", "The file is empty.");
        }
        faults.check()
    }

    /// A part that is a text; an empty one is absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.trim());
        found.filter(|text| !text.is_empty())
    }

    /// The account that the body names.
    pub(crate) fn company(&self, faults: &mut Faults) -> Option<u64> {
        let text = self.text("companyId")?;
        let company = text.parse().ok();
        if company.is_none() {
            faults.add(Path::Root.field("companyId"), "invalid", "The number of an account is expected.");
        }
        company
    }

    /// `true` or `false`, `1` or `0`; false when absent.
    pub(crate) fn flag(&self, name: &str, faults: &mut Faults) -> bool {
        flag(self.text(name), Path::Root.field(name), faults)
    }

    /// What the body says, whatever stands between its parts: clients draw a new boundary for each try.
    pub(crate) fn said(&self) -> Vec<u8> {
        let mut digest = Sha256::new();
        let mut add = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        for file in &self.files {
            add(b"messages");
            add(file.name.as_bytes());
            add(&file.bytes);
        }
        for (name, text) in &self.texts {
            add(name.as_bytes());
            add(text.as_bytes());
        }
        digest.finalize().to_vec()
    }
}

fn malformed(error: multer::Error) -> Refusal {
    match error {
        multer::Error::StreamReadFailed(cause) => PortError::new("reading a body", cause).into(),
        // Its words may quote the body.
        _ => Refusal::new(
            StatusCode::BAD_REQUEST,
            "invalid_multipart",
            "The body is no well-formed multipart/form-data.",
        ),
    }
}
