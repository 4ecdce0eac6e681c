//! The providers that reach a phone or a mailbox: SMS, e-mail, WhatsApp, Viber, and VKontakte and Odnoklassniki by phone.

use crate::{
    case::{Case, EMAIL, HOOK_SECRET, PHONE, Report, Served, ordinary, reference},
    reports::{FORM, Fixture, bytes, form, posted, signed, topic, twilio, vonage},
    smtp,
    support::{Captured, Reply},
};
use baton_domain::{Channel, ChannelContent};
use serde_json::{Value, json};

const PEM: &str = include_str!("../support/test-only.pem");
const UUID: &str = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";

pub fn cases() -> Vec<Case> {
    use Channel::{Ok, Sms, Viber, Vk, Whatsapp};
    let no_read = |case| Case { read: None, ..case };
    let (rapporto_vk, rapporto_viber) = (rapporto(Vk), rapporto(Viber));
    vec![
        of_twilio(),
        no_read(of_vonage(Sms, "sms")),
        of_vonage(Viber, "viber_service"),
        of_vonage(Whatsapp, "whatsapp"),
        eum(),
        no_read(rapporto(Sms)),
        rapporto_viber,
        // Rapporto passes on what people write in SMS and Viber alone.
        Case { inbound: None, ..rapporto_vk },
        smsc(),
        ses(),
        Case {
            served: Served::Smtp,
            settings: |port| {
                json!({"host": "localhost", "port": port.parse::<u16>().expect("a port"), "caCertificate": smtp::CA,
                    "user": "baton", "password": "s3cret-password", "fromEmail": "no-reply@example.org"})
            },
            secrets: &["password"],
            ..Case::of(Channel::Email, "SMTP", &Value::Null)
        },
        meta(),
        devino(Vk),
        devino(Ok),
    ]
}

/// A field of the form that was posted.
fn field(calls: &[Captured], name: &str) -> String {
    let fields = calls.last().expect("a request").form();
    fields.into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
}

fn of_twilio() -> Case {
    const TOKEN: &str = "s3cret-account-token";
    Case {
        settings: |url| {
            json!({"accountSid": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "authToken": TOKEN, "apiKeySid": "SK1",
                "apiKeySecret": "s3cret-of-the-key", "baseUrl": url})
        },
        secrets: &["authToken", "apiKeySecret"],
        hook_secret: "authToken",
        delivered: Some(|_, calls| {
            let fields = vec![("MessageSid", "SM1".to_owned()), ("MessageStatus", "delivered".to_owned())];
            twilio(&field(calls, "StatusCallback"), TOKEN, fields)
        }),
        inbound: Some(|_, _| {
            let field = |name, value: &str| (name, value.to_owned());
            let fields =
                vec![field("MessageSid", "SM2"), field("From", PHONE), field("To", "+1"), field("Body", "yes")];
            twilio("https://baton.example.org/webhooks/sms/twilio", TOKEN, fields)
        }),
        taken: Reply::json(201, &json!({"sid": "SM1", "status": "queued"})),
        ..Case::of(Channel::Sms, "TWILIO", &Value::Null)
    }
}

/// `product`: what Vonage calls the channel. The reports name it as well, so each has its own.
fn of_vonage(channel: Channel, product: &str) -> Case {
    fn status(status: &str, now: baton_domain::Time) -> Fixture {
        vonage(HOOK_SECRET, now, &json!({"message_uuid": UUID, "client_ref": reference(), "status": status}))
    }
    fn inbound(product: &str, now: baton_domain::Time) -> Fixture {
        let body = json!({"message_uuid": UUID, "from": "79990000006", "to": "7", "channel": product,
            "message_type": "text", "text": "yes"});
        vonage(HOOK_SECRET, now, &body)
    }
    let inbound: Report = match product {
        "sms" => |request, _| inbound("sms", request.now),
        "whatsapp" => |request, _| inbound("whatsapp", request.now),
        _ => |request, _| inbound("viber_service", request.now),
    };
    Case {
        settings: |url| json!({"applicationId": UUID, "privateKey": PEM, "signatureSecret": HOOK_SECRET, "baseUrl": url}),
        secrets: &["privateKey", "signatureSecret"],
        hook_secret: "signatureSecret",
        delivered: Some(|request, _| status("delivered", request.now)),
        read: Some(|request, _| status("read", request.now)),
        inbound: Some(inbound),
        taken: Reply::json(202, &json!({"message_uuid": UUID})),
        ..Case::of(channel, "VONAGE", &Value::Null)
    }
}

fn eum() -> Case {
    Case {
        settings: |url| json!({"configurationSet": "baton", "baseUrl": url}),
        delivered: Some(|_, _| {
            topic(&json!({"eventType": "TEXT_DELIVERED", "messageId": "m-1", "context": {"ref": reference()}}))
        }),
        inbound: Some(|_, _| {
            topic(&json!({"originationNumber": PHONE, "destinationNumber": "+1", "messageBody": "yes",
                "inboundMessageId": "1"}))
        }),
        taken: Reply::text(200, "application/x-amz-json-1.0", r#"{"MessageId": "m-1"}"#),
        ..Case::of(Channel::Sms, "AWS", &Value::Null)
    }
}

fn rapporto(channel: Channel) -> Case {
    fn address(calls: &[Captured]) -> String {
        calls[0].json()["notifyUrl"].as_str().expect("the address for statuses").to_owned()
    }
    fn status(calls: &[Captured], status: u8) -> Fixture {
        Fixture::Hook(posted(&address(calls), &[], &json!({"id": reference(), "mtNum": "1", "status": status})))
    }
    Case {
        settings: |url| {
            json!({"login": "partner", "password": "s3cret-password", "from": "BRAND", "webhookSecret": HOOK_SECRET,
                "duplicateControl": true, "baseUrl": format!("{url}/api/v6")})
        },
        secrets: &["password", "webhookSecret"],
        key: Some(|call| call.json()["id"].as_str().map(str::to_owned)),
        hook_secret: "webhookSecret",
        delivered: Some(|_, calls| status(calls, 2)),
        read: Some(|_, calls| status(calls, 9)),
        inbound: Some(|request, calls| {
            let body = json!({"transactionId": "1", "sourceAddr": "79990000006", "destAddr": "BRAND", "message": "yes",
                "type": request.channel.to_string().to_uppercase()});
            Fixture::Hook(posted(&address(calls), &[], &body))
        }),
        ..Case::of(channel, "RAPPORTO", &json!({"mtNum": "7390612217", "id": reference()}))
    }
}

fn smsc() -> Case {
    fn called(fields: &[(&str, String)]) -> Fixture {
        let address = format!("https://baton.example.org/webhooks/sms/smsc?secret={HOOK_SECRET}");
        Fixture::Hook(bytes(&address, &[("content-type", FORM.to_owned())], form(fields)))
    }
    Case {
        settings: |url| json!({"login": "brand", "password": "s3cret-password", "webhookSecret": HOOK_SECRET, "baseUrl": url}),
        secrets: &["password", "webhookSecret"],
        hook_secret: "webhookSecret",
        delivered: Some(|_, calls| called(&[("id", field(calls, "id")), ("status", "1".to_owned())])),
        inbound: Some(|_, _| called(&[("phone", "79990000006".to_owned()), ("mes", "yes".to_owned())])),
        ..Case::of(Channel::Sms, "SMSC", &json!({"id": "01", "cnt": 1}))
    }
}

fn ses() -> Case {
    fn event(kind: &str, member: &str, particulars: &Value) -> Fixture {
        let mail = json!({"messageId": "0100", "source": "no-reply@example.org", "tags": {"msg": [reference()]}});
        topic(&json!({"eventType": kind, member: particulars, "mail": mail}))
    }
    Case {
        settings: |url| json!({"fromEmail": "no-reply@example.org", "configurationSet": "baton", "baseUrl": url}),
        delivered: Some(|_, _| event("Delivery", "delivery", &json!({}))),
        read: Some(|_, _| event("Open", "open", &json!({}))),
        inbound: Some(|_, _| {
            event(
                "Complaint",
                "complaint",
                &json!({"feedbackId": "1", "complainedRecipients": [{"emailAddress": EMAIL}]}),
            )
        }),
        ..Case::of(Channel::Email, "SES", &json!({"MessageId": "0100"}))
    }
}

fn meta() -> Case {
    fn about(value: Value) -> Fixture {
        let entry = json!({"id": "1", "changes": [{"field": "messages", "value": value}]});
        let body = json!({"object": "whatsapp_business_account", "entry": [entry]});
        signed("x-hub-signature-256", "sha256=", HOOK_SECRET, &body)
    }
    fn status(status: &str) -> Fixture {
        let status = json!({"id": "wamid.1", "status": status, "biz_opaque_callback_data": reference()});
        about(json!({"statuses": [status]}))
    }
    Case {
        settings: |url| {
            json!({"accessToken": "EAA-s3cret", "phoneNumberId": "106540352242922", "appSecret": HOOK_SECRET,
                "verifyToken": "s3cret-verify", "baseUrl": url})
        },
        secrets: &["accessToken", "appSecret", "verifyToken"],
        hook_secret: "appSecret",
        delivered: Some(|_, _| status("delivered")),
        read: Some(|_, _| status("read")),
        inbound: Some(|_, _| {
            let message = json!({"id": "wamid.2", "from": "79990000006", "type": "text", "text": {"body": "yes"}});
            about(json!({"messages": [message]}))
        }),
        ..Case::of(Channel::Whatsapp, "META", &json!({"messages": [{"id": "wamid.1"}]}))
    }
}

fn devino(channel: Channel) -> Case {
    fn status(calls: &[Captured], status: &str) -> Fixture {
        let message = &calls[0].json()["messages"][0];
        let address = message["status_url"].as_str().expect("the address for statuses").to_owned();
        let body = json!([{"messageId": "1", "status": status, "callbackData": message["callbackData"]}]);
        Fixture::Hook(posted(&address, &[], &body))
    }
    Case {
        settings: |url| json!({"apiKey": "s3cret-key", "webhookSecret": HOOK_SECRET, "baseUrl": url}),
        secrets: &["apiKey", "webhookSecret"],
        content: || ChannelContent { template_name: Some("ordinary".to_owned()), ..ordinary() },
        hook_secret: "webhookSecret",
        delivered: Some(|_, calls| status(calls, "DELIVERED")),
        read: Some(|_, calls| status(calls, "READ")),
        ..Case::of(channel, "DEVINO", &json!({"result": [{"code": "OK", "messageId": "1"}]}))
    }
}
