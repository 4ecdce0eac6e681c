//! The stop list, before a call and after it.

use super::Sender;
use crate::{
    choose::Choice,
    ports::{Bandwidths, Breakers, ChannelQueues, Claims, Clock, FallbackQueue, LastInbound, Messages, Specs, WakeUps},
    stops::{self, StopList, StopWrites},
};
use baton_domain::{ErrorClass, Message, Outcome, ProviderError};

impl<S, F, G, C, L, T> Sender<S, F, G, C, L, T>
where
    S: Claims + Messages + Specs,
    F: ChannelQueues + FallbackQueue + WakeUps,
    G: Breakers + Bandwidths + LastInbound + StopList + StopWrites,
    C: Clock,
{
    /// Nobody on the stop list is written to. What can not be looked up is not sent.
    pub(super) async fn check_not_stopped(&self, message: &Message, address: &str) -> Result<(), ProviderError> {
        let lists = self.gate.ports();
        match stops::stopped(lists, message.account, &message.recipient, (self.channel, address)).await {
            Ok(false) => Ok(()),
            Ok(true) => {
                let message = "The recipient is on the stop list.";
                Err(ProviderError::new(ErrorClass::Permanent, stops::CODE, message))
            }
            Err(error) => {
                tracing::warn!(%error, "the stop list could not be read");
                let message = "The stop list could not be read.";
                Err(ProviderError::new(ErrorClass::Temporary, "stop_list_unavailable", message))
            }
        }
    }

    /// Puts the recipient on the stop list when the provider's answer says so. It comes before the result is written: the next
    /// channel or message must find it. When it fails the next message gets the same answer.
    pub(super) async fn stop(&self, message: &Message, index: u8, choice: &Choice<'_>, outcome: &Outcome) {
        let Outcome::Refused(ProviderError { stop: Some(reason), .. }) = outcome else { return };
        let (lists, now) = (self.gate.ports(), self.clock.now());
        let of = (*reason, Some(choice.provider.name()));
        if let Err(error) = stops::refused(lists, (message, index), of, Some(&choice.address), (now, now)).await {
            tracing::warn!(%error, "the recipient could not be put on the stop list");
        }
    }
}
