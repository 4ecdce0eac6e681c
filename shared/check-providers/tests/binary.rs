//! The program as an operator runs it, against stand-ins of providers.

use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
};

const SID: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// What a run came to: exit code, output, error output.
type Ran = (i32, String, String);

/// Runs the program without any of this machine's credentials.
fn run(arguments: &[&str], input: &str, environment: &[(&str, &str)]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_check-providers"))
        .args(arguments)
        .env_clear()
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("an input");
    // It may not read it at all.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    let (out, error) = (text(output.stdout), text(output.stderr));
    assert!(!out.contains("s3cret") && !error.contains("s3cret"), "a secret shows: {out}{error}");
    (output.status.code().expect("an exit code"), out, error)
}

fn check(documents: &Value, offline: bool) -> Ran {
    let arguments: &[&str] = if offline { &["--offline", "-"] } else { &["-"] };
    run(arguments, &documents.to_string(), &[])
}

/// A server that answers every request by its path, as long as the test lives; what the paths do not hold is a 404.
fn serve(answers: &'static [(&'static str, u16, &'static str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.expect("a connection");
            thread::spawn(move || answer(stream, answers));
        }
    });
    url
}

fn answer(mut stream: TcpStream, answers: &[(&str, u16, &str)]) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let head = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = head.split_once("\r\n\r\n") {
            let length = head.to_ascii_lowercase();
            let length = length.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                break;
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    let found = answers.iter().find(|(part, ..)| text.contains(part));
    let (status, body) = found.map_or((404, "{}"), |(_, status, body)| (*status, *body));
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

#[test]
fn every_provider_is_called_and_one_that_refuses_is_a_failure() {
    let url = serve(&[
        ("/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json", 200, r#"{"sid": "AC", "status": "active"}"#),
        ("/pa/get_account_info", 200, r#"{"status": 2, "status_message": "s3cret"}"#),
    ]);
    let twilio = json!({"name": "TWILIO", "accountSid": SID, "authToken": "s3cret", "from": "B", "baseUrl": url});
    let good = json!({"sms": [twilio, {"name": "SANDBOX"}]});
    let (code, out, error) = check(&good, false);
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    let rows: Vec<_> = out.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(rows, ["sms TWILIO ok", "sms SANDBOX ok"]);

    let refused = json!({
        "sms": [twilio], "chat": [{"name": "VIBERBOT", "authToken": "s3cret", "baseUrl": url}],
        "email": [{"name": "SMTP", "host": "127.0.0.1", "port": 1, "tls": "none", "fromEmail": "a@example.org"}],
    });
    let (code, out, error) = check(&refused, false);
    assert_eq!((code, error.as_str()), (1, ""), "{out}");
    for row in ["ok", "misconfigured 2: Viber refused the bot's token.", "temporary no_connection: "] {
        assert!(out.lines().any(|line| line.contains(row)), "{row}: {out}");
    }
}

#[test]
fn a_provider_of_aws_needs_credentials_and_the_others_do_not() {
    let documents = json!({"sms": [{"name": "AWS", "region": "eu-central-1"}, {"name": "SANDBOX"}]});
    let (code, out, _) = check(&documents, false);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("misconfigured no_credentials: ") && out.contains("SANDBOX     ok"), "{out}");
    let without_region = json!({"sms": [{"name": "AWS"}]});
    let (code, _, error) = check(&without_region, false);
    assert_eq!(code, 1);
    assert!(error.starts_with("/sms/0/region: "), "{error}");
    assert_eq!(check(&without_region, true).0, 0, "a function has a region of its own");
}

#[test]
fn every_fault_is_named_by_its_path_and_nobody_is_called() {
    let documents = json!({
        "sms": [
            {"name": "TWILIO", "accountSid": SID, "authtoken": "s3cret"},
            {"name": "VONAGE", "apiKey": "k", "apiSecret": "s3cret", "baseUrl": "http://127.0.0.1:1"},
        ],
        "telegram": [{"name": "TELEGRAM", "botToken": "s3cret token"}],
        "fax": [],
    });
    let (code, out, error) = check(&documents, true);
    assert_eq!(code, 1, "{out}");
    let paths: Vec<_> = error.lines().map(|line| line.split(": ").next().expect("a path")).collect();
    assert_eq!(paths, ["/fax", "/sms/0/authtoken", "/sms/0/authToken", "/telegram/0/botToken"]);
    assert!(out.contains("VONAGE      sound") && out.contains("warning: /sms/1/signatureSecret: "), "{out}");
    // The one without a fault is called all the same.
    let (code, out, error) = check(&documents, false);
    assert_eq!((code, error.lines().count()), (1, 4));
    assert!(out.contains("TWILIO      fault"), "{out}");
}

#[test]
fn what_is_no_document_is_a_fault_or_a_problem() {
    let folder = std::env::temp_dir().join(format!("check-providers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("p.json");
    let path = file.to_str().expect("a path");
    for (text, code, expected) in [
        (r#"{"sms": [{"name": "SANDBOX"}]}"#, 0, ""),
        (r#"{"sms": [{"authToken": "s3cret"#, 1, "/: not JSON, line 1 column "),
        ("[]", 1, "/: an object is expected"),
        (r#"{"sms": []}"#, 0, ""),
        ("{}", 2, "error: the documents name no channel"),
    ] {
        std::fs::write(&file, text).expect("a file");
        let (actual, _, error) = run(&["--offline", path], "", &[]);
        assert_eq!(actual, code, "{error}");
        assert!(error.starts_with(expected), "{error}");
    }
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    assert_eq!(run(&["--offline", path], "", &[]).0, 2);
    let (code, _, error) = run(&[], "", &[]);
    assert_eq!(code, 2);
    assert!(error.starts_with("usage: check-providers "), "{error}");
}

#[test]
fn the_documents_of_a_stack_are_its_parameters() {
    let url = serve(&[
        (
            r#""/baton/shop/providers/sms""#,
            200,
            r#"{"Parameter": {"Name": "x", "Value": "[{\"name\": \"VONAGE\", \"apiKey\": \"k\", \"apiSecret\": \"s3cret\"}]"}}"#,
        ),
        (
            r#""/baton/shop/providers/chat""#,
            200,
            r#"{"Parameter": {"Name": "x", "Value": "[{\"name\": \"SANDBOX\"}]"}}"#,
        ),
        (r#""/baton/torn/providers/sms""#, 200, r#"{"Parameter": {"Name": "x", "Value": "[{\"name\": \"s3cret"}}"#),
        ("AmazonSSM.GetParameter", 400, r#"{"__type": "ParameterNotFound"}"#),
    ]);
    let environment = [
        ("AWS_ENDPOINT_URL", url.as_str()),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    let (code, out, error) = run(&["--offline", "--stack", "shop"], "", &environment);
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    assert!(out.contains("sms       VONAGE      sound") && out.contains("chat      SANDBOX     sound"), "{out}");
    let (code, _, error) = run(&["--offline", "--path", "/baton/torn/providers"], "", &environment);
    assert_eq!(code, 1);
    assert!(error.starts_with("/sms: not JSON"), "{error}");
    let (code, _, error) = run(&["--offline", "--stack", "none"], "", &environment);
    assert_eq!((code, error.as_str()), (2, "error: there are no parameters /baton/none/providers/{channel}\n"));
    let (code, _, error) = run(&["--offline", "--stack", "shop"], "", &environment[1..2]);
    assert_eq!(code, 2);
    assert!(error.starts_with("error: SSM GetParameter failed"), "{error}");
}
