//! The messengers: their own bots, in their channels and in the chat channel, and the Telegram Gateway.

use crate::{
    case::{Case, HOOK_SECRET, PERSON, PHONE, ordinary, reference},
    reports::{Fixture, gateway, posted, signed},
};
use baton_domain::{Channel, ChannelContent};
use serde_json::json;

pub fn cases() -> Vec<Case> {
    use Channel::{Chat, Max, Ok, Telegram, Vk};
    vec![
        telegram(Telegram),
        telegram(Chat),
        of_gateway(),
        vk(Vk),
        vk(Chat),
        ok(Ok),
        ok(Chat),
        max(Max),
        max(Chat),
        messenger(),
        viber_bot(),
    ]
}

fn person() -> u64 {
    PERSON.parse().expect("a number")
}

fn telegram(channel: Channel) -> Case {
    Case {
        settings: |url| json!({"botToken": "123456:s3cret-token", "secretToken": HOOK_SECRET, "baseUrl": url}),
        secrets: &["botToken", "secretToken"],
        hook_secret: "secretToken",
        inbound: Some(|_, _| {
            let message = json!({"message_id": 1, "date": 1_790_000_000, "chat": {"id": person(), "type": "private"},
                "from": {"id": person()}, "text": "yes"});
            let headers = [("x-telegram-bot-api-secret-token", HOOK_SECRET.to_owned())];
            Fixture::Hook(posted("", &headers, &json!({"update_id": 7, "message": message})))
        }),
        ..Case::of(channel, "TELEGRAM", &json!({"ok": true, "result": {"message_id": 77, "chat": {"id": person()}}}))
    }
}

fn of_gateway() -> Case {
    const TOKEN: &str = "AAE-s3cret-token";
    fn status(status: &str, now: baton_domain::Time) -> Fixture {
        let delivery = json!({"status": status, "updated_at": now.timestamp()});
        let body =
            json!({"request_id": "1", "phone_number": PHONE, "payload": reference(), "delivery_status": delivery});
        gateway(TOKEN, now, &body)
    }
    Case {
        settings: |url| json!({"token": TOKEN, "baseUrl": url}),
        secrets: &["token"],
        content: || ChannelContent { code: Some("123456".to_owned()), ..ordinary() },
        hook_secret: "token",
        delivered: Some(|request, _| status("delivered", request.now)),
        read: Some(|request, _| status("read", request.now)),
        ..Case::of(Channel::Telegram, "TELEGRAM_GATEWAY", &json!({"ok": true, "result": {"request_id": "1"}}))
    }
}

fn vk(channel: Channel) -> Case {
    Case {
        settings: |url| {
            json!({"token": "vk1.a.s3cret", "groupId": 7, "confirmation": "c0nfirm", "webhookSecret": HOOK_SECRET,
                "baseUrl": url})
        },
        secrets: &["token", "webhookSecret"],
        key: Some(|call| call.form().into_iter().find(|(name, _)| name == "random_id").map(|(_, value)| value)),
        hook_secret: "webhookSecret",
        inbound: Some(|_, _| {
            let message = json!({"from_id": person(), "peer_id": person(), "text": "yes"});
            let event = json!({"type": "message_new", "event_id": "1", "group_id": 7, "secret": HOOK_SECRET,
                "object": {"message": message}});
            Fixture::Hook(posted("", &[], &event))
        }),
        ..Case::of(channel, "VK", &json!({"response": [{"peer_id": person(), "message_id": 17}]}))
    }
}

fn ok(channel: Channel) -> Case {
    Case {
        settings: |url| json!({"token": "tkn1s3cret:CBA", "webhookSecret": HOOK_SECRET, "baseUrl": url}),
        secrets: &["token", "webhookSecret"],
        hook_secret: "webhookSecret",
        inbound: Some(|request, _| {
            let address = format!("https://baton.example.org/webhooks/{}/ok?secret={HOOK_SECRET}", request.channel);
            let event = json!({"webhookType": "MESSAGE_CREATED", "sender": {"user_id": format!("user:{PERSON}")},
                "message": {"mid": "1", "text": "yes"}, "timestamp": 1_790_000_000_000_i64});
            Fixture::Hook(posted(&address, &[], &event))
        }),
        ..Case::of(channel, "OK", &json!({"success": true, "message_id": "mid:1"}))
    }
}

fn max(channel: Channel) -> Case {
    Case {
        settings: |url| json!({"token": "f9L-s3cret", "webhookSecret": HOOK_SECRET, "baseUrl": url}),
        secrets: &["token", "webhookSecret"],
        hook_secret: "webhookSecret",
        inbound: Some(|_, _| {
            let message = json!({"sender": {"user_id": person()}, "recipient": {"chat_type": "dialog"},
                "body": {"mid": "1", "text": "yes"}});
            let update =
                json!({"update_type": "message_created", "timestamp": 1_790_000_000_000_i64, "message": message});
            Fixture::Hook(posted("", &[("x-max-bot-api-secret", HOOK_SECRET.to_owned())], &update))
        }),
        ..Case::of(channel, "MAX", &json!({"message": {"recipient": {"chat_id": 7}, "body": {"mid": "mid.1"}}}))
    }
}

fn messenger() -> Case {
    Case {
        settings: |url| {
            json!({"pageId": "104", "pageAccessToken": "EAAG-s3cret", "appSecret": HOOK_SECRET,
                "verifyToken": "s3cret-verify", "baseUrl": url})
        },
        secrets: &["pageAccessToken", "appSecret", "verifyToken"],
        hook_secret: "appSecret",
        inbound: Some(|_, _| {
            let event = json!({"sender": {"id": PERSON}, "recipient": {"id": "104"}, "timestamp": 1_790_000_000_000_i64,
                "message": {"mid": "m_2", "text": "yes"}});
            let body = json!({"object": "page", "entry": [{"id": "104", "messaging": [event]}]});
            signed("x-hub-signature-256", "sha256=", HOOK_SECRET, &body)
        }),
        ..Case::of(Channel::Chat, "MESSENGER", &json!({"recipient_id": PERSON, "message_id": "m_1"}))
    }
}

fn viber_bot() -> Case {
    const TOKEN: &str = "445da6az-s3cret-token";
    Case {
        settings: |url| json!({"authToken": TOKEN, "baseUrl": url}),
        secrets: &["authToken"],
        hook_secret: "authToken",
        inbound: Some(|_, _| {
            let event = json!({"event": "message", "timestamp": 1_790_000_000_000_i64, "message_token": 1,
                "sender": {"id": PERSON}, "message": {"type": "text", "text": "yes"}});
            signed("x-viber-content-signature", "", TOKEN, &event)
        }),
        ..Case::of(Channel::Chat, "VIBERBOT", &json!({"status": 0, "message_token": 1}))
    }
}
