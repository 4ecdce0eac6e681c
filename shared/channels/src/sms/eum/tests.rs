use super::{
    codes::CODES,
    events::{inbound, read},
    *,
};
use crate::{
    document::parse,
    testing::{attempt, context, now},
};
use aws_sdk_pinpointsmsvoicev2::{
    error::ErrorMetadata,
    types::{
        AccessDeniedExceptionReason, ConflictExceptionReason, ServiceQuotaExceededExceptionReason,
        ValidationExceptionField, ValidationExceptionReason, error as exceptions,
    },
};
use baton_domain::{
    Channel,
    ErrorClass::{Misconfigured, Permanent, Temporary, Unknown},
    ReceiptStatus,
};
use baton_pipeline::{
    inbound::{Act, Inbound},
    provider::WebhookError,
};
use serde_json::{Value, json};

fn entry(settings: &str) -> Entry {
    parse(&format!(r#"[{{"name": "AWS"{settings}}}]"#)).expect("a document").remove(0)
}

#[test]
fn settings_are_checked() {
    let path = |settings: &str| Eum::new(&entry(settings), &context()).map(|_| ()).map_err(|fault| fault.path);
    for good in ["", r#", "messageType": "PROMOTIONAL", "maxPrice": "0.50", "baseUrl": "http://127.0.0.1:9""#] {
        assert_eq!(path(good), Ok(()), "{good}");
    }
    for (bad, fault) in [
        (r#", "messageType": "promotional""#, "/0/messageType"),
        (r#", "maxPrice": "a dollar""#, "/0/maxPrice"),
        (r#", "maxPrice": "1""#, "/0/maxPrice"),
        (r#", "maxPrice": "100.0""#, "/0/maxPrice"),
        (r#", "maxPrice": "1.-5""#, "/0/maxPrice"),
        (r#", "baseUrl": "sms-voice""#, "/0/baseUrl"),
        (r#", "accessKey": "x""#, "/0/accessKey"),
    ] {
        assert_eq!(path(bad), Err(fault.to_owned()), "{bad}");
    }
}

fn conflict(reason: &str) -> SendTextMessageError {
    let reason = ConflictExceptionReason::from(reason);
    let meta = ErrorMetadata::builder().code("ConflictException").build();
    SendTextMessageError::ConflictException(exceptions::ConflictException::builder().reason(reason).meta(meta).build())
}

fn validation(reason: &str, field: Option<&str>) -> SendTextMessageError {
    let mut builder = exceptions::ValidationException::builder()
        .reason(ValidationExceptionReason::from(reason))
        .meta(ErrorMetadata::builder().code("ValidationException").build());
    if let Some(field) = field {
        builder =
            builder.fields(ValidationExceptionField::builder().name(field).message("bad").build().expect("a field"));
    }
    SendTextMessageError::ValidationException(builder.build())
}

fn class_and_code(error: &SendTextMessageError) -> (ErrorClass, String) {
    let error = refusal(error, 400);
    (error.class, error.code)
}

#[test]
fn every_reason_has_its_class() {
    assert_eq!(
        CODES.of(Permanent),
        [
            "DESTINATION_PHONE_NUMBER_OPTED_OUT",
            "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION",
            "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE",
            "COUNTRY_NOT_ENABLED",
            "DESTINATION_COUNTRY_BLOCKED",
            "INTERNATIONAL_SENDING_NOT_SUPPORTED",
            "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY",
            "PRICE_OVER_THRESHOLD"
        ]
    );
    assert_eq!(CODES.of(Temporary), ["ThrottlingException", "InternalServerException"]);
    let conflicts = [
        ("DESTINATION_PHONE_NUMBER_OPTED_OUT", Permanent),
        ("DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION", Permanent),
        ("DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE", Permanent),
        ("DESTINATION_PHONE_NUMBER_NOT_VERIFIED", Misconfigured),
        ("NO_ORIGINATION_IDENTITIES_FOUND", Misconfigured),
        ("MESSAGE_TYPE_MISMATCH", Misconfigured),
        ("A_REASON_OF_TOMORROW", Misconfigured),
    ];
    for (reason, class) in conflicts {
        assert_eq!(class_and_code(&conflict(reason)), (class, reason.to_owned()));
    }
    let validations = [
        ("COUNTRY_NOT_ENABLED", Permanent),
        ("DESTINATION_COUNTRY_BLOCKED", Permanent),
        ("INTERNATIONAL_SENDING_NOT_SUPPORTED", Permanent),
        ("INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", Permanent),
        ("PRICE_OVER_THRESHOLD", Permanent),
        ("SENDER_ID_NOT_REGISTERED", Misconfigured),
        ("SENDER_ID_NOT_SUPPORTED", Misconfigured),
        ("SENDER_ID_REQUIRES_REGISTRATION", Misconfigured),
        ("FIELD_VALIDATION_FAILED", Misconfigured),
    ];
    for (reason, class) in validations {
        assert_eq!(class_and_code(&validation(reason, None)), (class, reason.to_owned()));
    }
}

#[test]
fn an_invalid_field_counts_against_the_recipient_only_when_it_is_the_number() {
    let of = |field| class_and_code(&validation("FIELD_VALIDATION_FAILED", Some(field))).0;
    assert_eq!(of("DestinationPhoneNumber"), Permanent);
    assert_eq!(of("MessageBody"), Misconfigured);
}

#[test]
fn exceptions_without_a_telling_reason_go_by_their_name() {
    use SendTextMessageError as E;
    let meta = |code: &str| ErrorMetadata::builder().code(code).build();
    let denied = |reason: &str| {
        let builder = exceptions::AccessDeniedException::builder().meta(meta("AccessDeniedException"));
        E::AccessDeniedException(builder.reason(AccessDeniedExceptionReason::from(reason)).build())
    };
    let quota = |reason: &str| {
        let builder = exceptions::ServiceQuotaExceededException::builder().meta(meta("ServiceQuotaExceededException"));
        E::ServiceQuotaExceededException(builder.reason(ServiceQuotaExceededExceptionReason::from(reason)).build())
    };
    let throttled = exceptions::ThrottlingException::builder().meta(meta("ThrottlingException")).build();
    let internal = exceptions::InternalServerException::builder().meta(meta("InternalServerException")).build();
    let missing = exceptions::ResourceNotFoundException::builder().meta(meta("ResourceNotFoundException")).build();
    for (error, class, code) in [
        (denied("INSUFFICIENT_ACCOUNT_REPUTATION"), Misconfigured, "INSUFFICIENT_ACCOUNT_REPUTATION"),
        (denied("ACCOUNT_DISABLED"), Misconfigured, "ACCOUNT_DISABLED"),
        (quota("MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"), Misconfigured, "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"),
        (quota("DAILY_DESTINATION_CALL_LIMIT"), Misconfigured, "DAILY_DESTINATION_CALL_LIMIT"),
        (quota("SENDER_IDS_PER_ACCOUNT"), Misconfigured, "SENDER_IDS_PER_ACCOUNT"),
        (E::ThrottlingException(throttled), Temporary, "ThrottlingException"),
        (E::InternalServerException(internal), Temporary, "InternalServerException"),
        (E::ResourceNotFoundException(missing), Misconfigured, "ResourceNotFoundException"),
    ] {
        assert_eq!(class_and_code(&error), (class, code.to_owned()));
    }
    let other = |status: u16, code: Option<&str>| {
        let meta = code.map_or_else(|| ErrorMetadata::builder().build(), meta);
        let error = refusal(&E::generic(meta), status);
        (error.class, error.code)
    };
    assert_eq!(
        other(400, Some("UnrecognizedClientException")),
        (Misconfigured, "UnrecognizedClientException".to_owned())
    );
    assert_eq!(other(503, None), (Temporary, "http_503".to_owned()));
    assert_eq!(other(500, None), (Unknown, "http_500".to_owned()));
}

/// As AWS documents it.
fn event(kind: &str) -> Value {
    json!({
        "eventType": kind, "eventVersion": "1.0", "eventTimestamp": 1_686_975_103_470_i64, "isFinal": true,
        "originationPhoneNumber": "+12065550152", "destinationPhoneNumber": "+14255550156", "isoCountryCode": "US",
        "mcc": "310", "mnc": "800", "carrierName": "x", "messageId": "862a8790-60c1-4430-9b2b-658bdexample",
        "messageRequestTimestamp": 1_686_975_103_170_i64, "messageEncoding": "GSM", "messageType": "TRANSACTIONAL",
        "messageStatus": "x", "messageStatusDescription": "x", "context": {"ref": attempt()},
        "totalMessageParts": 2, "totalMessagePrice": 0.09582, "totalCarrierFee": 0.0,
    })
}

#[test]
fn an_event_becomes_a_receipt() {
    let of = |kind: &str| read(&event(kind), now()).expect("an event").pop().map(|receipt| receipt.receipt.status);
    for sent in ["TEXT_QUEUED", "TEXT_PENDING", "TEXT_SENT", "TEXT_SUCCESSFUL"] {
        assert_eq!(of(sent), Some(ReceiptStatus::Sent), "{sent}");
    }
    assert_eq!(of("TEXT_DELIVERED"), Some(ReceiptStatus::Delivered));
    for failed in [
        "TEXT_INVALID",
        "TEXT_INVALID_MESSAGE",
        "TEXT_CARRIER_BLOCKED",
        "TEXT_BLOCKED",
        "TEXT_SPAM",
        "TEXT_PROTECT_BLOCKED",
        "TEXT_UNREACHABLE",
        "TEXT_CARRIER_UNREACHABLE",
        "TEXT_TTL_EXPIRED",
    ] {
        let Some(ReceiptStatus::Failed(error)) = of(failed) else { panic!("{failed} is no failure") };
        assert_eq!((error.class, error.code.as_str()), (Permanent, failed));
    }
    for silent in ["TEXT_UNKNOWN", "VOICE_COMPLETED", "MEDIA_DELIVERED", "TEXT_OF_TOMORROW"] {
        assert_eq!(of(silent), None, "{silent}");
    }
    let receipt = read(&event("TEXT_DELIVERED"), now()).expect("an event").remove(0);
    assert_eq!((receipt.attempt, receipt.receipt.part_count), (attempt(), Some(2)));
    assert_eq!(receipt.receipt.at.timestamp_millis(), 1_686_975_103_470);
    assert_eq!(receipt.receipt.provider_message_id.as_deref(), Some("862a8790-60c1-4430-9b2b-658bdexample"));
}

#[test]
fn what_is_not_ours_gives_no_receipt() {
    for context in [json!(null), json!({}), json!({"ref": "order 5"}), json!({"account": "bar"})] {
        let mut event = event("TEXT_DELIVERED");
        event["context"] = context;
        assert_eq!(read(&event, now()), Ok(Vec::new()));
    }
    assert!(matches!(read(&json!({"messageId": "x"}), now()), Err(WebhookError::Malformed(_))));
}

#[test]
fn what_somebody_writes_to_a_two_way_number_is_inbound() {
    let event = |text: &str| {
        json!({
            "originationNumber": "+14255550182", "destinationNumber": "+12125550101", "messageKeyword": "KEYWORD_1",
            "messageBody": text, "inboundMessageId": "cae173d2-66b9-564c-8309-21f858e9fb84",
            "previousPublishedMessageId": "wJalrXUtnFEMI",
        })
    };
    let wrote = |text: &str| Act::Wrote { text: text.to_owned(), payload: None };
    for (text, act) in [
        ("Да, приду", wrote("Да, приду")),
        ("", wrote("")),
        ("STOP", Act::Blocked),
        ("стоп", Act::Blocked),
        ("Start!", Act::Allowed),
        ("start now", wrote("start now")),
    ] {
        let expected = Inbound {
            channel: Channel::Sms,
            provider: "AWS".to_owned(),
            id: "cae173d2-66b9-564c-8309-21f858e9fb84".to_owned(),
            from: "+14255550182".to_owned(),
            to: Some("+12125550101".to_owned()),
            at: now(),
            act,
        };
        assert_eq!(inbound(&event(text), now()), Ok(Some(expected)), "{text}");
    }
    assert_eq!(inbound(&json!({"messageBody": "x"}), now()), Ok(None));
    let mut nameless = event("x");
    nameless["inboundMessageId"] = 7.into();
    assert!(matches!(inbound(&nameless, now()), Err(WebhookError::Malformed(_))));
}
