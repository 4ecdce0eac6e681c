//! Where a bucket and its files are.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What S3 does not encode: the unreserved characters of RFC 3986.
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// In paths the slash stays too.
const PATH: AsciiSet = ENCODED.remove(b'/');

/// Where a bucket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// The address under which all buckets are; `None` on AWS, where each has a host of its own.
    pub endpoint: Option<String>,
}

impl Place {
    /// The address of the bucket, with a slash at its end.
    pub(super) fn bucket_url(&self) -> String {
        let Place { bucket, region, endpoint } = self;
        match endpoint {
            Some(endpoint) => format!("{}/{bucket}/", endpoint.trim_end_matches('/')),
            None => {
                let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
                format!("https://{bucket}.s3.{region}.{suffix}/")
            }
        }
    }

    /// The address of a file.
    pub(super) fn object(&self, key: &str) -> String {
        format!("{}{}", self.bucket_url(), utf8_percent_encode(key, &PATH))
    }

    /// The address of a page of the list of files.
    pub(super) fn list(&self, prefix: &str, next: Option<&str>) -> String {
        let url = format!("{}?list-type=2&prefix={}", self.bucket_url(), query(prefix));
        next.map_or(url.clone(), |token| format!("{url}&continuation-token={}", query(token)))
    }
}

fn query(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}

/// The query that makes a browser store the file under this name (RFC 6266, with RFC 8187 for what is not ASCII).
pub(super) fn attachment(file_name: &str) -> String {
    let disposition = format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(file_name, &ENCODED));
    format!("response-content-disposition={}", query(&disposition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_a_host_of_its_own_or_is_under_the_endpoint() {
        let place = |region: &str, endpoint: Option<&str>| Place {
            bucket: "files".to_owned(),
            region: region.to_owned(),
            endpoint: endpoint.map(str::to_owned),
        };
        let aws = place("eu-central-1", None);
        assert_eq!(aws.object("imports/1/a b+c"), "https://files.s3.eu-central-1.amazonaws.com/imports/1/a%20b%2Bc");
        assert_eq!(
            aws.list("imports/1/", Some("a+/=")),
            "https://files.s3.eu-central-1.amazonaws.com/?list-type=2&prefix=imports%2F1%2F&continuation-token=a%2B%2F%3D"
        );
        assert_eq!(place("cn-north-1", None).bucket_url(), "https://files.s3.cn-north-1.amazonaws.com.cn/");
        let local = place("eu-central-1", Some("http://127.0.0.1:4566/"));
        assert_eq!(local.object("a/b"), "http://127.0.0.1:4566/files/a/b");
    }

    #[test]
    fn a_name_of_a_file_is_read_in_any_script() {
        assert_eq!(
            attachment("отчёт 1.csv"),
            "response-content-disposition=attachment%3B%20filename%2A%3DUTF-8%27%27%25D0%25BE%25D1%2582%25D1%2587%25D1%2591%25D1%2582%25201.csv"
        );
    }
}
