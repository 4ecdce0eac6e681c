use super::*;
use crate::testing::{context, now, request};
use baton_domain::{Channel, ChannelContent, Outcome, Recipient, Time};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::{SendRequest, Webhook, WebhookAnswer, WebhookError, WebhookRequest},
};
use futures::future::BoxFuture;

const DOCUMENT: &str = r#"[
    {"name": "messenger", "pageId": "1001", "pageAccessToken": "t"},
    {"name": "bot", "botToken": "1:a"},
    {"name": "ViberBot", "authToken": "t", "from": "Baton"}
]"#;

fn all() -> Vec<Box<dyn Provider>> {
    providers(DOCUMENT, &context()).expect("providers")
}

/// Who takes a content for a recipient, by name.
fn takers(recipient: &Recipient, messenger_type: Option<&str>) -> Vec<&'static str> {
    let content = ChannelContent {
        messenger_type: messenger_type.map(str::to_owned),
        text: Some("x".to_owned()),
        ..ChannelContent::default()
    };
    let takes = |provider: Box<dyn Provider>| {
        let address = provider.address(Channel::Chat, recipient, &content)?;
        assert_eq!(Some(address), recipient.messenger_user_id.as_deref());
        Some(provider.name())
    };
    all().into_iter().filter_map(takes).collect()
}

#[test]
fn a_session_is_with_the_messenger_that_the_content_names() {
    let some = |text: &str| Some(text.to_owned());
    let recipient = Recipient {
        messenger_user_id: some("42"),
        chat_session_id: some("session"),
        phone: some("+79990000001"),
        ..Recipient::default()
    };
    assert_eq!(takers(&recipient, None), ["MESSENGER", "TELEGRAM", "VIBERBOT"]);
    for (named, expected) in
        [("messenger", "MESSENGER"), ("Facebook", "MESSENGER"), ("TELEGRAM", "TELEGRAM"), ("viber", "VIBERBOT")]
    {
        assert_eq!(takers(&recipient, Some(named)), [expected], "{named}");
    }
    assert_eq!(takers(&recipient, Some("whatsapp")), [""; 0]);
    let of_viber = Recipient { messenger_user_id: some("01234567890A="), ..recipient.clone() };
    assert_eq!(takers(&of_viber, None), ["TELEGRAM", "VIBERBOT"]);
    let without_id = Recipient { messenger_user_id: None, ..recipient };
    assert_eq!(takers(&without_id, None), [""; 0], "neither a session nor a phone is an id in a messenger");
}

struct Picky;

impl Provider for Picky {
    fn name(&self) -> &'static str {
        "PICKY"
    }

    fn address<'r>(&self, _: Channel, recipient: &'r Recipient, content: &ChannelContent) -> Option<&'r str> {
        content.text.as_ref().and(recipient.phone.as_deref())
    }

    fn idempotent(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, request: &'a SendRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move { crate::outcomes::accepted(request.to.as_str(), false) })
    }
}

#[tokio::test]
async fn a_wrapped_provider_is_the_same_but_for_its_addresses() {
    let wrapped = session::Session::new(Box::new(Picky), &["picky"]);
    assert_eq!((wrapped.name(), wrapped.idempotent(), wrapped.check().await), ("PICKY", true, Ok(())));
    let recipient = Recipient {
        messenger_user_id: Some("42".to_owned()),
        phone: Some("+79990000001".to_owned()),
        ..Recipient::default()
    };
    let text = ChannelContent { text: Some("x".to_owned()), ..ChannelContent::default() };
    assert_eq!(wrapped.address(Channel::Chat, &recipient, &text), Some("42"));
    assert_eq!(wrapped.address(Channel::Chat, &recipient, &ChannelContent::default()), None);
    let sent = wrapped.send(&request(Channel::Chat, "42", text)).await;
    assert_eq!(sent, crate::outcomes::accepted("42", false));
}

struct Talks;

impl Webhook for Talks {
    fn name(&self) -> &'static str {
        "TALKS"
    }

    fn read(&self, request: &WebhookRequest, now: Time) -> Result<WebhookAnswer, WebhookError> {
        if request.method != "POST" {
            return Err(WebhookError::Forged);
        }
        let inbound = Inbound {
            channel: Channel::Telegram,
            provider: "TALKS".to_owned(),
            id: "1".to_owned(),
            from: "42".to_owned(),
            to: None,
            at: now,
            act: Act::Blocked,
        };
        Ok(WebhookAnswer::inbound(vec![inbound]).body("ok"))
    }
}

#[test]
fn what_people_do_in_a_messenger_belongs_to_their_chats() {
    let webhook = session::webhook(Box::new(Talks));
    assert_eq!(webhook.name(), "TALKS");
    let post = WebhookRequest { method: "POST".to_owned(), ..WebhookRequest::default() };
    let answer = webhook.read(&post, now()).expect("an answer");
    assert_eq!((answer.inbound[0].channel, answer.body.as_str()), (Channel::Chat, "ok"));
    assert_eq!(webhook.read(&WebhookRequest::default(), now()), Err(WebhookError::Forged));
}

#[test]
fn the_tables_of_codes_are_well_formed() {
    messenger::codes::CODES.assert_well_formed();
    viber_bot::codes::CODES.assert_well_formed();
}
