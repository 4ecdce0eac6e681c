//! The webhooks of every provider, for the receipts function.
