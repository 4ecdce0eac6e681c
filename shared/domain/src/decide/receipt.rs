use super::{Effect, expiry, fail, fall_back, outstanding, settle_status, settle_success};
use crate::{AttemptState, Message, Receipt, ReceiptStatus, SuccessStatus, Time, TimelineEvent};

/// Takes a receipt about an attempt; `None` when there is no such attempt. Receipts come late, twice and in any order:
/// an attempt only moves forward, and one that failed or expired is delivered all the same when its provider says so.
pub fn receipt(message: &mut Message, index: u8, receipt: &Receipt, now: Time) -> Option<Vec<Effect>> {
    let attempt = message.attempts.get_mut(usize::from(index))?;
    // Nobody can know of an attempt that was never handed over.
    if attempt.tries == 0 {
        return None;
    }
    attempt.receipts = true;
    if attempt.provider_message_id.is_none() {
        attempt.provider_message_id.clone_from(&receipt.provider_message_id);
    }
    // What was sent is known better afterwards.
    attempt.part_count = receipt.part_count.or(attempt.part_count);
    match &receipt.status {
        ReceiptStatus::Failed(error) => {
            if rank(attempt.state) >= rank(AttemptState::Delivered) || attempt.succeeded_at.is_some() {
                return Some(late(message, index, receipt, now));
            }
            if matches!(attempt.state, AttemptState::Failed | AttemptState::Expired | AttemptState::Canceled) {
                return Some(outstanding(message));
            }
            let leg = attempt.leg;
            fail(message, index, error, now);
            fall_back(message, leg, now);
        }
        ReceiptStatus::Sent => arrive(message, index, AttemptState::Sent, receipt, now),
        ReceiptStatus::Delivered => arrive(message, index, AttemptState::Delivered, receipt, now),
        ReceiptStatus::Read => arrive(message, index, AttemptState::Read, receipt, now),
        ReceiptStatus::Tracked(event) => {
            arrive(message, index, AttemptState::Read, receipt, now);
            message.tracks.add(*event, receipt.at);
        }
    }
    settle_status(message);
    Some(outstanding(message))
}

/// How far a state has come on the way to the recipient. A failed attempt that turns out to be delivered moves on.
const fn rank(state: AttemptState) -> u8 {
    match state {
        AttemptState::Read => 3,
        AttemptState::Delivered => 2,
        AttemptState::Sent | AttemptState::Failed | AttemptState::Expired | AttemptState::Canceled => 1,
        AttemptState::Queued | AttemptState::Claimed | AttemptState::Unknown => 0,
    }
}

fn arrive(message: &mut Message, index: u8, state: AttemptState, receipt: &Receipt, now: Time) {
    let attempt = &mut message.attempts[usize::from(index)];
    let (event, time) = match state {
        AttemptState::Read => (TimelineEvent::Read, &mut attempt.read_at),
        AttemptState::Delivered => (TimelineEvent::Delivered, &mut attempt.delivered_at),
        _ => (TimelineEvent::Sent, &mut attempt.sent_at),
    };
    *time = time.or(Some(receipt.at));
    if rank(state) <= rank(attempt.state) || goes_on_waiting(message, index, state) {
        return;
    }
    let attempt = &mut message.attempts[usize::from(index)];
    attempt.state = state;
    let ended = attempt.ended_at.take();
    attempt.error = None;
    // A receipt that comes before the call's own answer: the period counts from it, unless the answer knows better.
    let ends = expiry(&message.route[usize::from(attempt.leg)], receipt.at);
    attempt.expires_at = attempt.expires_at.or(ends);
    // Whoever reads it has got it; some providers leave the delivery receipt out then.
    if state == AttemptState::Read {
        attempt.delivered_at = attempt.delivered_at.or(Some(receipt.at));
    }
    let leg = attempt.leg;
    message.note(now, event, Some(leg), None);
    settle_success(message, index, receipt.at, now);
    // What was given up and has still not come as far as its leg asks for is not waited for again: nothing would end that.
    let attempt = &mut message.attempts[usize::from(index)];
    if attempt.succeeded_at.is_none() {
        attempt.ended_at = ended;
    }
}

/// What may be out and waits to be tried again under the same key goes on waiting for that, unless the news settles it: the next
/// try finds out, and sees to what follows from it. Nothing else would, as there is no call under way.
fn goes_on_waiting(message: &Message, index: u8, news: AttemptState) -> bool {
    let attempt = &message.attempts[usize::from(index)];
    let reached = match news {
        AttemptState::Read => SuccessStatus::Read,
        AttemptState::Delivered => SuccessStatus::Delivered,
        _ => SuccessStatus::Sent,
    };
    let wanted = message.leg(attempt).success.unwrap_or(SuccessStatus::Delivered);
    attempt.state == AttemptState::Queued && attempt.may_be_out() && reached < wanted
}

fn late(message: &mut Message, index: u8, receipt: &Receipt, now: Time) -> Vec<Effect> {
    let leg = message.attempts[usize::from(index)].leg;
    let ReceiptStatus::Failed(error) = &receipt.status else { return outstanding(message) };
    let detail = format!("{} {}", error.class, error.code);
    let known = message.timeline.iter().any(|entry| {
        entry.event == TimelineEvent::LateReceipt && entry.leg == Some(leg) && entry.detail.as_ref() == Some(&detail)
    });
    if !known {
        message.note(now, TimelineEvent::LateReceipt, Some(leg), Some(detail));
    }
    outstanding(message)
}
