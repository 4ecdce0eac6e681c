//! A route as text: legs parted by commas, each the channel's name and then its marks: `!` required, `-` no address,
//! `s`, `d` or `r` after a colon for what counts as delivered, a number for the validity in minutes. `whatsapp,sms!:d30`.

use baton_domain::{Channel, Leg, SuccessStatus};
use std::fmt::Write;

const SUCCESS: [(char, SuccessStatus); 3] =
    [('s', SuccessStatus::Sent), ('d', SuccessStatus::Delivered), ('r', SuccessStatus::Read)];

pub(super) fn encode(route: &[Leg]) -> String {
    let mut text = String::new();
    for leg in route {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(leg.channel.name());
        text.extend(leg.required.then_some('!'));
        text.extend((!leg.reachable).then_some('-'));
        text.push(':');
        text.extend(SUCCESS.iter().find(|(_, success)| leg.success == Some(*success)).map(|(mark, _)| mark));
        if let Some(minutes) = leg.validity_minutes {
            // Writing to a String can not fail.
            let _ = write!(text, "{minutes}");
        }
    }
    text
}

pub(super) fn decode(text: &str) -> Option<Vec<Leg>> {
    text.split(',').map(leg).collect()
}

fn leg(text: &str) -> Option<Leg> {
    let (head, tail) = text.split_once(':')?;
    let channel: Channel = head.trim_end_matches(['!', '-']).parse().ok()?;
    let success = SUCCESS.iter().find(|(mark, _)| tail.starts_with(*mark)).map(|(_, success)| *success);
    let minutes = if success.is_some() { &tail[1..] } else { tail };
    Some(Leg {
        channel,
        required: head.contains('!'),
        reachable: !head.contains('-'),
        success,
        validity_minutes: if minutes.is_empty() { None } else { Some(minutes.parse().ok()?) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leg_is_read_back() {
        let mut route = Vec::new();
        for channel in Channel::ALL {
            for required in [true, false] {
                for reachable in [true, false] {
                    for success in SUCCESS.map(|(_, success)| Some(success)).into_iter().chain([None]) {
                        for validity_minutes in [None, Some(1), Some(2880)] {
                            route.push(Leg { channel, required, reachable, success, validity_minutes });
                        }
                    }
                }
            }
        }
        assert_eq!(decode(&encode(&route)), Some(route));
    }
}
