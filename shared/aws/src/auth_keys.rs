//! The keys of session tokens in the parameter store: a `SecureString` that holds
//! `[{"id": "…", "key": "<base64 of at least 32 bytes>"}, …]`, the newest first.
//!
//! They are read when the first token is made or met, not when the function starts, and again after a minute.

use aws_sdk_ssm::{Client, error::SdkError};
use base64::{Engine, prelude::BASE64_STANDARD};
use baton_api::ports::{AuthKey, AuthKeys};
use baton_pipeline::ports::{PortError, PortResult};
use serde::Deserialize;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long what was read is used.
const FRESH: Duration = Duration::from_secs(60);
/// How long it is used even where a token names a key that is not in it: made-up tokens make for no more reads than this.
const AT_LEAST: Duration = Duration::from_secs(5);
/// RFC 7518, section 3.2: a key of HS256 has at least the size of the hash.
const SHORTEST: usize = 32;

/// The parameter that holds the keys.
#[derive(Clone, Debug)]
pub struct AuthKeyParameter {
    client: Client,
    name: String,
    read: Arc<Mutex<Option<Read>>>,
}

/// The keys, and when they were read.
type Read = (Instant, Vec<AuthKey>);

impl AuthKeyParameter {
    /// The parameter of this name. Nothing is read yet.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> AuthKeyParameter {
        AuthKeyParameter { client, name: name.into(), read: Arc::default() }
    }

    fn known(&self, wanted: Option<&str>) -> Option<Vec<AuthKey>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, keys) = read.as_ref()?;
        let serves = is_fresh(at.elapsed(), keys, wanted);
        serves.then(|| keys.clone())
    }
}

fn is_fresh(age: Duration, keys: &[AuthKey], wanted: Option<&str>) -> bool {
    let has = match wanted {
        Some(id) => keys.iter().any(|key| key.id == id),
        None => !keys.is_empty(),
    };
    age < if has { FRESH } else { AT_LEAST }
}

impl AuthKeys for AuthKeyParameter {
    async fn auth_keys(&self, wanted: Option<&str>) -> PortResult<Vec<AuthKey>> {
        if let Some(keys) = self.known(wanted) {
            return Ok(keys);
        }
        let keys = match self.client.get_parameter().name(&self.name).with_decryption(true).send().await {
            Ok(answer) => parse(answer.parameter.and_then(|parameter| parameter.value).as_deref().unwrap_or("[]"))?,
            Err(SdkError::ServiceError(error)) if error.err().is_parameter_not_found() => Vec::new(),
            Err(error) => return Err(PortError::new("SSM GetParameter", error)),
        };
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), keys.clone()));
        Ok(keys)
    }
}

#[derive(Deserialize)]
struct Written {
    id: String,
    key: String,
}

/// The keys as they are written. An error says nothing of what was read.
fn parse(text: &str) -> PortResult<Vec<AuthKey>> {
    let bad =
        || PortError::new("reading the auth keys", "the parameter is no list of ids and keys of 32 bytes or more");
    let written: Vec<Written> = serde_json::from_str(text).map_err(|_| bad())?;
    let read = |written: Written| {
        let secret = BASE64_STANDARD.decode(written.key).ok().filter(|secret| secret.len() >= SHORTEST)?;
        Some(AuthKey { id: written.id, secret })
    };
    written.into_iter().map(read).collect::<Option<Vec<_>>>().ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_their_order_and_bad_ones_are_told_without_their_text() {
        let secret = BASE64_STANDARD.encode([7; 32]);
        let keys = parse(&format!(r#"[{{"id": "b", "key": "{secret}"}}, {{"id": "a", "key": "{secret}"}}]"#));
        let keys = keys.expect("keys");
        assert_eq!(keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(keys[0].secret, [7; 32]);
        assert!(!format!("{keys:?}").contains('7'));
        let short = BASE64_STANDARD.encode([7; 31]);
        for bad in
            ["", "{}", "[1]", r#"[{"id": "a", "key": "s3cret!"}]"#, &format!(r#"[{{"id": "a", "key": "{short}"}}]"#)]
        {
            let error = format!("{:?}", parse(bad).expect_err("refused"));
            assert!(!error.contains("s3cret") && !error.contains(&short), "{error}");
        }
    }

    #[test]
    fn what_is_not_known_is_looked_for_sooner_but_not_each_time() {
        let keys = [AuthKey { id: "a".to_owned(), secret: vec![1; 32] }];
        let (second, half, minute) = (Duration::from_secs(1), Duration::from_secs(30), Duration::from_secs(60));
        assert!(is_fresh(half, &keys, Some("a")) && is_fresh(half, &keys, None));
        assert!(!is_fresh(minute, &keys, Some("a")) && !is_fresh(minute, &keys, None));
        assert!(is_fresh(second, &keys, Some("b")) && !is_fresh(half, &keys, Some("b")));
        assert!(is_fresh(second, &[], None) && !is_fresh(half, &[], None));
    }
}
