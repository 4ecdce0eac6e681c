//! The stand-in over HTTP/2 on a plain connection, which begins with HTTP/2 at once (RFC 9113, section 3.3).

use super::{
    Captured, Reply, StandIn,
    state::{State, take},
};
use std::{
    io::Cursor,
    sync::{Arc, Mutex},
};
use tokio::net::{TcpListener, TcpStream};

impl StandIn {
    /// Starts a stand-in that speaks HTTP/2 alone and gives this answer until it is told another.
    pub async fn start_http2(reply: Reply) -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new((reply, Vec::new())));
        let served = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&served)));
            }
        });
        StandIn { url, state }
    }
}

async fn serve(stream: TcpStream, state: State) -> Option<()> {
    let mut connection = h2::server::Builder::new().handshake(stream).await.ok()?;
    while let Some(Ok((request, respond))) = connection.accept().await {
        tokio::spawn(answer(request, respond, Arc::clone(&state)));
    }
    None
}

async fn answer(
    request: http::Request<h2::RecvStream>,
    mut respond: h2::server::SendResponse<Cursor<Vec<u8>>>,
    state: State,
) -> Option<()> {
    let (head, mut stream) = request.into_parts();
    let mut body = Vec::new();
    while let Some(chunk) = stream.data().await {
        let chunk = chunk.ok()?;
        stream.flow_control().release_capacity(chunk.len()).ok()?;
        body.extend_from_slice(&chunk);
    }
    let text = |value: &http::HeaderValue| value.to_str().expect("a header in ASCII").to_owned();
    let captured = Captured {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body,
    };
    let Reply::Answer { status, headers, body, delay } = take(&state, captured) else {
        respond.send_reset(h2::Reason::INTERNAL_ERROR);
        return None;
    };
    tokio::time::sleep(delay).await;
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let mut stream = respond.send_response(response.body(()).expect("an answer"), false).ok()?;
    stream.send_data(Cursor::new(body.into_bytes()), true).ok()
}
