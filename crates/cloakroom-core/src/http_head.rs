//! The head of an `http` request, as the core wants to see it: for every adapter whose framework is
//! built on that crate.

use http::{HeaderMap, Uri, request};

use crate::head::RequestHead;

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
}

impl RequestHead for HeadView<'_> {
    fn header(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        for value in self.headers.get_all(name) {
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
