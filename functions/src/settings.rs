//! The environment that `template.yaml` gives a function.

use baton_domain::{Channel, Currency};
use baton_pipeline::callbacks::Lane;

/// A setting is missing or not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {name} {fault}")]
pub struct BadSetting {
    name: String,
    fault: &'static str,
}

/// Reads a setting that must be there.
///
/// # Errors
/// It is missing or empty.
pub fn required(name: &str) -> Result<String, BadSetting> {
    optional(name).ok_or_else(|| BadSetting { name: name.to_owned(), fault: "is not set" })
}

/// Reads a setting; `None` when it is missing or empty.
#[must_use]
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads a whole number, with a default.
///
/// # Errors
/// It is no number.
pub fn number<T: std::str::FromStr>(name: &str, default: T) -> Result<T, BadSetting> {
    match optional(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| BadSetting { name: name.to_owned(), fault: "is not a whole number" }),
    }
}

/// What prices are in: `CURRENCY`, roubles when it is not set.
///
/// # Errors
/// It is no code of a currency.
pub fn currency() -> Result<Currency, BadSetting> {
    let Some(code) = optional("CURRENCY") else { return Ok(Currency::RUB) };
    let fault = "is not the three letters of a currency, as RUB";
    code.parse().map_err(|_| BadSetting { name: "CURRENCY".to_owned(), fault })
}

/// The lane of callbacks that a function serves: `CALLBACK_LANE`.
///
/// # Errors
/// It is neither `fast` nor `slow`.
pub fn callback_lane() -> Result<Lane, BadSetting> {
    match required("CALLBACK_LANE")?.as_str() {
        "fast" => Ok(Lane::Fast),
        "slow" => Ok(Lane::Slow),
        _ => Err(BadSetting { name: "CALLBACK_LANE".to_owned(), fault: "is neither fast nor slow" }),
    }
}

/// The address of a channel's queue.
///
/// # Errors
/// It is not set.
pub fn channel_queue(channel: Channel) -> Result<String, BadSetting> {
    required(&format!("QUEUE_{}", channel.name().to_ascii_uppercase()))
}
