use serde::Deserialize;
use serde_json::value::RawValue;

/// An element of a list, of which only the price is looked at.
#[derive(Deserialize)]
struct Element<'a> {
    #[serde(borrow)]
    price: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Senders<'a> {
    #[serde(borrow)]
    senders: Vec<Element<'a>>,
}

/// The prices of a list as the body writes them. Numbers are read as doubles otherwise, to which `1e2` is 100 and
/// `0.10000000000000000001` a tenth.
pub(super) struct Written<'a>(Vec<Element<'a>>);

impl<'a> Written<'a> {
    /// Those of a body that is a list. A body that is no list of objects has faults of its own, and no prices here.
    pub(super) fn of_list(body: &'a [u8]) -> Written<'a> {
        Written(serde_json::from_slice(body).unwrap_or_default())
    }

    /// Those of a body whose field `senders` is the list.
    pub(super) fn of_senders(body: &'a [u8]) -> Written<'a> {
        Written(serde_json::from_slice(body).map_or_else(|_| Vec::new(), |body: Senders<'_>| body.senders))
    }

    /// The text of a price, by the element's index.
    pub(super) fn price(&self, index: usize) -> Option<&'a str> {
        Some(self.0.get(index)?.price?.get())
    }
}
