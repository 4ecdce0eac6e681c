//! The faults of a request, gathered so that all of them are told at once.

use crate::{refusal::Refusal, wire::Detail};
use http::StatusCode;
use std::fmt::{self, Display};

/// The most faults that an answer lists; the rest are counted.
const MOST_DETAILS: usize = 100;

/// A fault with this code makes the answer a 400.
pub(crate) const WRONG_TYPE: &str = "wrong_type";

/// A place in the body, written as a JSON pointer (RFC 6901).
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    Root,
    Field(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(crate) fn field(&'a self, name: &'a str) -> Path<'a> {
        Path::Field(self, name)
    }

    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        Path::Index(self, index)
    }
}

/// A caller's own names stand in pointers; more of one than this helps nobody.
const LONGEST_NAME: usize = 100;

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Field(parent, name) => {
                let name: String = name.chars().take(LONGEST_NAME).collect();
                write!(f, "{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Path::Index(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    details: Vec<Detail>,
    unlisted: usize,
    wrong_type: bool,
}

impl Faults {
    pub(crate) fn add(&mut self, path: impl Display, code: &str, message: impl Into<String>) {
        self.push(Detail { path: path.to_string(), code: code.to_owned(), message: message.into() });
    }

    pub(crate) fn push(&mut self, detail: Detail) {
        self.wrong_type |= detail.code == WRONG_TYPE;
        if self.details.len() >= MOST_DETAILS {
            self.unlisted += 1;
        } else if !self.details.contains(&detail) {
            self.details.push(detail);
        }
    }

    /// Adds those that were found elsewhere.
    pub(crate) fn extend(&mut self, others: Faults) {
        self.unlisted += others.unlisted;
        others.details.into_iter().for_each(|detail| self.push(detail));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.details.is_empty()
    }

    /// How many there are: two equal counts mean that nothing was found in between.
    pub(crate) fn count(&self) -> usize {
        self.details.len() + self.unlisted
    }

    pub(crate) fn into_details(self) -> Vec<Detail> {
        self.details
    }

    /// `Ok` when nothing is wrong.
    pub(crate) fn check(self) -> Result<(), Refusal> {
        if self.is_empty() { Ok(()) } else { Err(self.into_refusal()) }
    }

    pub(crate) fn into_refusal(self) -> Refusal {
        let (status, code) = if self.wrong_type {
            (StatusCode::BAD_REQUEST, "bad_request")
        } else {
            (StatusCode::UNPROCESSABLE_ENTITY, "validation_failed")
        };
        let error = match (self.details.len(), self.unlisted) {
            (1, 0) => "The request has a fault; details says where.".to_owned(),
            (count, 0) => format!("The request has {count} faults; details lists them."),
            (listed, more) => {
                format!("The request has {} faults; details lists {listed}, {more} more are left out.", listed + more)
            }
        };
        Refusal::new(status, code, error).details(self.details)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_escaped() {
        let (root, odd) = (Path::Root, "a/b~c");
        let (messages, first) = (root.field("messages"), 0);
        assert_eq!(messages.index(first).field(odd).to_string(), "/messages/0/a~1b~0c");
    }

    #[test]
    fn a_hundred_are_listed_and_the_rest_counted() {
        let mut faults = Faults::default();
        (0..250).for_each(|index| faults.add(Path::Root.index(index), "invalid", "."));
        faults.add("/0", "invalid", ".");
        let refusal = faults.into_refusal();
        assert_eq!((refusal.status(), refusal.code()), (StatusCode::UNPROCESSABLE_ENTITY, "validation_failed"));
        let (answer, _) = refusal.into_answer("r");
        assert_eq!(answer.details.len(), 100);
        assert!(answer.error.contains("151 more"), "{}", answer.error);
    }
}
