//! The examples that AWS has published: "Authenticating Requests (AWS Signature Version 4)" in the S3 API reference.

use super::*;
use chrono::{TimeZone, Utc};

/// SHA-256 of nothing.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn signer() -> Signer {
    let credentials = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        None,
        None,
        "the documentation",
    );
    Signer { credentials, region: "us-east-1".to_owned() }
}

fn at(year: i32, month: u32, day: u32) -> SystemTime {
    Utc.with_ymd_and_hms(year, month, day, 0, 0, 0).single().expect("a time").into()
}

#[track_caller]
fn signature(method: &str, url: &str, headers: &[(&str, &str)], digest: &str) -> String {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let signed = signer().headers(method, url, &headers, digest, at(2013, 5, 24)).expect("signed");
    let authorization = signed.iter().find(|(name, _)| name == "authorization").expect("a signature");
    authorization.1.rsplit_once("Signature=").expect("a signature").1.to_owned()
}

#[test]
fn get_object() {
    let url = "https://examplebucket.s3.amazonaws.com/test.txt";
    assert_eq!(
        signature("GET", url, &[("range", "bytes=0-9")], EMPTY),
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    );
}

#[test]
fn put_object() {
    let headers = [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")];
    // The body is "Welcome to Amazon S3.".
    let digest = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    assert_eq!(
        signature("PUT", "https://examplebucket.s3.amazonaws.com/test%24file.text", &headers, digest),
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    );
}

#[test]
fn list_objects() {
    assert_eq!(
        signature("GET", "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J", &[], EMPTY),
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    );
}

#[test]
fn a_link() {
    let link =
        signer().link("https://examplebucket.s3.amazonaws.com/test.txt", Duration::from_secs(86_400), at(2013, 5, 24));
    let link = link.expect("a link");
    assert!(
        link.ends_with("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"),
        "{link}"
    );
    assert!(link.contains("X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus%2Deast%2D1%2Fs3%2Faws4%5Frequest"));
    assert!(link.contains("X-Amz-Expires=86400"));
}

#[test]
fn a_link_of_a_session_names_its_token() {
    let mut signer = signer();
    signer.credentials =
        Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", Some("a token/+".to_owned()), None, "a test");
    let url = "https://examplebucket.s3.amazonaws.com/test.txt?response-content-disposition=attachment";
    let link = signer.link(url, Duration::from_secs(60), at(2013, 5, 24)).expect("a link");
    assert!(link.contains("?response-content-disposition=attachment&X-Amz-"), "{link}");
    assert!(link.contains("X-Amz-Security-Token=a%20token%2F%2B"), "{link}");
}

#[test]
fn the_policy_of_a_form() {
    // "Example: Browser-Based Upload using HTTP POST": its policy as it stands there.
    let policy = concat!(
        "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2",
        "NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMt",
        "cmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29t",
        "L3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4",
        "LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0s",
        "DQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZP",
        "RE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1B",
        "Qy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
    );
    let signature = signer().text(policy, at(2015, 12, 29));
    assert_eq!(signature, "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e");
}
