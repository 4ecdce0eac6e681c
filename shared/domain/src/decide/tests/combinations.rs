//! Two channels in every combination of `required`, `successStatus`, what becomes of them, and a window that closes.

use super::*;

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Refused,
    Undelivered,
    NotHeardOf,
    NeverReported,
    Delivered,
    Read,
}

const FATES: [Fate; 6] =
    [Fate::Refused, Fate::Undelivered, Fate::NotHeardOf, Fate::NeverReported, Fate::Delivered, Fate::Read];

const WANTED: [Option<SuccessStatus>; 4] =
    [None, Some(SuccessStatus::Sent), Some(SuccessStatus::Delivered), Some(SuccessStatus::Read)];

#[derive(Clone, Copy, Debug)]
struct Case {
    required: bool,
    wanted: Option<SuccessStatus>,
    fate: Fate,
}

impl Case {
    fn all() -> impl Iterator<Item = Case> {
        let fates = |required, wanted| FATES.map(|fate| Case { required, wanted, fate });
        [false, true].into_iter().flat_map(move |required| WANTED.into_iter().flat_map(move |w| fates(required, w)))
    }

    fn leg(self, channel: Channel) -> Leg {
        Leg { required: self.required, success: self.wanted, validity_minutes: Some(1), ..leg(channel) }
    }

    /// Whether it counts as delivered in the end.
    fn succeeds(self) -> bool {
        let reached = match self.fate {
            Fate::Refused | Fate::NotHeardOf => None,
            Fate::Undelivered | Fate::NeverReported => Some(SuccessStatus::Sent),
            Fate::Delivered => Some(SuccessStatus::Delivered),
            Fate::Read => Some(SuccessStatus::Read),
        };
        reached >= Some(self.wanted.unwrap_or(SuccessStatus::Delivered))
    }

    /// The state that its attempt ends in.
    fn ends(self) -> AttemptState {
        match self.fate {
            Fate::Refused => AttemptState::Failed,
            // A failure after the success that was asked for is a late receipt.
            Fate::Undelivered if self.succeeds() => AttemptState::Sent,
            Fate::Undelivered => AttemptState::Failed,
            Fate::NeverReported if self.succeeds() => AttemptState::Sent,
            Fate::NeverReported | Fate::NotHeardOf => AttemptState::Expired,
            Fate::Delivered => AttemptState::Delivered,
            Fate::Read => AttemptState::Read,
        }
    }
}

/// Lives a message until nothing waits any more.
fn live(cases: [Case; 2], mut now: i64, windows: Vec<crate::window::Range>) -> Message {
    let mut message = message([cases[0].leg(Channel::Sms), cases[1].leg(Channel::Email)]);
    message.schedule.ranges = windows;
    open(&mut message, at(now));
    while let Some(index) = message.attempts.iter().position(|attempt| attempt.state == AttemptState::Queued) {
        let own = u8::try_from(index).expect("an index");
        reopen(&mut message, own, at(now));
        let waits = message.attempts[index].not_before.map(|time| (time - at(0)).num_seconds());
        now = now.max(waits.unwrap_or(now));
        let case = cases[usize::from(message.attempts[index].leg)];
        play(&mut message, own, case.fate, now);
        now += 60;
        expire(&mut message, at(now));
    }
    message
}

fn play(message: &mut Message, index: u8, fate: Fate, now: i64) {
    let outcome = match fate {
        Fate::Refused => Outcome::Refused(error(ErrorClass::Permanent)),
        Fate::NotHeardOf => Outcome::Unknown(error(ErrorClass::Unknown)),
        _ => accepted(true),
    };
    answer(message, index, &outcome, now);
    let reports: &[ReceiptStatus] = match fate {
        Fate::Undelivered => &[ReceiptStatus::Failed(error(ErrorClass::Permanent))],
        Fate::Delivered => &[ReceiptStatus::Delivered],
        Fate::Read => &[ReceiptStatus::Delivered, ReceiptStatus::Read],
        _ => &[],
    };
    reports.iter().for_each(|status| {
        report(message, index, status.clone(), now + 5);
    });
}

/// The channels that are tried: required ones, and of the others the second only after the first has not succeeded.
fn tried([first, second]: [Case; 2]) -> Vec<Case> {
    let both = second.required || first.required || !first.succeeds();
    if both { vec![first, second] } else { vec![first] }
}

fn status(tried: &[Case]) -> Status {
    let ends = |state: AttemptState| tried.iter().any(|case| case.ends() == state);
    let succeeded: Vec<_> = tried.iter().filter(|case| case.succeeds()).collect();
    if succeeded.iter().any(|case| case.ends() == AttemptState::Read) {
        return Status::Read;
    }
    if !succeeded.is_empty() || ends(AttemptState::Delivered) {
        return Status::Delivered;
    }
    // The last one of the chain decides, or of all where there is no chain.
    let last = tried.iter().rev().find(|case| !case.required).or(tried.last()).expect("one");
    if last.ends() == AttemptState::Expired { Status::Expired } else { Status::Undelivered }
}

#[test]
fn each_ends_as_the_rules_say() {
    // Half a minute before the window closes: what has to be waited for then goes on the next day.
    for (begins, windows) in [(0, Vec::new()), (30 * 60 - 30, vec![time::half_hour()])] {
        for (first, second) in Case::all().flat_map(|first| Case::all().map(move |second| (first, second))) {
            let message = live([first, second], begins, windows.clone());
            let tried = tried([first, second]);
            let states: Vec<_> = message.attempts.iter().map(|attempt| attempt.state).collect();
            let expected: Vec<_> = tried.iter().map(|case| case.ends()).collect();
            assert_eq!(states, expected, "{first:?} {second:?} {windows:?}");
            assert_eq!(message.status, status(&tried), "{first:?} {second:?} {windows:?}");
            assert_eq!(outstanding(&message), [], "{first:?} {second:?} {windows:?}");
            let outside =
                |attempt: &Attempt| attempt.claimed_at.is_some_and(|time| message.schedule.permit(time).from != time);
            assert!(!message.attempts.iter().any(outside), "{first:?} {second:?}: outside its window");
        }
    }
}
