//! Which provider of a channel a message goes through.

use crate::{gate::ByProvider, provider::Provider};
use baton_domain::{Channel, ChannelContent, ErrorClass, Message, ProviderError, Time, breaker::State};

/// A provider for a message, and what is left besides it.
pub(crate) struct Choice<'a> {
    /// The provider.
    pub(crate) provider: &'a dyn Provider,
    /// The recipient's address there.
    pub(crate) address: String,
    /// Whether the channel has another provider that the message may still go through.
    pub(crate) another: bool,
    /// The providers before it whose breakers are open.
    pub(crate) passed_over: Vec<&'static str>,
}

/// Chooses the first provider in the channel's order that can reach the recipient, is the one that the content names (when it
/// names one), and has not failed this message before. One with an open breaker is passed over while there is another; the last
/// one is called all the same, as that is no worse than not to send at all, and shows when it works again. A try after the first
/// stays with its provider.
///
/// # Errors
/// There is none.
pub(crate) fn choose<'a>(
    providers: &'a [Box<dyn Provider>],
    (channel, message, index): (Channel, &Message, u8),
    content: &ChannelContent,
    (breakers, now): (&ByProvider, Time),
) -> Result<Choice<'a>, ProviderError> {
    let pinned = content.provider.as_deref();
    let named = |provider: &&dyn Provider| pinned.is_none_or(|name| provider.name().eq_ignore_ascii_case(name));
    let set: Vec<_> = providers.iter().map(AsRef::as_ref).filter(named).collect();
    if set.is_empty() {
        return Err(no_provider(channel, pinned));
    }
    let mut reaching: Vec<(&dyn Provider, &str)> = set
        .into_iter()
        .filter_map(|provider| Some((provider, provider.address(channel, &message.recipient, content)?)))
        .collect();
    if reaching.is_empty() {
        let message = "No provider of the channel can reach the recipient with this content.";
        return Err(ProviderError::new(ErrorClass::Permanent, "no_address", message));
    }
    let (before, rest) = message.attempts.split_at(usize::from(index).min(message.attempts.len()));
    let own = rest.first();
    let failed = |name: &str| {
        let same_leg = |leg| own.is_some_and(|own| own.leg == leg);
        before.iter().any(|attempt| same_leg(attempt.leg) && attempt.provider.as_deref() == Some(name))
    };
    reaching.retain(|(provider, _)| !failed(provider.name()));
    let open = |provider: &dyn Provider| {
        breakers.get(provider.name()).is_some_and(|breaker| breaker.state(now) == State::Open)
    };
    let earlier = own.and_then(|own| own.provider.as_deref());
    let place = reaching.iter().position(|(provider, _)| earlier == Some(provider.name()));
    let place = place.or_else(|| reaching.iter().position(|(provider, _)| !open(*provider))).unwrap_or(0);
    let Some((provider, address)) = reaching.get(place).copied() else {
        let message = "Every provider of the channel has failed the message.";
        return Err(ProviderError::new(ErrorClass::Misconfigured, "no_provider_left", message));
    };
    let passed_over =
        reaching[..place].iter().map(|(provider, _)| *provider).filter(|p| open(*p)).map(|p| p.name()).collect();
    Ok(Choice { provider, address: address.to_owned(), another: reaching.len() > 1, passed_over })
}

fn no_provider(channel: Channel, pinned: Option<&str>) -> ProviderError {
    let message = match pinned {
        Some(name) => format!("The provider {name} is not set for {channel}."),
        None => format!("No provider is set for {channel}."),
    };
    ProviderError::new(ErrorClass::Misconfigured, "no_provider", message)
}
