//! When a temporary error is tried again, and when a channel is given up.

use std::time::Duration;

/// Tries of one attempt, the first one included.
pub const MAX_TRIES: u8 = 5;

/// The longest pause that a provider may ask for; a longer one means the next channel. SQS hides a message for at most
/// 12 hours counted from its receipt, and 11 leave room for the time of processing.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(11 * 3600);

/// The pause before the next try after `tries` tries have failed: 1, 4, 16 and 64 s, more when the provider asks for it,
/// plus up to a fifth by `spread` (0 to 1) so that a crowd does not come back at once. `None` when the channel is given up.
#[must_use]
pub fn pause(tries: u8, asked: Option<Duration>, spread: f64) -> Option<Duration> {
    if tries >= MAX_TRIES {
        return None;
    }
    let own = Duration::from_secs(4_u64.pow(u32::from(tries.saturating_sub(1))));
    let wanted = own.max(asked.unwrap_or_default());
    let pause = wanted.mul_f64(1.0 + 0.2 * spread.clamp(0.0, 1.0));
    (wanted <= LONGEST_PAUSE).then_some(pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_and_ends() {
        let seconds = |tries| pause(tries, None, 0.0).map(|pause| pause.as_secs());
        assert_eq!(
            [seconds(1), seconds(2), seconds(3), seconds(4), seconds(5)],
            [Some(1), Some(4), Some(16), Some(64), None]
        );
    }

    #[test]
    fn never_earlier_than_the_provider_asks() {
        let asked = Some(Duration::from_secs(30));
        assert_eq!(pause(1, asked, 0.0), asked);
        assert_eq!(pause(1, asked, 1.0), Some(Duration::from_secs(36)));
        assert_eq!(pause(1, Some(Duration::from_secs(86_400)), 0.0), None);
    }
}
