use super::*;
use serde_json::json;

const KEY: &str = "BPAFfvntiUXfYdbwWe7eHO0R9j6mtS5MpuxZBf2Qb224qBWyAPBnOzsNEI2R1ztu0F8O-AQdrxzICYzd6c0cqM4";
const AUTH: &str = "y-5qYzUGQr7rdsf9PTH1_Q";

fn of(endpoint: &str) -> String {
    json!({"endpoint": endpoint, "expirationTime": null, "keys": {"p256dh": KEY, "auth": AUTH}}).to_string()
}

fn fault(endpoint: &str, allowed: &[&str]) -> Option<Fault> {
    let allowed: Vec<_> = allowed.iter().map(|host| (*host).to_owned()).collect();
    Subscription::read(&of(endpoint), &allowed).err()
}

#[test]
fn the_push_services_of_the_browsers_are_called() {
    for endpoint in [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://FCM.googleapis.com/wp/abc",
        "https://fcm.googleapis.com:443/wp/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d",
        "https://web.push.apple.com/QGl",
    ] {
        assert_eq!(fault(endpoint, &[]), None, "{endpoint}");
    }
}

#[test]
fn nothing_else_is_called() {
    for endpoint in [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/x",
        "https://user@fcm.googleapis.com/x",
        "https://user:word@fcm.googleapis.com/x",
        "https://fcm.googleapis.com@169.254.169.254/x",
        "https://fcm.googleapis.com.example.org/x",
        "https://fcm.googleapis.com./x",
        "https://example.org/fcm.googleapis.com",
        "https://example.org#fcm.googleapis.com",
        "https://fcm.googleapis.com/x#y",
        "https://push.services.mozilla.com/x",
        "https://evilpush.services.mozilla.com/x",
        "https://.push.services.mozilla.com/x",
        "https://evil-web.push.apple.com/x",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "file:///etc/passwd",
        "data:text/plain,x",
    ] {
        assert_eq!(fault(endpoint, &[]), Some(Fault::NotAllowed), "{endpoint}");
    }
}

#[test]
fn hosts_of_the_operators_own_are_called_in_any_way() {
    let allowed = ["127.0.0.1", "push.example.org", "*.own.example.org", "[::1]"];
    for endpoint in [
        "http://127.0.0.1:8080/x",
        "https://push.example.org:8443/x",
        "http://a.b.own.example.org/x",
        "http://[::1]:1/x",
    ] {
        assert_eq!(fault(endpoint, &allowed), None, "{endpoint}");
    }
    for endpoint in [
        "http://127.0.0.2/x",
        "https://a.push.example.org/x",
        "https://own.example.org/x",
        "ftp://127.0.0.1/x",
        "http://a@127.0.0.1/x",
    ] {
        assert_eq!(fault(endpoint, &allowed), Some(Fault::NotAllowed), "{endpoint}");
    }
}

#[test]
fn a_pattern_is_a_host_and_never_the_whole_web() {
    for good in ["push.example.org", "*.example.org", "localhost", "127.0.0.1", "[::1]"] {
        assert!(is_pattern(good), "{good}");
    }
    for bad in
        ["", "*", "*.", "*.org", "*.127.0.0.1", "https://a.org", "a.org:80", "a.org/x", "A.org", "a b", "*.*.a.org"]
    {
        assert!(!is_pattern(bad), "{bad}");
    }
}

#[test]
fn what_no_browser_gives_is_malformed() {
    let good = "https://web.push.apple.com/x";
    let keys = |key: &str, auth: &str| json!({"endpoint": good, "keys": {"p256dh": key, "auth": auth}}).to_string();
    for padded in [format!("{AUTH}=="), AUTH.to_owned()] {
        assert!(Subscription::read(&keys(KEY, &padded), &[]).is_ok());
    }
    for text in [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        "\"x\"".to_owned(),
        json!({"endpoint": good}).to_string(),
        json!({"endpoint": 1, "keys": {"p256dh": KEY, "auth": AUTH}}).to_string(),
        keys(&KEY[1..], AUTH),
        keys(KEY, &AUTH[2..]),
        keys("*", AUTH),
        of("no address"),
        of("/relative"),
        "[".repeat(100_000),
    ] {
        assert_eq!(Subscription::read(&text, &[]).err(), Some(Fault::Malformed), "{}", &text[..text.len().min(80)]);
    }
}
