//! The contents of messages, for showing them.

use crate::refusal::Refusal;
use baton_domain::{Channel, ChannelContent, Message, Spec, TemplateUse, short_link};
use baton_pipeline::ports::Specs;
use futures::{StreamExt, TryStreamExt, stream};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

const MOST_AT_ONCE: usize = 16;

/// The content of a message.
#[derive(Default)]
pub(crate) struct Shown {
    /// That of the current channel, with the variables filled in; `None` where it is not there any more.
    pub(crate) content: Option<ChannelContent>,
    /// The template that it comes from.
    pub(crate) template: Option<TemplateUse>,
    /// The links in its SMS that may have become short ones: none before it has come to this channel.
    pub(crate) links: Vec<String>,
}

/// The content of each message.
pub(crate) async fn rendered<P: Specs>(ports: &P, messages: &[Message]) -> Result<Vec<Shown>, Refusal> {
    Contents::default().rendered(ports, messages).await
}

/// The contents of a list that is shown part by part.
#[derive(Default)]
pub(crate) struct Contents {
    /// Those that messages of the last part share, as messages of the next one may share them too.
    shared: BTreeMap<Key, Arc<Spec>>,
}

impl Contents {
    /// The content of each message of the next part.
    pub(crate) async fn rendered<P: Specs>(&mut self, ports: &P, messages: &[Message]) -> Result<Vec<Shown>, Refusal> {
        self.read(ports, messages).await?;
        Ok(messages.iter().map(|message| self.shown(message)).collect())
    }

    /// Reads what messages share, and keeps nothing else.
    async fn read<P: Specs>(&mut self, ports: &P, messages: &[Message]) -> Result<(), Refusal> {
        let sharing = messages.iter().filter(|message| message.content.is_none());
        let mut keys: BTreeSet<Key> = sharing.map(key).collect();
        self.shared.retain(|key, _| keys.remove(key));
        let reads = keys.into_iter().map(|key| async move {
            let spec = ports.spec(key.0, key.1, key.2).await?;
            Ok::<_, Refusal>(spec.map(|spec| (key, spec)))
        });
        let read: Vec<_> = stream::iter(reads).buffered(MOST_AT_ONCE).try_collect().await?;
        self.shared.extend(read.into_iter().flatten());
        Ok(())
    }

    fn shown(&self, message: &Message) -> Shown {
        let Some(spec) = message.content.as_ref().or_else(|| self.shared.get(&key(message))) else {
            return Shown::default();
        };
        let content = message.current_channel().and_then(|channel| spec.content(channel));
        // What was accepted can be rendered; should it not, the text itself still says more than nothing.
        let fill = |content: &ChannelContent| content.render(&message.recipient).unwrap_or_else(|_| content.clone());
        Shown { content: content.map(fill), template: spec.template.clone(), links: links(message, spec) }
    }
}

fn links(message: &Message, spec: &Spec) -> Vec<String> {
    let came_to_it = || message.attempts.iter().any(|attempt| message.leg(attempt).channel == Channel::Sms);
    let content = spec.content(Channel::Sms).filter(|_| spec.short_links && came_to_it());
    let text = content.and_then(|content| content.render(&message.recipient).ok()?.text).unwrap_or_default();
    let mut links: Vec<String> = Vec::new();
    // All of them, as what a short one looks like may have changed since.
    for range in short_link::find(&text) {
        if !links.iter().any(|known| *known == text[range.clone()]) {
            links.push(text[range].to_owned());
        }
    }
    links
}

/// Where a content is stored: beside its bulk, by the index of its item.
type Key = (baton_domain::AccountId, baton_domain::BulkId, u16);

fn key(message: &Message) -> Key {
    (message.account, message.id.bulk_key(), message.item)
}
