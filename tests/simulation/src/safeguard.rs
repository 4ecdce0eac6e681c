//! The safeguards that can be turned off, to show that the simulation would notice.

/// One thing that keeps a promise. Turning it off replaces a port or a decision here in the simulation; the product has no
/// switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safeguard {
    /// The write that comes before a provider call: without it a sender only looks whether the attempt waits.
    Claim,
    /// The condition on the version: without it the last writer wins.
    ConditionalStore,
    /// Acknowledge last: without it a record is gone from its queue as soon as it is handed out.
    AcknowledgeLast,
    /// Status only moves forward: without it a receipt sets what it says.
    MonotonicStatus,
    /// The claim's look at the time before which an attempt may not go.
    Time,
    /// The claim's look at the end of the window.
    Window,
    /// The claim's look at whether the message was cancelled.
    Cancel,
    /// The record of an `Idempotency-Key`: without it every try is a new request.
    Idempotency,
    /// Messages are put once: without it a repeated request puts them again as new.
    PutOnce,
    /// A lost claim is an unknown outcome: without it the attempt is claimed again when its holder is dead.
    UnknownStays,
    /// Reads are keyed by the account.
    AccountScope,
    /// The look at the stop list before an attempt.
    StopList,
    /// The question to the task before an attempt.
    Passage,
    /// The windows of a task, where its messages have none.
    TaskWindow,
}

impl Safeguard {
    /// Every safeguard.
    pub const ALL: [Safeguard; 14] = [
        Safeguard::Claim,
        Safeguard::ConditionalStore,
        Safeguard::AcknowledgeLast,
        Safeguard::MonotonicStatus,
        Safeguard::Time,
        Safeguard::Window,
        Safeguard::Cancel,
        Safeguard::Idempotency,
        Safeguard::PutOnce,
        Safeguard::UnknownStays,
        Safeguard::AccountScope,
        Safeguard::StopList,
        Safeguard::Passage,
        Safeguard::TaskWindow,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Safeguard::Claim => "claim",
            Safeguard::ConditionalStore => "conditional-store",
            Safeguard::AcknowledgeLast => "acknowledge-last",
            Safeguard::MonotonicStatus => "monotonic-status",
            Safeguard::Time => "time",
            Safeguard::Window => "window",
            Safeguard::Cancel => "cancel",
            Safeguard::Idempotency => "idempotency",
            Safeguard::PutOnce => "put-once",
            Safeguard::UnknownStays => "unknown-stays",
            Safeguard::AccountScope => "account-scope",
            Safeguard::StopList => "stop-list",
            Safeguard::Passage => "passage",
            Safeguard::TaskWindow => "task-window",
        }
    }
}
