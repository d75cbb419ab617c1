//! What the service answered.

use std::fmt::{self, Debug};

use http::header::SET_COOKIE;
use http::{HeaderMap, Response};
use http_body::Body;
use http_body_util::BodyExt;

use super::or_fail::OrFail;

/// An answer, read to its end.
///
/// # Security
///
/// `Debug` shows the status and the names of the headers: values and body may hold a session.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use cloakroom_testkit::Answer;
///
/// let response = http::Response::builder()
///     .header("set-cookie", "__Host-cart=; Max-Age=0; Path=/; Secure")
///     .body("bye".to_owned())
///     .unwrap();
/// let answer = Answer::read(response).await;
/// assert_eq!((answer.status, answer.body.as_str()), (200, "bye"));
/// assert!(answer.clears("__Host-cart") && !answer.sets("__Host-cart"));
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; what is not UTF-8 is replaced.
    pub body: String,
}

impl Answer {
    /// Reads a response to its end, for tests that drive the service themselves.
    ///
    /// # Panics
    ///
    /// If the body fails.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_testkit::Answer;
    /// let answer = Answer::read(http::Response::new("hello".to_owned())).await;
    /// assert_eq!(answer.body, "hello");
    /// # }
    /// ```
    pub async fn read<B>(response: Response<B>) -> Self
    where
        B: Body,
        B::Error: Debug,
    {
        let (head, body) = response.into_parts();
        let body = body.collect().await.or_fail("the answer's body failed");
        Self {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        }
    }

    /// The Set-Cookie lines, in order.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_testkit::Answer;
    /// # let response = http::Response::builder();
    /// let response = response.header("set-cookie", "a=1; Path=/");
    /// let answer = Answer::read(response.body(String::new()).unwrap()).await;
    /// assert_eq!(answer.set_cookies(), ["a=1; Path=/"]);
    /// # }
    /// ```
    #[must_use]
    pub fn set_cookies(&self) -> Vec<String> {
        let lines = self.headers.get_all(SET_COOKIE).iter();
        lines
            .map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned())
            .collect()
    }

    /// Whether the answer sets the cookie `name` (prefix included) to a value.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_testkit::Answer;
    /// # let response = http::Response::builder();
    /// let response = response.header("set-cookie", "a=1; Path=/");
    /// let answer = Answer::read(response.body(String::new()).unwrap()).await;
    /// assert!(answer.sets("a") && !answer.sets("b"));
    /// # }
    /// ```
    #[must_use]
    pub fn sets(&self, name: &str) -> bool {
        let lines = self.set_cookies();
        lines
            .iter()
            .filter_map(|line| value_and_attributes(line, name))
            .any(|(value, _)| !value.is_empty())
    }

    /// Whether the answer makes a browser forget the cookie `name` (prefix included): without a
    /// value, and expired by `Max-Age=0` or, without Max-Age, by an `Expires` in 1970.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_testkit::Answer;
    /// # let response = http::Response::builder();
    /// let response = response.header("set-cookie", "a=; Max-Age=0");
    /// let answer = Answer::read(response.body(String::new()).unwrap()).await;
    /// assert!(answer.clears("a") && !answer.clears("b"));
    /// # }
    /// ```
    #[must_use]
    pub fn clears(&self, name: &str) -> bool {
        let lines = self.set_cookies();
        lines
            .iter()
            .filter_map(|line| value_and_attributes(line, name))
            .any(|(value, attributes)| value.is_empty() && is_expired(attributes))
    }

    /// The first header `name`; `None` where there is none, or none that is ASCII.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use cloakroom_testkit::Answer;
    /// # let response = http::Response::builder();
    /// let response = response.header("location", "/");
    /// let answer = Answer::read(response.body(String::new()).unwrap()).await;
    /// assert_eq!(answer.header("location"), Some("/"));
    /// # }
    /// ```
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// The value and the attributes of a Set-Cookie line, if it is of this name.
fn value_and_attributes<'a>(line: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
    let (named, value) = pair.split_once('=')?;
    (named.trim() == name).then_some((value.trim(), attributes))
}

/// Whether a cookie with these attributes is expired when it comes.
fn is_expired(attributes: &str) -> bool {
    let value_of = |wanted: &str| {
        attributes.split(';').find_map(|attribute| {
            let (name, value) = attribute.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case(wanted)
                .then(|| value.trim())
        })
    };
    match value_of("max-age") {
        Some(seconds) => seconds == "0",
        None => value_of("expires").is_some_and(|date| date.contains(" 1970 ")),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn answer(set_cookie: &[u8]) -> Answer {
        let line = HeaderValue::from_bytes(set_cookie).unwrap();
        Answer {
            status: 200,
            headers: [(SET_COOKIE, line)].into_iter().collect(),
            body: "secret".to_owned(),
        }
    }

    #[test]
    fn a_cookie_is_set_by_a_value_and_cleared_by_none_that_is_over() {
        let rows: [(&[u8], bool, bool); 10] = [
            (b"a=1", true, false),
            (b" a = 1 ; Path=/", true, false),
            (b"a=1; Max-Age=0", true, false),
            (b"a=; Max-Age=0; Path=/", false, true),
            (b"a=;max-age = 0", false, true),
            (b"a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false, true),
            (
                b"a=; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                false,
                false,
            ),
            (b"a=", false, false),
            (b"ab=1", false, false),
            (b"a", false, false),
        ];
        for (line, sets, clears) in rows {
            let answer = answer(line);
            let text = String::from_utf8_lossy(line);
            assert_eq!(
                (answer.sets("a"), answer.clears("a")),
                (sets, clears),
                "{text}"
            );
        }
    }

    #[test]
    fn octets_that_are_no_text_are_looked_at_all_the_same() {
        let answer = answer(b"a=\xff");
        assert!(answer.sets("a"));
        assert_eq!(answer.set_cookies(), ["a=\u{fffd}"]);
        assert_eq!(answer.header("set-cookie"), None);
    }

    /// Rules: secrets.
    #[test]
    fn debug_shows_neither_cookies_nor_the_body() {
        let expected = r#"Answer { status: 200, headers: ["set-cookie"], .. }"#;
        assert_eq!(format!("{:?}", answer(b"a=secret")), expected);
    }
}
