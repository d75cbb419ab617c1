//! What a browser says of its own accord about where a request comes from.
//!
//! * **Fetch metadata** (W3C Fetch Metadata Request Headers, §2) goes to trustworthy URLs only:
//!   https, and this machine.
//! * **Origin** (Fetch standard, §3.2) goes with every request that may change something, and with
//!   a script's request to another site.

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue, ORIGIN};

use super::or_fail::OrFail;
use super::req::{Kind, Req};

/// The site that requests of another site come from.
const ELSEWHERE: &str = "https://elsewhere.example";

/// The headers that a browser adds to `req` of the site `base`.
#[track_caller]
pub(super) fn metadata(req: &Req, base: &str, is_trustworthy: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if req.kind == Kind::Bare {
        return headers;
    }
    let is_safe = matches!(req.method, Method::GET | Method::HEAD);
    if !is_safe || (req.cross_site && req.kind == Kind::Fetch) {
        let origin = if req.cross_site { ELSEWHERE } else { base };
        let origin = HeaderValue::from_str(origin).or_fail("not an origin");
        headers.insert(ORIGIN, origin);
    }
    if is_trustworthy {
        add_fetch_metadata(&mut headers, req);
    }
    headers
}

fn add_fetch_metadata(headers: &mut HeaderMap, req: &Req) {
    let site = if req.cross_site {
        "cross-site"
    } else {
        "same-origin"
    };
    let (mode, dest) = match req.kind {
        Kind::Fetch => ("cors", "empty"),
        _ => ("navigate", "document"),
    };
    let mut add = |name, value| {
        let name = HeaderName::from_static(name);
        headers.insert(name, HeaderValue::from_static(value));
    };
    add("sec-fetch-site", site);
    add("sec-fetch-mode", mode);
    add("sec-fetch-dest", dest);
    if req.kind == Kind::Prefetch {
        add("sec-purpose", "prefetch");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = "https://shop.example";

    /// What is added, as `name: value` lines in the order of the names.
    fn lines(req: &Req, is_trustworthy: bool) -> Vec<String> {
        let added = metadata(req, SHOP, is_trustworthy);
        let line = |(name, value): (&HeaderName, &HeaderValue)| {
            format!("{name}: {}", value.to_str().unwrap())
        };
        let mut lines: Vec<_> = added.iter().map(line).collect();
        lines.sort();
        lines
    }

    #[test]
    fn each_kind_of_request_says_what_it_is() {
        let page = [
            "sec-fetch-dest: document",
            "sec-fetch-mode: navigate",
            "sec-fetch-site: same-origin",
        ];
        assert_eq!(lines(&Req::get("/"), true), page);
        assert_eq!(lines(&Req::get("/").fetch().navigate(), true), page);
        assert_eq!(
            lines(&Req::get("/").fetch(), true),
            [
                "sec-fetch-dest: empty",
                "sec-fetch-mode: cors",
                "sec-fetch-site: same-origin",
            ]
        );
        let prefetch = lines(&Req::get("/").prefetch(), true);
        assert_eq!(prefetch[..3], page);
        assert_eq!(prefetch[3..], ["sec-purpose: prefetch"]);
        assert!(lines(&Req::post("/").bare(), true).is_empty());
    }

    #[test]
    fn what_may_change_something_says_its_origin() {
        let origin = |req: Req| {
            let added = metadata(&req, SHOP, true);
            let origin = added.get(ORIGIN)?;
            Some(origin.to_str().unwrap().to_owned())
        };
        assert_eq!(origin(Req::get("/")), None);
        assert_eq!(origin(Req::get("/").fetch()), None);
        assert_eq!(origin(Req::get("/").cross_site()), None);
        assert_eq!(origin(Req::post("/")).as_deref(), Some(SHOP));
        let elsewhere = Some(ELSEWHERE);
        assert_eq!(origin(Req::post("/").cross_site()).as_deref(), elsewhere);
        let script = Req::get("/").fetch().cross_site();
        assert_eq!(origin(script).as_deref(), elsewhere);
    }

    #[test]
    fn over_plain_http_no_fetch_metadata_is_sent() {
        assert!(lines(&Req::get("/"), false).is_empty());
        assert_eq!(
            lines(&Req::post("/"), false),
            ["origin: https://shop.example"]
        );
    }

    #[test]
    fn a_request_of_another_site_says_so() {
        let lines = lines(&Req::get("/").cross_site(), true);
        assert!(lines.contains(&"sec-fetch-site: cross-site".to_owned()));
    }
}
