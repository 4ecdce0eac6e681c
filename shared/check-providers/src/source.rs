//! Where the documents are.

use aws_config::SdkConfig;
use baton_aws::parameters;
use baton_channels::DocumentFault;
use baton_domain::Channel;
use futures::future::try_join_all;
use serde_json::{Map, Value};
use std::{error::Error, fs, io::Read, path::PathBuf};

/// Where the documents are.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// A file with those of all channels.
    File(PathBuf),
    /// The same, on the input.
    Input,
    /// The parameters `{path}/{channel}`.
    Parameters(String),
}

/// The documents of all channels, or what is wrong with their form.
type Documents = Result<Value, Vec<DocumentFault>>;

impl Source {
    /// Reads the documents.
    ///
    /// # Errors
    /// They can not be read, or there are none.
    pub async fn read(&self, aws: &SdkConfig) -> Result<Documents, String> {
        let whole = |text: String| json("", &text).map_err(|fault| vec![fault]);
        match self {
            Source::File(file) => {
                let text = fs::read_to_string(file);
                text.map(whole).map_err(|error| format!("{} can not be read: {error}", file.display()))
            }
            Source::Input => {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                read.map(|_| whole(text)).map_err(|error| format!("the input can not be read: {error}"))
            }
            Source::Parameters(path) => parameters(path, aws).await,
        }
    }
}

async fn parameters(path: &str, aws: &SdkConfig) -> Result<Documents, String> {
    let ssm = aws_sdk_ssm::Client::new(aws);
    let read = async |channel| parameters::providers_document(&ssm, path, channel).await.map(|text| (channel, text));
    let texts = try_join_all(Channel::ALL.into_iter().map(read)).await.map_err(|error| causes(&error))?;
    let (mut documents, mut faults) = (Map::new(), Vec::new());
    for (channel, text) in texts {
        let Some(text) = text else { continue };
        match json(&format!("/{channel}"), &text) {
            Ok(document) => {
                documents.insert(channel.name().to_owned(), document);
            }
            Err(fault) => faults.push(fault),
        }
    }
    match (documents.is_empty(), faults.is_empty()) {
        (_, false) => Ok(Err(faults)),
        (true, true) => Err(format!("there are no parameters {path}/{{channel}}")),
        (false, true) => Ok(Ok(Value::Object(documents))),
    }
}

/// An error, which says its own cause, with the causes of that; one line.
fn causes(error: &(dyn Error + 'static)) -> String {
    let deeper = std::iter::successors(Some(error), |&error| error.source()).skip(2).map(ToString::to_string);
    let text = std::iter::once(error.to_string()).chain(deeper).collect::<Vec<_>>().join(": ");
    text.lines().next().unwrap_or_default().to_owned()
}

/// Reads JSON. The fault never quotes the text, which holds secrets.
fn json(path: &str, text: &str) -> Result<Value, DocumentFault> {
    serde_json::from_str(text)
        .map_err(|error| DocumentFault::new(path, format!("not JSON, line {} column {}", error.line(), error.column())))
}
