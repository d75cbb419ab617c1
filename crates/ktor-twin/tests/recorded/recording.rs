//! The recorded exchanges, from the folder in `CLOAKROOM_KTOR_VECTORS` or from `cloakroom-ktor`'s
//! copy.

use std::path::PathBuf;
use std::{env, fs};

use serde_json::Value;

/// One request to a real Ktor, and what it answered.
pub(crate) struct Exchange {
    /// Seconds since 1970, just before.
    pub(crate) at: i64,
    pub(crate) uri: String,
    pub(crate) headers: Vec<(String, String)>,
    /// `None` where Ktor threw.
    pub(crate) status: Option<u64>,
    pub(crate) body: String,
    pub(crate) answered: Vec<(String, String)>,
}

impl Exchange {
    pub(crate) fn set_cookies(&self) -> impl Iterator<Item = &str> {
        let set = self.answered.iter();
        set.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .map(|(_, value)| value.as_str())
    }

    /// The names of the cookies that the request brought.
    pub(crate) fn cookie_names(&self) -> impl Iterator<Item = &str> {
        let brought = self.headers.iter();
        brought
            .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"))
            .flat_map(|(_, line)| line.split(';'))
            .filter_map(|pair| Some(pair.split_once('=')?.0.trim()))
    }
}

/// The exchanges of one version, in order.
pub(crate) fn exchanges(version: &str) -> Vec<Exchange> {
    let folder = env::var_os("CLOAKROOM_KTOR_VECTORS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../cloakroom-ktor/vectors"),
        PathBuf::from,
    );
    let path = folder.join(format!("{version}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let recording: Value = serde_json::from_str(&text).unwrap();
    recording["http"]
        .as_array()
        .unwrap()
        .iter()
        .map(exchange)
        .collect()
}

fn exchange(entry: &Value) -> Exchange {
    Exchange {
        at: entry["at"].as_i64().unwrap(),
        uri: entry["uri"].as_str().unwrap().to_owned(),
        headers: pairs(&entry["request_headers"]),
        status: entry["status"].as_u64(),
        body: entry["body"].as_str().unwrap_or_default().to_owned(),
        answered: pairs(&entry["response_headers"]),
    }
}

fn pairs(list: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let each = list.as_array().into_iter().flatten();
    each.map(|pair| (text(&pair["name"]), text(&pair["value"])))
        .collect()
}
