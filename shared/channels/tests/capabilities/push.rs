//! The push services. None reports anything.

use crate::{
    case::{Case, DEVICE, Served},
    support::{Captured, Reply},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use baton_domain::{Channel, recipient::Platform};
use serde_json::{Value, json};

const RSA: &str = include_str!("../support/test-only.pem");
const EC: &str = include_str!("../support/test-only-ec.pem");

/// A browser's keys, made for the tests: the ones of `tests/contract/test_webpush.py`.
const BROWSER: &str = "BPAFfvntiUXfYdbwWe7eHO0R9j6mtS5MpuxZBf2Qb224qBWyAPBnOzsNEI2R1ztu0F8O-AQdrxzICYzd6c0cqM4";
const BROWSER_KEY: &str = "ARRBDVqc-2StBt2gFwkHbCls_NT9CuQNgE9td_KnAcg";
const BROWSER_SECRET: &str = "y-5qYzUGQr7rdsf9PTH1_Q";

pub fn cases() -> Vec<Case> {
    vec![
        Case {
            settings: |url| {
                let account = json!({"type": "service_account", "project_id": "shop-1", "private_key": RSA,
                    "private_key_id": "1", "client_email": "baton@shop-1.example.com",
                    "token_uri": "https://oauth2.googleapis.com/token"});
                json!({"serviceAccount": account, "tokenUri": format!("{url}/token"), "baseUrl": url})
            },
            secrets: &["serviceAccount"],
            // The stand-in gives access tokens as well.
            ..Case::of(
                Channel::Push,
                "FCM",
                &json!({"name": "projects/shop-1/messages/0:1", "access_token": "ya29.s3cret", "expires_in": 3599,
                    "token_type": "Bearer"}),
            )
        },
        Case {
            served: Served::Http2,
            settings: |url| {
                json!({"keyId": "ABC123DEFG", "teamId": "DEF123GHIJ", "privateKey": EC, "topic": "org.example.shop",
                    "baseUrl": url})
            },
            secrets: &["privateKey"],
            recipient: |recipient, _| recipient.platform = Some(Platform::Ios),
            taken: Reply::text(200, "application/json", "").header("apns-id", "EC1BF194-B3B2-424A-89F9-5A918A8E6B5E"),
            ..Case::of(Channel::Push, "APNS", &Value::Null)
        },
        Case {
            settings: |url| json!({"projectId": "p-1", "serviceToken": "service-s3cret", "baseUrl": url}),
            secrets: &["serviceToken"],
            ..Case::of(Channel::Push, "RUSTORE", &json!({}))
        },
        Case {
            settings: |_| {
                json!({"publicKey": "BPsh-mahyb-EzQREKx4zejLQr8mXVQzBlFIkjH26dC_8ws-l7c4PLWPwcs9CL3aIwD-s9LJvgv6tp4czH4_QBls",
                    "privateKey": "ynOgD-Rsun8XVO0RwaSXzetDmv5YmADiO5aEmCLLCjI", "subject": "mailto:push@example.org",
                    "allowedHosts": ["127.0.0.1"]})
            },
            secrets: &["privateKey"],
            recipient: |recipient, url| {
                let keys = json!({"p256dh": BROWSER, "auth": BROWSER_SECRET});
                let subscription = json!({"endpoint": format!("{url}/push/{DEVICE}"), "keys": keys});
                recipient.platform = Some(Platform::Web);
                recipient.push_registration_id = Some(subscription.to_string());
            },
            taken: Reply::text(201, "text/plain", "").header("location", "https://push.example.org/m/1"),
            open: decrypted,
            ..Case::of(Channel::Push, "WEBPUSH", &Value::Null)
        },
    ]
}

/// The payload, as the browser reads it. The adapter has set the cryptography up by then.
fn decrypted(call: &Captured) -> String {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let key = ece::EcKeyComponents::new(bytes(BROWSER_KEY), bytes(BROWSER));
    let text = ece::decrypt(&key, &bytes(BROWSER_SECRET), &call.body).expect("a payload for the browser");
    String::from_utf8(text).expect("UTF-8")
}
