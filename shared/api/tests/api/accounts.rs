//! Two accounts never see each other.

use crate::support::{Bench, sms};
use baton_api::ports::Scope;
use http::Method;
use serde_json::json;

const ALL: [Scope; 3] = [Scope::Send, Scope::Read, Scope::Admin];

#[tokio::test]
async fn another_accounts_messages_can_not_be_read_listed_or_cancelled() {
    let bench = Bench::new();
    let theirs = bench.key(2, "second", &ALL);
    let mut body = sms(&["79990000001"]);
    body["messages"][0]["groupId"] = json!("shared group");
    let mine = bench.post("/messages", &body).await;
    let (id, bulk) = (mine.ids()[0].clone(), mine.body[0]["bulkId"].as_str().expect("an id").to_owned());
    let seen = bench.as_of(&theirs, Method::GET, &format!("/messages/{id}"), None).await;
    assert_eq!((seen.status, seen.body["code"].as_str()), (404, Some("not_found")));
    for query in [
        "",
        &format!("id={id}"),
        &format!("flowId={id}"),
        &format!("bulkId={bulk}"),
        "groupId=shared%20group",
        "recipient=79990000001",
    ] {
        let seen = bench.as_of(&theirs, Method::GET, &format!("/messages?{query}"), None).await;
        assert_eq!((&seen.body["count"], seen.ids().len()), (&json!(0), 0), "{query}");
        assert_eq!(bench.get(&format!("/messages?{query}")).await.ids(), vec![id.clone()], "{query}");
        if !query.is_empty() && !query.starts_with("recipient") {
            let seen = bench.as_of(&theirs, Method::DELETE, &format!("/messages?{query}"), None).await;
            assert_eq!((seen.status, &seen.body), (200, &json!([])), "{query}");
        }
    }
    assert_eq!(bench.get(&format!("/messages/{id}")).await.body["status"], "CREATED");
}

#[tokio::test]
async fn the_same_ids_and_keys_in_two_accounts_are_two_things() {
    let bench = Bench::new();
    let theirs = bench.key(2, "second", &ALL);
    let mut body = sms(&["79990000001"]);
    body["bulkId"] = json!("0f8fad5b-d9cb-469f-a165-70867728950e");
    for token in [&bench.token, &theirs] {
        let seen = bench.as_of(token, Method::POST, "/messages", Some(&body)).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
    }
    assert_eq!(bench.world.messages().len(), 2);
    for token in [&bench.token, &theirs] {
        assert_eq!(bench.as_of(token, Method::GET, "/messages", None).await.body["count"], 1);
    }
}

#[tokio::test]
async fn only_an_operator_may_name_another_account() {
    let bench = Bench::new();
    let mut operator = ALL.to_vec();
    operator.push(Scope::Operator);
    let operator = bench.key(9, "operator", &operator);
    let mut body = sms(&["79990000001"]);
    body["companyId"] = json!(2);
    let seen = bench.post("/messages", &body).await;
    assert_eq!((seen.status, seen.body["code"].as_str()), (403, Some("forbidden")));
    for (method, path) in [
        (Method::GET, "/messages?companyId=2"),
        (Method::GET, "/messages/0f8fad5b-d9cb-469f-a165-70867728950e?companyId=2"),
        (Method::DELETE, "/messages?companyId=2&id=0f8fad5b-d9cb-469f-a165-70867728950e"),
        (Method::GET, "/outbox?companyId=2"),
        (Method::GET, "/keys?companyId=2"),
        (Method::DELETE, "/keys/x?companyId=2"),
    ] {
        assert_eq!(bench.as_of(&bench.token, method, path, None).await.status, 403, "{path}");
    }
    let key = json!({"companyId": 2, "name": "x"});
    assert_eq!(bench.post("/keys", &key).await.status, 403);
    let cancel = json!({"companyId": 2, "groupId": "g"});
    assert_eq!(bench.as_of(&bench.token, Method::DELETE, "/messages", Some(&cancel)).await.status, 403);
    assert!(bench.world.is_empty());

    assert_eq!(bench.as_of(&operator, Method::POST, "/messages", Some(&body)).await.status, 200);
    assert_eq!(bench.as_of(&operator, Method::GET, "/messages?companyId=2", None).await.body["count"], 1);
    assert_eq!(bench.as_of(&operator, Method::GET, "/messages", None).await.body["count"], 0);
    assert_eq!(bench.as_of(&operator, Method::POST, "/keys", Some(&key)).await.status, 200);
    body["companyId"] = json!(1);
    assert_eq!(bench.post("/messages", &body).await.status, 200, "one's own account may be named");
}
