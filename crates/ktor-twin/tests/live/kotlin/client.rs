//! A client that carries its sessions by hand.

use std::collections::BTreeMap;

use serde_json::Value;

use super::provider::Provider;
use super::site::Site;
use crate::server::Answer;

/// What a client has been given by one server, and presents to any.
///
/// It looks at neither dates nor domains: `ID` lasts five seconds, `ENC` none, and `MAC` is for
/// another host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    tokens: BTreeMap<Provider, Token>,
}

#[derive(Clone, Debug)]
struct Token {
    value: String,
    /// The domain and path of a cookie: a browser drops it only if they are those that it came with.
    lies: String,
}

impl Client {
    /// A client that presents this and nothing else.
    pub(crate) fn presenting(provider: Provider, value: impl Into<String>) -> Self {
        let token = Token {
            value: value.into(),
            lies: String::new(),
        };
        Self {
            tokens: BTreeMap::from([(provider, token)]),
        }
    }

    pub(crate) fn token(&self, provider: Provider) -> &str {
        let token = self.tokens.get(&provider);
        let token = token.unwrap_or_else(|| panic!("there is no {provider:?} to present"));
        &token.value
    }

    pub(crate) fn has(&self, provider: Provider) -> bool {
        self.tokens.contains_key(&provider)
    }

    pub(crate) fn forget(&mut self, provider: Provider) {
        self.tokens.remove(&provider);
    }

    /// Presents all that it has, and takes what comes back.
    pub(crate) fn ask(&mut self, site: Site, path: &str) -> Answer {
        let (headers, cookies): (Vec<_>, Vec<_>) = self
            .tokens
            .iter()
            .map(|(provider, token)| (*provider, token.value.as_str()))
            .partition(|(provider, _)| provider.is_header());
        let mut sent: Vec<_> = headers
            .into_iter()
            .map(|(provider, value)| (provider.name().to_owned(), value.to_owned()))
            .collect();
        if !cookies.is_empty() {
            let pairs = cookies.into_iter();
            let pairs: Vec<_> = pairs
                .map(|(provider, value)| format!("{}={value}", provider.name()))
                .collect();
            sent.push(("Cookie".to_owned(), pairs.join("; ")));
        }
        let answer = site.server().get(path, &sent);
        self.take(&answer);
        answer
    }

    /// Asks for a route that does something, which has to work.
    #[track_caller]
    pub(crate) fn does(&mut self, site: Site, path: &str) {
        let answer = self.ask(site, path);
        let said = (answer.status, answer.body.as_str());
        assert_eq!(said, (200, "ok"), "{site:?} {path}");
    }

    /// The sessions that a server sees, but for those that are not there.
    #[track_caller]
    pub(crate) fn reads(&mut self, site: Site) -> Vec<(Provider, Value)> {
        let answer = self.ask(site, "/read");
        assert_eq!(answer.status, 200, "{site:?}: {}", answer.body);
        sessions(site, &answer)
    }

    fn take(&mut self, answer: &Answer) {
        for line in answer.all("set-cookie") {
            let mut parts = line.split("; ");
            let (name, value) = parts.next().unwrap().split_once('=').unwrap();
            let provider = Provider::named(name);
            let lies =
                parts.filter(|part| part.starts_with("Domain=") || part.starts_with("Path="));
            let token = Token {
                value: value.to_owned(),
                lies: lies.collect::<Vec<_>>().join("; "),
            };
            if !value.is_empty() {
                self.tokens.insert(provider, token);
            } else if self
                .tokens
                .get(&provider)
                .is_some_and(|known| known.lies == token.lies)
            {
                self.tokens.remove(&provider);
            }
        }
        for provider in [Provider::Session, Provider::Drawing] {
            if let Some(value) = answer.header(&provider.name().to_ascii_lowercase()) {
                let token = Token {
                    value: value.to_owned(),
                    lies: String::new(),
                };
                self.tokens.insert(provider, token);
            }
        }
    }
}

/// What an answer to `/read` says.
pub(crate) fn sessions(site: Site, answer: &Answer) -> Vec<(Provider, Value)> {
    let all: Vec<Value> = serde_json::from_str(&answer.body).unwrap();
    let count = site.providers().count();
    assert_eq!((answer.path.as_str(), all.len()), ("/read", count));
    let named = site.providers().zip(all);
    named.filter(|(_, value)| !value.is_null()).collect()
}
