//! The providers of the channel.
