//! What a provider's adapter can do, for the table in `docs/providers.md`; a test backs each cell.

/// What an adapter carries and reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// `text`.
    pub text: bool,
    /// `imageUrl`.
    pub image: bool,
    /// `buttonUrl` with `buttonText`.
    pub button: bool,
    /// `templateName` with `templateData`.
    pub template: bool,
    /// `validityPeriod` is passed on as the provider's own time to live.
    pub ttl: bool,
    /// It reports deliveries.
    pub receipts: bool,
    /// It reports that the recipient has read the message.
    pub read_receipts: bool,
    /// It reports what people write, or that they block us.
    pub inbound: bool,
    /// It takes a key against duplicates.
    pub idempotency: bool,
}

impl Capabilities {
    /// Text alone: what others are written as a change of.
    pub const TEXT: Capabilities = Capabilities {
        text: true,
        image: false,
        button: false,
        template: false,
        ttl: false,
        receipts: false,
        read_receipts: false,
        inbound: false,
        idempotency: false,
    };
}
