//! `GET /api/docs`: the document for people, shown by Swagger UI, which is part of the program (`infra/vendor.py` brings it). The page
//! asks no other host for anything, and may not: its Content-Security-Policy allows it its own files and this service.

use crate::{Body, refusal::Refusal};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Where the page stands.
pub(crate) const PATH: &str = "/api/docs";

/// Swagger UI sets styles in attributes and draws with images of its own; it needs no `eval` and no frames.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
struct File {
    /// Below [`PATH`].
    name: &'static str,
    kind: &'static str,
    content: &'static [u8],
    /// Whether the content is compressed with gzip, which every browser reads.
    compressed: bool,
}

const PAGE: File = File {
    name: "",
    kind: "text/html; charset=utf-8",
    content: include_bytes!("../docs-page/index.html"),
    compressed: false,
};

static FILES: [File; 4] = [
    PAGE,
    File {
        name: "/start.js",
        kind: "text/javascript; charset=utf-8",
        content: include_bytes!("../docs-page/start.js"),
        compressed: false,
    },
    File {
        name: "/swagger-ui-bundle.js",
        kind: "text/javascript; charset=utf-8",
        content: include_bytes!("../docs-page/swagger-ui-bundle.js.gz"),
        compressed: true,
    },
    File {
        name: "/swagger-ui.css",
        kind: "text/css; charset=utf-8",
        content: include_bytes!("../docs-page/swagger-ui.css.gz"),
        compressed: true,
    },
];

/// The answer to a request for the page or a file of it; `None` for every other request.
pub(crate) fn answer(request: &Request<Vec<u8>>) -> Option<Result<Response<Body>, Refusal>> {
    let name = request.uri().path().strip_prefix(PATH)?;
    if name == "/" {
        // The page's references are relative to the address without the slash.
        return Some(Ok(moved()));
    }
    let file = FILES.iter().find(|file| file.name == name)?;
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This page takes GET.");
        return Some(Err(refusal.header(header::ALLOW, HeaderValue::from_static("GET, HEAD"))));
    }
    Some(Ok(shown(file, request.headers())))
}

fn moved() -> Response<Body> {
    let mut response = Response::new(Body::Bytes(Cow::Borrowed(b"")));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("../docs"));
    response
}

fn shown(file: &'static File, asked: &HeaderMap) -> Response<Body> {
    let tag = tag(file);
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    let is_known = known.flat_map(|tags| tags.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut response = Response::new(Body::Bytes(Cow::Borrowed(if is_known { &[][..] } else { file.content })));
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::ETAG, &tag);
    // Asked for again each time, and answered in a word.
    set(header::CACHE_CONTROL, "no-cache");
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    if !is_known {
        set(header::CONTENT_TYPE, file.kind);
    }
    if file.compressed && !is_known {
        set(header::CONTENT_ENCODING, "gzip");
    }
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    response
}

/// Changes when the content does.
fn tag(file: &File) -> String {
    format!("\"{}\"", hex::encode(&Sha256::digest(file.content)[..12]))
}
