//! SMSC's look-ups (HLR): ordered as a message with `hlr=1`, asked about as one by `sys/status.php`
//! (<https://smsc.ru/api/http/status_messages/>).
//!
//! One call orders all numbers of a check, under one id of ours; SMSC tells them apart by id and number. So it can be asked about an
//! order whose answer was lost: what it says it does not have (-3) it never got. It allows five questions a minute about one
//! number, and one a minute about several; the latter holds for the whole account, and who asks too soon is told so (error 9).

use super::{Form, Smsc, error};
use crate::{
    outcomes::{check_failed, no_id, word},
    transport::{self, Answer, Bounds},
};
use baton_domain::{
    ErrorClass, Outcome, PhoneStatus, ProviderError, Time,
    phone_check::{Finding, Order, OrderRef, Question, Said},
};
use baton_pipeline::phone_checks::ports::{LOOKUP_TIMEOUT, Lookup};
use futures::future::BoxFuture;
use serde_json::Value;
use std::time::Duration;

/// What is said of one number has about 350 bytes.
const BOUNDS: Bounds = Bounds { timeout: LOOKUP_TIMEOUT, answer: 1024 * 1024 };

/// Most look-ups end within some seconds.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// After a question about one number.
const PAUSE: Duration = Duration::from_secs(13);
/// After a question about several.
const LONG_PAUSE: Duration = Duration::from_secs(61);

/// What `err` of a look-up that failed says of the number (<https://smsc.ru/api/http/status_messages/errors/>). Those that are not
/// here are about the way there: nothing is known of the number then.
const ERRORS: [(&str, PhoneStatus); 8] = [
    ("1", PhoneStatus::NotExisting),
    ("6", PhoneStatus::Absent),
    ("11", PhoneStatus::Unreachable), // no SMS service
    ("12", PhoneStatus::Unreachable), // a fault of the phone
    ("13", PhoneStatus::Unreachable), // barred
    ("21", PhoneStatus::Unreachable), // SMS not supported
    ("237", PhoneStatus::Absent),     // no answer
    ("249", PhoneStatus::Invalid),
];

/// The id of an order: the points keep it apart from the ids of messages, see [`super::reference`].
fn id(order: OrderRef) -> String {
    format!("{}.{}", order.check.simple(), order.number)
}

/// A number as SMSC writes it.
fn digits(phone: &str) -> &str {
    phone.strip_prefix('+').unwrap_or(phone)
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(",")
}

impl Smsc {
    fn order_form(&self, order: &Order) -> Form<'_> {
        let mut form = self.form();
        form.extend([
            ("charset", "utf-8".into()),
            ("id", id(order.reference).into()),
            ("phones", joined(order.phones.iter().map(|phone| digits(phone))).into()),
            ("hlr", "1".into()),
        ]);
        form
    }

    fn question_form(&self, questions: &[Question]) -> Form<'_> {
        let ids: Vec<String> = questions.iter().map(|question| id(question.order)).collect();
        let mut form = self.form();
        form.extend([
            ("charset", "utf-8".into()),
            ("id", joined(ids.iter().map(String::as_str)).into()),
            ("phone", joined(questions.iter().map(|question| digits(&question.phone))).into()),
        ]);
        form
    }

    async fn look_up(&self, script: &str, form: &Form<'_>) -> Result<Answer, Outcome> {
        transport::call_within(self.post(script, form), BOUNDS).await
    }
}

impl Lookup for Smsc {
    fn name(&self) -> &'static str {
        super::NAME
    }

    fn first_pause(&self) -> Duration {
        FIRST_PAUSE
    }

    fn pause(&self, count: usize) -> Duration {
        if count > 1 { LONG_PAUSE } else { PAUSE }
    }

    fn order<'a>(&'a self, order: &'a Order, now: Time) -> BoxFuture<'a, Result<Vec<Finding>, ProviderError>> {
        Box::pin(async move {
            match self.look_up("send", &self.order_form(order)).await {
                Ok(answer) => taken(&answer, order, now),
                Err(Outcome::Refused(error) | Outcome::Unknown(error)) => Err(error),
                Err(Outcome::Accepted(_)) => Ok(Vec::new()),
            }
        })
    }

    fn ask<'a>(&'a self, questions: &'a [Question], now: Time) -> BoxFuture<'a, Result<Vec<Finding>, ProviderError>> {
        Box::pin(async move {
            let answer = self.look_up("status", &self.question_form(questions)).await.map_err(check_failed)?;
            told(&answer, questions, now)
        })
    }
}

/// `{"id": "…", "cnt": 2}` when the order was taken. An error about the numbers is about all of them.
fn taken(answer: &Answer, order: &Order, now: Time) -> Result<Vec<Finding>, ProviderError> {
    let body = answer.json();
    if let Some(error) = error(answer, &body) {
        let status = match error.code.as_str() {
            "7" => PhoneStatus::Invalid,
            "8" => PhoneStatus::Unreachable,
            _ => {
                let pause = error.retry_after.or_else(|| answer.retry_after(now));
                return Err(error.retry_after(pause));
            }
        };
        let finding = |phone: &String| Finding { phone: phone.clone(), said: Said::Settled(status) };
        return Ok(order.phones.iter().map(finding).collect());
    }
    if !answer.status.is_success() {
        return Err(answer.error_by_status(now));
    }
    match (word(&body["id"]), no_id("SMSC")) {
        (None, Outcome::Unknown(error) | Outcome::Refused(error)) => Err(error),
        _ => Ok(Vec::new()),
    }
}

/// `{"status": 1, "err": 0, "imsi": …}` about one number, a list of these about several, in the order of the question.
fn told(answer: &Answer, questions: &[Question], now: Time) -> Result<Vec<Finding>, ProviderError> {
    let body = answer.json();
    if let Some(error) = error(answer, &body) {
        let pause = error.retry_after.or_else(|| answer.retry_after(now));
        return Err(error.retry_after(pause));
    }
    if !answer.status.is_success() {
        return Err(check_failed(answer.outcome_by_status(now)));
    }
    let items = match &body {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    if items.len() != questions.len() || items.iter().all(|item| word(&item["status"]).is_none()) {
        let message = "The answer is not one of SMSC; check baseUrl.";
        return Err(ProviderError::new(ErrorClass::Misconfigured, "bad_answer", message));
    }
    Ok(items.iter().zip(questions).filter_map(|(item, question)| finding(item, question)).collect())
}

/// What is said of one number. Where it names another one it is not about this question.
fn finding(item: &Value, question: &Question) -> Option<Finding> {
    let named = word(&item["phone"]);
    if named.is_some_and(|named| digits(&named) != digits(&question.phone)) {
        return None;
    }
    let said = said(&word(&item["status"])?, &word(&item["err"]).unwrap_or_default())?;
    Some(Finding { phone: question.phone.clone(), said })
}

/// What a status (<https://smsc.ru/api/http/status_messages/statuses/>) and an error say; `None` while the look-up is under way.
fn said(status: &str, error: &str) -> Option<Said> {
    let by_error = ERRORS.iter().find(|(known, _)| *known == error).map(|(_, status)| *status);
    Some(match status {
        "-3" => Said::Missing,
        "1" | "2" => Said::Settled(PhoneStatus::Reachable),
        "22" => Said::Settled(PhoneStatus::Invalid),
        // It can not be reached, SMSC does not say why.
        "20" | "25" if matches!(error, "" | "0") => Said::Settled(PhoneStatus::Unreachable),
        // Expired, stopped, forbidden, without money: only the error, if any, is about the number.
        "-2" | "3" | "20" | "23" | "24" | "25" => Said::Settled(by_error.unwrap_or(PhoneStatus::Unknown)),
        _ => return None,
    })
}

#[cfg(test)]
#[path = "lookup_tests.rs"]
mod tests;
