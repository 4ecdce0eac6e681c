//! An approved template with what fills it.

use super::Media;

/// A template, filled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its namespace, for providers that still ask for it.
    pub namespace: Option<String>,
    /// The language that it is approved in, as `ru` or `en_US`.
    pub language: String,
    /// What its header is filled with.
    pub header: Option<Header>,
    /// The parameters of its body: all of them have names, or none has.
    pub body: Vec<Parameter>,
    /// What its buttons are filled with.
    pub buttons: Vec<Button>,
}

/// What a header is filled with.
#[derive(Clone, Debug, PartialEq)]
pub enum Header {
    /// Its one text.
    Text(Parameter),
    /// A medium.
    Media(Media),
    /// A place on the map.
    Location(Location),
}

/// A text that stands for a variable of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The variable's name, in templates whose variables have names.
    pub name: Option<String>,
    /// The text.
    pub text: String,
}

/// A place on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// In degrees, −90 to 90.
    pub latitude: f64,
    /// In degrees, −180 to 180.
    pub longitude: f64,
    /// What it is called.
    pub name: Option<String>,
    /// Its address.
    pub address: Option<String>,
}

/// What a button is filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Its place among the template's buttons, from 0 to 9.
    pub index: u8,
    /// What it does.
    pub action: ButtonAction,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ButtonAction {
    /// Opens the approved address with this appended.
    Url(String),
    /// Comes back to us with this when it is pressed.
    QuickReply(String),
}
