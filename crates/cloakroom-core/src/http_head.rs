//! The head of an `http` request, as the core wants to see it: for every adapter whose framework is
//! built on that crate.

use http::header::COOKIE;
use http::{HeaderMap, HeaderName, Request, Uri, request};

use crate::head::RequestHead;

static SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
static SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
static SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");

/// Marks a request as passive when it is in its extensions: its sessions are read, and neither
/// touched nor renewed. For polls in the background, which must not keep a login alive.
///
/// # Examples
///
/// ```
/// use cloakroom_core::Passive;
///
/// let mut request = http::Request::new(());
/// request.extensions_mut().insert(Passive);
/// assert!(request.extensions().get::<Passive>().is_some());
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a mark, written as a value")]
pub struct Passive;

/// The head of an [`http`] request.
#[derive(Clone, Copy, Debug)]
pub struct HeadView<'a> {
    headers: &'a HeaderMap,
    uri: &'a Uri,
    passive: bool,
}

impl<'a> HeadView<'a> {
    /// The head in these parts.
    ///
    /// ```
    /// use cloakroom_core::{HeadView, RequestHead};
    ///
    /// let request = http::Request::get("https://shop.example/").body(()).unwrap();
    /// let (parts, ()) = request.into_parts();
    /// assert!(HeadView::new(&parts).is_https());
    /// ```
    #[must_use]
    pub fn new(parts: &'a request::Parts) -> Self {
        Self {
            headers: &parts.headers,
            uri: &parts.uri,
            passive: parts.extensions.get::<Passive>().is_some(),
        }
    }

    /// The head of a request that is still whole.
    #[must_use]
    pub fn of<B>(request: &'a Request<B>) -> Self {
        Self {
            headers: request.headers(),
            uri: request.uri(),
            passive: request.extensions().get::<Passive>().is_some(),
        }
    }
}

impl RequestHead for HeadView<'_> {
    fn header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        // A name that comes as text is parsed at each look-up; those asked for in every request
        // are parsed already.
        let values = match name {
            "cookie" => self.headers.get_all(COOKIE),
            "sec-fetch-mode" => self.headers.get_all(&SEC_FETCH_MODE),
            "sec-fetch-dest" => self.headers.get_all(&SEC_FETCH_DEST),
            "sec-purpose" => self.headers.get_all(&SEC_PURPOSE),
            _ => self.headers.get_all(name),
        };
        for value in values {
            each(value.as_bytes());
        }
    }

    fn is_https(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    fn is_passive(&self) -> bool {
        self.passive
    }
}
