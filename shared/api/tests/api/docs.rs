//! `GET /api/docs`, the document for people.

use crate::support::Bench;
use baton_api::{Body, handle};
use http::{Request, Response};

async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    handle(&Bench::new().app, request.body(Vec::new()).expect("a request")).await
}

fn bytes(response: &Response<Body>) -> &[u8] {
    match response.body() {
        Body::Bytes(bytes) => bytes,
        Body::Text(text) => text.as_bytes(),
    }
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().expect("text"))
}

#[tokio::test]
async fn the_page_and_its_files_need_no_key_and_ask_nobody_else() {
    let page = ask("GET", "/api/docs", &[]).await;
    let html = String::from_utf8(bytes(&page).to_vec()).expect("UTF-8");
    let files = html.split('"').filter(|text| text.starts_with("docs/"));
    let files: Vec<_> = files.map(|file| format!("/api/{file}")).collect();
    assert_eq!(files.len(), 3, "{html}");
    for path in ["/api/docs".to_owned()].iter().chain(&files) {
        let seen = ask("GET", path, &[]).await;
        assert_eq!(seen.status(), 200, "{path}");
        let kind = header(&seen, "content-type").expect("a type");
        let expected = [("docs", "text/html"), ("js", "text/javascript"), ("css", "text/css")];
        let expected = expected.iter().find(|(end, _)| path.ends_with(end)).expect("a known end").1;
        assert_eq!(kind, format!("{expected}; charset=utf-8"), "{path}");
        let policy = header(&seen, "content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("http"), "{policy}");
        assert_eq!(header(&seen, "x-content-type-options"), Some("nosniff"));
        assert!(header(&seen, "x-request-id").is_some());
        let compressed = bytes(&seen).starts_with(&[0x1f, 0x8b]);
        assert_eq!(header(&seen, "content-encoding"), compressed.then_some("gzip"), "{path}");
    }
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    for path in ["/api/docs", "/api/docs/swagger-ui-bundle.js"] {
        let first = ask("GET", path, &[]).await;
        let tag = header(&first, "etag").expect("a tag").to_owned();
        for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}")] {
            let again = ask("GET", path, &[("if-none-match", &known)]).await;
            assert_eq!((again.status().as_u16(), bytes(&again), header(&again, "etag")), (304, &b""[..], Some(&*tag)));
        }
        assert_eq!(ask("GET", path, &[("if-none-match", "\"other\"")]).await.status(), 200);
    }
}

#[tokio::test]
async fn other_addresses_and_methods_are_answered_as_everywhere() {
    let moved = ask("GET", "/api/docs/", &[]).await;
    assert_eq!((moved.status().as_u16(), header(&moved, "location")), (308, Some("../docs")));
    for path in ["/api/docs/none.js", "/api/docsx", "/api/docs/../docs-page/LICENSE"] {
        assert_eq!(ask("GET", path, &[]).await.status(), 404, "{path}");
    }
    let posted = ask("POST", "/api/docs", &[]).await;
    assert_eq!((posted.status().as_u16(), header(&posted, "allow")), (405, Some("GET, HEAD")));
    assert_eq!(header(&posted, "content-type"), Some("application/json"));
}
