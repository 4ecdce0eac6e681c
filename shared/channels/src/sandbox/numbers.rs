//! The sandbox as a provider that looks phone numbers up. It keeps no state: what it says follows from the end of the number, from
//! the number of the order, and from the time since.

use super::{NAME, Settings};
use crate::document::{DocumentFault, Entry};
use baton_domain::{
    ErrorClass, PhoneStatus, ProviderError, Time,
    phone_check::{Finding, Order, Question, Said},
};
use baton_pipeline::phone_checks::ports::Lookup;
use futures::{FutureExt, future::BoxFuture};
use std::time::Duration;

/// How long a look-up takes.
const TAKES: Duration = Duration::from_secs(1);

/// What becomes of a number by its ending; `None`: no answer ever. Any other number is reachable.
const STATUSES: [(&str, Option<PhoneStatus>); 3] =
    [("0001", Some(PhoneStatus::NotExisting)), ("0002", None), ("0003", Some(PhoneStatus::Absent))];

/// The orders that fail when a number in them has this ending: up to which order of a check, and how.
const FAILURES: [(&str, u8, ErrorClass, &str, Option<Duration>); 3] = [
    ("0004", 2, ErrorClass::Temporary, "temporary_failure", None),
    ("0005", u8::MAX, ErrorClass::Unknown, "timeout", None),
    ("0007", 1, ErrorClass::Temporary, "rate_limited", Some(Duration::from_secs(2))),
];

/// `SANDBOX` for look-ups.
#[derive(Debug)]
pub struct Numbers;

impl Numbers {
    /// The sandbox of an entry `{"name": "SANDBOX"}`.
    ///
    /// # Errors
    /// The entry has settings, or the sandbox is off.
    pub fn new(entry: &Entry, on: bool) -> Result<Numbers, DocumentFault> {
        let Settings {} = entry.settings()?;
        if on { Ok(Numbers) } else { Err(entry.fault("name", super::OFF)) }
    }
}

impl Lookup for Numbers {
    fn name(&self) -> &'static str {
        NAME
    }

    fn first_pause(&self) -> Duration {
        TAKES
    }

    fn pause(&self, _count: usize) -> Duration {
        TAKES
    }

    fn order<'a>(&'a self, order: &'a Order, _now: Time) -> BoxFuture<'a, Result<Vec<Finding>, ProviderError>> {
        let fails = |ending: &str, orders: u8| {
            order.reference.number <= orders && order.phones.iter().any(|phone| phone.ends_with(ending))
        };
        let failure = FAILURES.iter().find(|(ending, orders, ..)| fails(ending, *orders));
        let answer = failure.map_or(Ok(Vec::new()), |(_, _, class, code, pause)| {
            let message = "The sandbox fails with numbers of this ending.";
            Err(ProviderError::new(*class, *code, message).retry_after(*pause))
        });
        std::future::ready(answer).boxed()
    }

    fn ask<'a>(&'a self, questions: &'a [Question], now: Time) -> BoxFuture<'a, Result<Vec<Finding>, ProviderError>> {
        let ended = questions.iter().filter(|question| question.ordered_at + TAKES <= now);
        let findings = ended.filter_map(|question| {
            let status = STATUSES.iter().find(|(ending, _)| question.phone.ends_with(ending));
            let status = status.map_or(Some(PhoneStatus::Reachable), |(_, status)| *status)?;
            Some(Finding { phone: question.phone.clone(), said: Said::Settled(status) })
        });
        std::future::ready(Ok(findings.collect())).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::now;
    use baton_domain::phone_check::OrderRef;
    use chrono::TimeDelta;
    use uuid::Uuid;

    const fn reference(number: u8) -> OrderRef {
        OrderRef { check: Uuid::nil(), number }
    }

    async fn order(ending: &str, number: u8) -> Option<(ErrorClass, Option<u64>)> {
        let phones = vec!["+79990000011".to_owned(), format!("+7999000{ending}")];
        let answer = Numbers.order(&Order { reference: reference(number), phones }, now()).await;
        answer.err().map(|error| (error.class, error.retry_after.map(|pause| pause.as_secs())))
    }

    #[tokio::test]
    async fn an_order_fails_by_the_ending_of_one_of_its_numbers() {
        for ending in ["0000", "0001", "0002", "0003", "0006"] {
            assert_eq!(order(ending, 1).await, None, "{ending}");
        }
        let temporary = Some((ErrorClass::Temporary, None));
        assert_eq!(
            [order("0004", 1).await, order("0004", 2).await, order("0004", 3).await],
            [temporary, temporary, None]
        );
        assert_eq!(order("0005", 1).await, Some((ErrorClass::Unknown, None)));
        assert_eq!([order("0007", 1).await, order("0007", 2).await], [Some((ErrorClass::Temporary, Some(2))), None]);
    }

    #[tokio::test]
    async fn after_a_second_the_ending_says_what_becomes_of_a_number() {
        let ask = async |ending: &str, millis: i64| {
            let phone = format!("+7999000{ending}");
            let question = Question { order: reference(1), phone: phone.clone(), ordered_at: now() };
            let findings = Numbers.ask(&[question], now() + TimeDelta::milliseconds(millis)).await.expect("an answer");
            findings.first().map(|finding| {
                assert_eq!(finding.phone, phone);
                finding.said
            })
        };
        for (ending, expected) in [
            ("0001", Some(PhoneStatus::NotExisting)),
            ("0002", None),
            ("0003", Some(PhoneStatus::Absent)),
            ("0004", Some(PhoneStatus::Reachable)),
            ("0005", Some(PhoneStatus::Reachable)),
            ("1234", Some(PhoneStatus::Reachable)),
        ] {
            assert_eq!(ask(ending, 999).await, None, "{ending}");
            assert_eq!(ask(ending, 1000).await, expected.map(Said::Settled), "{ending}");
        }
    }
}
