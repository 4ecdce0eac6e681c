//! The adapter of AWS End User Messaging against a stand-in, through the public interface. Writes the requests for
//! `tests/contract`.

mod support;

use baton_channels::{Context, sms};
use baton_domain::{Channel, ChannelContent, Outcome};
use baton_pipeline::provider::Provider;
use serde_json::{Value, json};
use support::{Reply, StandIn, attempt, clear, context, nowhere, request, summary, text};

const TO: &str = "+79990000001";

fn provider_with(context: &Context, base_url: &str, settings: &Value) -> Box<dyn Provider> {
    let mut entry = json!({"name": "AWS", "baseUrl": base_url});
    for (name, value) in settings.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    sms::providers(&json!([entry]).to_string(), context).expect("a provider").remove(0)
}

fn provider(base_url: &str, settings: &Value) -> Box<dyn Provider> {
    provider_with(&context(), base_url, settings)
}

/// As the service speaks it: `application/x-amz-json-1.0`.
fn reply(status: u16, body: &Value) -> Reply {
    Reply::text(status, "application/x-amz-json-1.0", &body.to_string())
}

fn taken() -> Reply {
    reply(200, &json!({"MessageId": "862a8790-60c1-4430-9b2b-658bdexample"}))
}

#[tokio::test]
async fn requests() {
    clear("eum");
    let stand_in = StandIn::start(taken()).await;
    let everything = json!({
        "from": "BATON", "configurationSet": "baton", "messageType": "PROMOTIONAL", "maxPrice": "0.50", "region": "eu-central-1",
    });
    let all = ChannelContent {
        from: Some("+12065550152".to_owned()),
        validity_period: Some(2880),
        image_url: Some("https://example.org/a.png".to_owned()),
        ..text("Код: 1234 & « + = 😀»\nвторая строка")
    };
    for (case, settings, content) in [
        ("text", json!({}), text("Hello")),
        ("longest", json!({"from": "BATON"}), text(&"a".repeat(1600))),
        ("cyrillic", json!({"configurationSet": "baton"}), text("Здравствуйте")),
        ("all", everything, all),
    ] {
        let outcome = provider(&stand_in.url, &settings).send(&request(Channel::Sms, TO, content.clone())).await;
        let Outcome::Accepted(accepted) = &outcome else { panic!("{case}: {outcome:?}") };
        assert_eq!(accepted.provider_message_id.as_deref(), Some("862a8790-60c1-4430-9b2b-658bdexample"));
        let configured = settings["configurationSet"].is_string();
        assert_eq!(accepted.receipts, configured, "without a configuration set there are no events");

        let requests = stand_in.take();
        assert_eq!(requests.len(), 1, "{case}");
        requests[0].dump("eum", case);
        let body = requests[0].json();
        assert_eq!((&body["DestinationPhoneNumber"], &body["MessageBody"]), (&json!(TO), &json!(content.text)));
        assert_eq!(body["Context"], json!({"ref": attempt().to_string()}));
        let from = content.from.as_deref().or(settings["from"].as_str());
        assert_eq!(body["OriginationIdentity"].as_str(), from, "{case}");
        assert_eq!(
            body["TimeToLive"].as_u64(),
            content.validity_period.map(|minutes| u64::from(minutes) * 60),
            "{case}"
        );
        let kind = settings["messageType"].as_str().unwrap_or("TRANSACTIONAL");
        assert_eq!(body["MessageType"].as_str(), Some(kind), "{case}");
    }
}

#[tokio::test]
async fn failures() {
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(&stand_in.url, &json!({}));
    let sms = request(Channel::Sms, TO, text("Hello"));
    let exception = |name: &str, status: u16, more: Value| {
        let mut body = json!({"__type": name, "Message": TO});
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        reply(status, &body)
    };
    let with = |reason: &str| json!({"Reason": reason});
    let field =
        json!({"Reason": "FIELD_VALIDATION_FAILED", "Fields": [{"Name": "DestinationPhoneNumber", "Message": "x"}]});
    for (reply, expected) in [
        (
            exception("ConflictException", 400, with("DESTINATION_PHONE_NUMBER_OPTED_OUT")),
            "permanent DESTINATION_PHONE_NUMBER_OPTED_OUT",
        ),
        (
            exception("ConflictException", 400, with("DESTINATION_PHONE_NUMBER_NOT_VERIFIED")),
            "misconfigured DESTINATION_PHONE_NUMBER_NOT_VERIFIED",
        ),
        (exception("ValidationException", 400, with("COUNTRY_NOT_ENABLED")), "permanent COUNTRY_NOT_ENABLED"),
        (exception("ValidationException", 400, field), "permanent FIELD_VALIDATION_FAILED"),
        (exception("ThrottlingException", 400, json!({})), "temporary ThrottlingException"),
        (exception("InternalServerException", 500, json!({"RequestId": "x"})), "temporary InternalServerException"),
        (exception("AccessDeniedException", 400, with("ACCOUNT_DISABLED")), "misconfigured ACCOUNT_DISABLED"),
        (exception("ResourceNotFoundException", 400, json!({})), "misconfigured ResourceNotFoundException"),
        (
            exception("ServiceQuotaExceededException", 400, with("MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT")),
            "misconfigured MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT",
        ),
        (exception("UnrecognizedClientException", 400, json!({})), "misconfigured UnrecognizedClientException"),
        (Reply::text(500, "text/html", "<html>"), "unknown http_500"),
        (Reply::text(503, "text/html", "<html>"), "temporary http_503"),
        (Reply::text(200, "text/html", "<html>"), "unknown http_200"),
        (Reply::Drop, "unknown connection_lost"),
        (taken(), "accepted"),
    ] {
        stand_in.reply(reply);
        let outcome = provider.send(&sms).await;
        assert_eq!(summary(&outcome), expected, "{outcome:?}");
        assert!(!format!("{outcome:?}").contains(TO), "{outcome:?}");
        assert_eq!(stand_in.take().len(), 1, "one request for one call: {expected}");
    }
}

#[tokio::test]
async fn an_answer_after_the_time_out_leaves_the_outcome_unknown() {
    let late = taken().after(baton_pipeline::provider::CALL_TIMEOUT + std::time::Duration::from_secs(1));
    let stand_in = StandIn::start(late).await;
    let outcome = provider(&stand_in.url, &json!({})).send(&request(Channel::Sms, TO, text("Hello"))).await;
    assert_eq!(summary(&outcome), "unknown timeout");
    assert_eq!(stand_in.take().len(), 1, "the SDK must not try again");
}

#[tokio::test]
async fn nothing_is_sent_without_a_connection_credentials_or_a_fitting_text() {
    let sms = |content| request(Channel::Sms, TO, content);
    let unreachable = provider(&nowhere().await, &json!({}));
    assert_eq!(summary(&unreachable.send(&sms(text("x"))).await), "temporary no_connection");

    let stand_in = StandIn::start(taken()).await;
    let mut context = context();
    let (behavior, region) = (aws_config::BehaviorVersion::latest(), aws_config::Region::new("eu-central-1"));
    context.aws = aws_config::SdkConfig::builder().behavior_version(behavior).region(region).build();
    let anonymous = provider_with(&context, &stand_in.url, &json!({}));
    assert_eq!(summary(&anonymous.send(&sms(text("x"))).await), "misconfigured no_credentials");
    let provider = provider(&stand_in.url, &json!({}));
    assert_eq!(summary(&provider.send(&sms(text(&"я".repeat(1601)))).await), "permanent text_too_long");
    assert_eq!(summary(&provider.send(&sms(ChannelContent::default())).await), "permanent text_missing");
    assert!(stand_in.take().is_empty());
}

#[tokio::test]
async fn a_check_is_a_dry_run_that_tries_credentials_sender_and_configuration_set() {
    clear("eum_check");
    let stand_in = StandIn::start(taken()).await;
    let provider = provider(&stand_in.url, &json!({"from": "BATON", "configurationSet": "baton", "maxPrice": "0.50"}));
    assert_eq!(provider.check().await, Ok(()));
    let requests = stand_in.take();
    assert_eq!(requests.len(), 1);
    requests[0].dump("eum_check", "check");
    let body = requests[0].json();
    assert_eq!((&body["DryRun"], &body["DestinationPhoneNumber"]), (&json!(true), &json!("+14254147755")));
    assert_eq!((&body["OriginationIdentity"], &body["ConfigurationSetName"]), (&json!("BATON"), &json!("baton")));
    let error = |exception: &str, reason: &str| {
        let mut body = json!({"__type": exception, "Message": TO});
        if !reason.is_empty() {
            body["Reason"] = reason.into();
        }
        reply(400, &body)
    };
    // What the simulator's country does not allow says nothing about the countries that messages go to.
    for good in [
        error("ValidationException", "DESTINATION_COUNTRY_BLOCKED"),
        error("ValidationException", "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY"),
        error("ValidationException", "SENDER_ID_NOT_SUPPORTED"),
        error("ConflictException", "NO_ORIGINATION_IDENTITIES_FOUND"),
        error("ConflictException", "DESTINATION_PHONE_NUMBER_NOT_VERIFIED"),
    ] {
        stand_in.reply(good.clone());
        assert_eq!(provider.check().await, Ok(()), "{good:?}");
    }
    for (bad, expected) in [
        (error("AccessDeniedException", ""), "misconfigured AccessDeniedException"),
        (error("AccessDeniedException", "ACCOUNT_DISABLED"), "misconfigured ACCOUNT_DISABLED"),
        (error("ResourceNotFoundException", ""), "misconfigured ResourceNotFoundException"),
        (error("UnrecognizedClientException", ""), "misconfigured UnrecognizedClientException"),
        (error("ConflictException", "MESSAGE_TYPE_MISMATCH"), "misconfigured MESSAGE_TYPE_MISMATCH"),
        (error("ThrottlingException", ""), "temporary ThrottlingException"),
        (Reply::text(500, "text/html", "<html>"), "temporary http_500"),
        (Reply::Drop, "temporary connection_lost"),
    ] {
        stand_in.reply(bad);
        let failed = provider.check().await.expect_err(expected);
        assert_eq!(format!("{} {}", failed.class, failed.code), expected);
        assert!(!failed.message.contains("taken"), "{}", failed.message);
    }
}
