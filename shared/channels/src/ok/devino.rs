//! `DEVINO` on Odnoklassniki: see [`crate::devino`].

use crate::{
    devino::{CAPABILITIES, Devino, NAME},
    registry::Kind,
};
use baton_domain::Channel;

/// What a document may name.
pub const KIND: Kind = Kind {
    name: NAME,
    aliases: &[],
    capabilities: CAPABILITIES,
    new: |entry, context| Ok(Box::new(Devino::new(entry, context, Channel::Ok, "OK")?)),
};
