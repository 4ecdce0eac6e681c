//! Registered senders and prices of SMS: how they are set and listed.

use crate::support::{Bench, Seen};
use baton_api::ports::Scope;
use http::Method;
use serde_json::{Value, json};

pub async fn ok(seen: impl Future<Output = Seen>) -> Value {
    let seen = seen.await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    seen.body
}

/// An account with these senders and prices.
pub async fn with(senders: Value, tariffs: Value) -> Bench {
    let bench = Bench::new();
    ok(bench.put("/senders", &json!({"senders": senders}))).await;
    ok(bench.put("/tariffs/sms", &tariffs)).await;
    bench
}

#[tokio::test]
async fn senders_are_replaced_and_listed() {
    let bench = Bench::new();
    assert_eq!(ok(bench.get("/senders")).await, json!({"count": 0, "items": [], "nextCursor": null}));
    let senders = json!({"companyId": 1, "senders": [
        {"from": "Shop", "channel": "SMS", "provider": "twilio", "price": 2.5},
        {"from": "Shop", "channel": "sms", "price": "10.0700"},
        {"from": "a@b.org", "channel": "email", "provider": null, "price": null},
        {"from": "Everywhere"},
    ]});
    let put = ok(bench.put("/senders", &senders)).await;
    let items = json!([
        {"companyId": 1, "from": "Shop", "channel": "sms", "provider": "TWILIO", "price": "2.5"},
        {"companyId": 1, "from": "Shop", "channel": "sms", "provider": null, "price": "10.07"},
        {"companyId": 1, "from": "a@b.org", "channel": "email", "provider": null, "price": null},
        {"companyId": 1, "from": "Everywhere", "channel": null, "provider": null, "price": null},
    ]);
    assert_eq!(put, json!({"count": 4, "items": items, "nextCursor": null}));
    assert_eq!(ok(bench.get("/senders")).await, put);
    for (query, indices) in [
        ("channel=sms", vec![0, 1, 3]),
        ("channel=email,viber", vec![2, 3]),
        ("provider=Twilio", vec![0, 1, 2, 3]),
        ("provider=VONAGE&channel=sms", vec![1, 3]),
    ] {
        let seen = ok(bench.get(&format!("/senders?{query}"))).await;
        let expected: Vec<_> = indices.iter().map(|index: &usize| &items[index]).collect();
        assert_eq!(seen["items"], json!(expected), "{query}");
    }
    let first = ok(bench.get("/senders?limit=3&fields=from")).await;
    assert_eq!((&first["items"][2], &first["nextCursor"]), (&json!({"from": "a@b.org"}), &json!("3")));
    let rest = ok(bench.get("/senders?limit=3&cursor=3")).await;
    assert_eq!((&rest["items"], &rest["nextCursor"]), (&json!([items[3]]), &Value::Null));
    assert_eq!(bench.get("/senders?cursor=x").await.faults(), [("?cursor", "invalid")]);
    let refused = bench.put("/senders?cursor=x", &json!({"senders": []})).await;
    assert_eq!(
        (refused.faults(), ok(bench.get("/senders")).await),
        (vec![("?cursor", "invalid")], put),
        "nothing changes"
    );
    assert_eq!(bench.get("/senders?channel=fax").await.status, 422);
    assert_eq!(ok(bench.put("/senders", &json!({"senders": []}))).await["count"], 0);
}

#[tokio::test]
async fn prices_of_sms_are_replaced_and_listed() {
    let bench = Bench::new();
    let tariffs = json!([
        {"price": "9"},
        {"iso": "ru", "country": "Россия", "price": 2.4375},
        {"mcc_mnc_id": 17, "mcc_mnc": "25001", "iso": "RU", "network": "MTS", "price": "3"},
        {"iso": "KZ", "network": "Beeline", "price": 0},
    ]);
    let item = |id: Option<u64>, codes: Option<&str>, iso: Option<&str>, names: [Option<&str>; 2], price: &str| json!({"mcc_mnc_id": id, "mcc_mnc": codes, "iso": iso, "country": names[0], "network": names[1], "price": price});
    let items = json!([
        item(None, None, None, [None, None], "9"),
        item(None, None, Some("RU"), [Some("Россия"), None], "2.4375"),
        item(Some(17), Some("25001"), Some("RU"), [None, Some("MTS")], "3"),
        item(None, None, Some("KZ"), [None, Some("Beeline")], "0"),
    ]);
    let put = ok(bench.put("/tariffs/sms", &tariffs)).await;
    assert_eq!(put, json!({"count": 4, "items": items, "nextCursor": null}));
    assert_eq!(ok(bench.get("/tariffs/sms")).await, put);
    assert_eq!(ok(bench.put("/tariffs/sms", &items)).await, put, "what was told may be put again");
    assert_eq!(ok(bench.get("/tariffs/sms?limit=1&offset=2")).await["items"], json!([items[2]]));
}

#[tokio::test]
async fn a_bad_price_is_refused_by_its_place_and_nothing_changes() {
    let bench = with(json!([{"from": "Shop", "price": 1}]), json!([{"price": 1}])).await;
    let table = [
        (json!("1.00001"), 422, "too_precise"),
        (json!(1.23456), 422, "too_precise"),
        (json!(-1), 422, "out_of_range"),
        (json!(-0.5), 422, "out_of_range"),
        (json!("-1"), 422, "out_of_range"),
        (json!("NaN"), 422, "invalid"),
        (json!("Infinity"), 422, "invalid"),
        (json!("1e2"), 422, "invalid"),
        (json!("1,5"), 422, "invalid"),
        (json!(" 1"), 422, "invalid"),
        (json!(""), 422, "invalid"),
        (json!(1_000_000.5), 422, "out_of_range"),
        (json!(u64::MAX), 422, "out_of_range"),
        (json!("1000001"), 422, "out_of_range"),
        (json!("9".repeat(1000)), 422, "out_of_range"),
        (json!(true), 400, "wrong_type"),
        (json!([1]), 400, "wrong_type"),
        (json!({"amount": 1}), 400, "wrong_type"),
    ];
    for (price, status, code) in table {
        let senders = json!({"senders": [{"from": "A", "price": 2}, {"from": "B", "price": price}]});
        let seen = bench.put("/senders", &senders).await;
        assert_eq!((seen.status, seen.faults()), (status, vec![("/senders/1/price", code)]), "{price}");
        let seen = bench.put("/tariffs/sms", &json!([{"iso": "RU", "price": 2}, {"price": price}])).await;
        assert_eq!((seen.status, seen.faults()), (status, vec![("/1/price", code)]), "{price}");
    }
    assert_eq!(ok(bench.get("/senders")).await["items"][0]["from"], "Shop");
    assert_eq!(ok(bench.get("/tariffs/sms")).await["items"][0]["price"], "1");
}

/// A number is read as it is written, not as the double that it stands for.
#[tokio::test]
async fn numbers_are_read_from_their_text() {
    let bench = Bench::new();
    let table = [
        ("2.5", 200, "2.5"),
        ("1.5000", 200, "1.5"),
        ("1.50000", 422, "too_precise"),
        ("1.00000000000000000001", 422, "too_precise"),
        ("1e2", 422, "invalid"),
        ("1E-2", 422, "invalid"),
        ("1e300", 422, "invalid"),
        ("-0", 422, "out_of_range"),
        ("1000000.0000", 200, "1000000"),
        ("1000000.0001", 422, "out_of_range"),
        ("100000000000000000000000", 422, "out_of_range"),
        ("NaN", 400, ""),
        ("Infinity", 400, ""),
        ("1e400", 400, ""),
        (".5", 400, ""),
        ("05", 400, ""),
    ];
    let authorization = format!("Bearer {}", bench.token);
    let put = async |path: &str, body: String| {
        bench.raw(Method::PUT, path, &[("authorization", authorization.as_str())], body.into_bytes()).await
    };
    for (text, status, expected) in table {
        let tariffs = format!(r#"[{{"iso": "RU", "price": 1}}, {{"pr\u0069ce": {text}}}]"#);
        let senders =
            format!(r#"{{"senders": [{{"from": "A"}}, {{"price": {text}, "from": "B"}}], "companyId": null}}"#);
        for (path, body, place) in [("/tariffs/sms", tariffs, "/1/price"), ("/senders", senders, "/senders/1/price")] {
            let seen = put(path, body).await;
            assert_eq!(seen.status, status, "{text}: {}", seen.body);
            match status {
                200 => assert_eq!(seen.body["items"][1]["price"], expected),
                422 => assert_eq!(seen.faults(), [(place, expected)], "{text}"),
                _ => assert_eq!(seen.body["code"], "invalid_json"),
            }
        }
    }
}

#[tokio::test]
async fn bad_senders_are_refused_all_faults_at_once() {
    let bench = Bench::new();
    let long = "x".repeat(101);
    let seen = bench.put("/senders", &json!({"senders": [
        {"channel": "fax"}, {"from": ""}, {"from": long}, {"from": "A", "provider": "a b"}, {"from": "A", "name": 1},
        {"from": "B", "channel": "sms"}, {"from": "B", "channel": "SMS"}, {"from": "B\u{7}"},
    ]})).await;
    let mut faults = seen.faults();
    faults.sort_unstable();
    let mut expected = vec![
        ("/senders/0/from", "required"),
        ("/senders/0/channel", "invalid"),
        ("/senders/1/from", "empty"),
        ("/senders/2/from", "too_long"),
        ("/senders/3/provider", "invalid"),
        ("/senders/4/name", "unknown_field"),
        ("/senders/6", "duplicate"),
        ("/senders/7/from", "control_character"),
    ];
    expected.sort_unstable();
    assert_eq!((seen.status, faults), (422, expected));
    for (body, status, fault) in [
        (json!({}), 422, ("/senders", "required")),
        (json!({"senders": {}}), 400, ("/senders", "wrong_type")),
        (json!([]), 400, ("", "wrong_type")),
        (json!({"senders": [5]}), 400, ("/senders/0", "wrong_type")),
        (json!({"senders": vec![json!({"from": "A"}); 1001]}), 422, ("/senders", "too_many")),
        (json!({"senders": [], "sender": 1}), 422, ("/sender", "unknown_field")),
    ] {
        let seen = bench.put("/senders", &body).await;
        assert_eq!((seen.status, seen.faults()), (status, vec![fault]));
    }
    let of = |index: usize| json!({"from": "A", "channel": "sms", "provider": format!("P{index}"), "price": 1});
    let senders = |count: usize| json!({"senders": (0..count).map(of).collect::<Vec<_>>()});
    assert_eq!(bench.put("/senders", &senders(9)).await.faults(), [("/senders/8", "too_many")]);
    assert_eq!(bench.put("/senders", &senders(8)).await.status, 200);
}

/// A place of the caller's own is kept as it was given, and is not everywhere.
#[tokio::test]
async fn tariffs_of_places_that_nobody_knows_are_kept_and_do_not_act() {
    let bench = Bench::new();
    let mut own = vec![
        json!({"mcc_mnc_id": null, "mcc_mnc": null, "iso": null, "country": "Russia", "network": null, "price": "1"}),
        json!({"mcc_mnc_id": null, "mcc_mnc": null, "iso": null, "country": null, "network": "MTS", "price": "2"}),
        json!({"mcc_mnc_id": 5, "mcc_mnc": null, "iso": null, "country": "Russia", "network": "MTS", "price": "3"}),
    ];
    let body = json!({"messages": [{"channels": {"sms": {"text": "t"}}, "destinations": [{"phone": "79990000001"}]}]});
    for price in [Value::Null, json!("4")] {
        assert_eq!(ok(bench.put("/tariffs/sms", &json!(own))).await["items"], json!(own));
        assert_eq!(ok(bench.get("/tariffs/sms")).await["items"], json!(own));
        let seen = bench.post("/messages/validate", &body).await.body;
        assert_eq!(seen[0]["channels"][0]["price"], price, "{seen}");
        own.push(
            json!({"mcc_mnc_id": null, "mcc_mnc": null, "iso": null, "country": null, "network": null, "price": "4"}),
        );
    }
}

#[tokio::test]
async fn bad_tariffs_are_refused() {
    let bench = Bench::new();
    let table = [
        (json!({}), 400, ("", "wrong_type")),
        (json!([{"iso": "RU"}]), 422, ("/0/price", "required")),
        (json!([{"iso": "UK", "price": 1}]), 422, ("/0/iso", "invalid")),
        (json!([{"iso": "Russia", "price": 1}]), 422, ("/0/iso", "invalid")),
        (json!([{"country": "Russia", "price": 1}, {"country": "RUSSIA", "price": 2}]), 422, ("/1", "duplicate")),
        (json!([{"mcc_mnc_id": 5, "price": 1}, {"mcc_mnc_id": 5, "price": 1}]), 422, ("/1", "duplicate")),
        (json!([{"mcc_mnc": "250", "price": 1}]), 422, ("/0/mcc_mnc", "invalid")),
        (json!([{"mcc_mnc": "250 01", "price": 1}]), 422, ("/0/mcc_mnc", "invalid")),
        (json!([{"mcc_mnc": 25001, "price": 1}]), 400, ("/0/mcc_mnc", "wrong_type")),
        (json!([{"price": 1}, {"price": 2}]), 422, ("/1", "duplicate")),
        (json!([{"iso": "RU", "price": 1}, {"iso": "ru", "country": "x", "price": 2}]), 422, ("/1", "duplicate")),
        (
            json!([{"iso": "RU", "network": "MTS", "price": 1}, {"iso": "RU", "network": "mts", "price": 1}]),
            422,
            ("/1", "duplicate"),
        ),
        (json!([{"mccMnc": "25001", "price": 1}]), 422, ("/0/mccMnc", "unknown_field")),
        (json!(vec![json!({"price": 1}); 5001]), 422, ("", "too_many")),
    ];
    for (body, status, fault) in table {
        let seen = bench.put("/tariffs/sms", &body).await;
        assert_eq!((seen.status, seen.faults()), (status, vec![fault]));
    }
    let name = "x".repeat(100);
    let of = |index: usize| json!({"mcc_mnc": format!("{:05}", index), "country": name, "network": name, "price": 1});
    let large: Vec<_> = (0..2000).map(of).collect();
    assert_eq!(bench.put("/tariffs/sms", &json!(large)).await.faults(), [("", "too_long")]);
    assert_eq!(ok(bench.get("/tariffs/sms")).await["count"], 0);
}

#[tokio::test]
async fn admins_write_readers_read_and_nobody_reads_anothers() {
    let bench = Bench::new();
    let (reader, sender) = (bench.key(1, "r", &[Scope::Read]), bench.key(1, "s", &[Scope::Send]));
    let operator = bench.key(1, "o", &[Scope::Read, Scope::Admin, Scope::Operator]);
    let senders = json!({"senders": [{"from": "A"}]});
    for (path, body) in [("/senders", senders.clone()), ("/tariffs/sms", json!([{"price": 1}]))] {
        assert_eq!(bench.as_of(&reader, Method::GET, path, None).await.status, 200);
        assert_eq!(bench.as_of(&sender, Method::GET, path, None).await.status, 403);
        for token in [&reader, &sender] {
            assert_eq!(bench.as_of(token, Method::PUT, path, Some(&body)).await.status, 403);
        }
        assert_eq!(bench.get(&format!("{path}?companyId=2")).await.status, 403);
    }
    let other = json!({"companyId": 2, "senders": [{"from": "A"}]});
    assert_eq!(bench.put("/senders", &other).await.status, 403);
    assert_eq!(bench.put("/tariffs/sms?companyId=2", &json!([])).await.status, 403);
    assert_eq!(bench.as_of(&operator, Method::PUT, "/senders", Some(&other)).await.status, 200);
    assert_eq!(
        bench.as_of(&operator, Method::PUT, "/tariffs/sms?companyId=2", Some(&json!([{"price": 1}]))).await.status,
        200
    );
    assert_eq!(ok(bench.get("/senders")).await["count"], 0);
    let seen = bench.as_of(&operator, Method::GET, "/senders?companyId=2", None).await;
    assert_eq!(seen.body["items"][0]["companyId"], 2);
}
