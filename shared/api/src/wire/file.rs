//! Files of tasks.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// Sheets as parts of a body.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostFiles {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// A sheet as XLSX or CSV, at most 5 MB; repeatable.
    #[schema(value_type = Vec<String>, format = Binary)]
    pub messages: Vec<String>,
}

/// A sheet as a part of a body, whose messages go at once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostBulk {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// A sheet as XLSX or CSV, at most 5 MB.
    #[schema(format = Binary)]
    pub messages: String,
    /// Not to wait for the result.
    #[serde(default, rename = "async")]
    pub is_async: bool,
}

/// Files that were taken. They are read at once; the task's status is IMPORTING meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddedFiles {
    /// The task.
    pub id: Uuid,
    /// The files, in order.
    pub files: Vec<AddedFile>,
}

/// A file that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddedFile {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    #[schema(example = "december.xlsx")]
    pub name: String,
}

/// What a file will be called that is posted by a form.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "december.xlsx"}))]
pub struct MakeUpload {
    /// The account; the caller's own when absent.
    #[schema(nullable)]
    pub company_id: Option<u64>,
    /// The file's name, for the list of refused rows, 1 to 255 characters.
    #[schema(nullable, max_length = 255)]
    pub name: Option<String>,
}

/// A form for one file of at most 200 MB, which is valid for an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Upload {
    /// The id that the file will have.
    pub id: Uuid,
    /// Where the form is posted to, as multipart/form-data.
    pub url: String,
    /// Its fields, in order; the file follows as `file`, last.
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
}

/// A bulk from a sheet, which is being read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkFile {
    /// Its id, for GET /messages/bulk/{id}.
    pub id: Uuid,
}

/// A file that is too large for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileLink {
    /// Where it is, for an hour.
    pub url: String,
}
