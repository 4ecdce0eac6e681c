//! The simulation can fail: without any one of the safeguards it finds a rule that does not hold, soon.

use baton_simulation::{Check, Safeguard, run};

/// Within so many seeds, from any of the starts.
const SEEDS: u64 = 200;

const STARTS: [u64; 5] = [0, 100_000, 200_000, 300_000, 400_000];

/// Lives histories without a safeguard until a rule does not hold; gives after how many, and which rule it was.
fn found(off: Safeguard, start: u64) -> (u64, Check) {
    let histories = (0..SEEDS).map(|n| (n + 1, run(start + n, Some(off), false).violation));
    let mut broken = histories.filter_map(|(n, violation)| Some((n, violation?.check)));
    broken.next().unwrap_or_else(|| panic!("without {} nothing was found in {SEEDS} seeds from {start}", off.name()))
}

/// What the absence of a safeguard may show as.
const fn shows_as(off: Safeguard) -> &'static [Check] {
    match off {
        Safeguard::Claim => &[Check::OneCall, Check::AtMostOne],
        Safeguard::UnknownStays => &[Check::OneCall],
        Safeguard::ConditionalStore => &[Check::Timeline, Check::Forward, Check::OneCall, Check::NothingLost],
        Safeguard::AcknowledgeLast => &[Check::NothingLost],
        Safeguard::MonotonicStatus => &[Check::Forward],
        // A retry that comes before the provider asked for it is a call too many.
        Safeguard::Time => &[Check::Punctual, Check::OneCall],
        Safeguard::Window => &[Check::Punctual],
        // What the delete of a task has cancelled is no longer the passage's to hold.
        Safeguard::Cancel => &[Check::Cancelled, Check::Held],
        Safeguard::Idempotency => &[Check::AcceptedOnce],
        Safeguard::PutOnce => &[Check::Forward, Check::Timeline],
        Safeguard::AccountScope => &[Check::Accounts],
        Safeguard::StopList => &[Check::Stopped],
        Safeguard::Passage | Safeguard::TaskWindow => &[Check::Held],
    }
}

#[test]
fn every_missing_safeguard_is_found() {
    for off in Safeguard::ALL {
        for start in STARTS {
            let (seeds, check) = found(off, start);
            println!("without {:18} from {start:>6}: seed {seeds:>3}, \"{}\"", off.name(), check.name());
            assert!(shows_as(off).contains(&check), "without {}: {check:?}", off.name());
        }
    }
}
