//! Ids that the other side made, and ids that nobody made.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;

use super::client::{Client, sessions};
use super::provider::Provider;
use super::site::{BY_REFLECTION, PAIRS, Site, place};

/// Ids that Ktor answers with an error.
const THROWN: [&str; 12] = [
    "..",
    "../x",
    "..%2F..%2Fx",
    "%2e%2e%2fx",
    "/etc/passwd",
    "C:\\x",
    "..dec0ffee",
    "ab..cd",
    "ab/../cd",
    "ab%00cd",
    "",
    "%zz",
];

#[test]
fn each_side_takes_the_ids_that_the_others_make() {
    for sites in [&BY_REFLECTION[..], &[Site::Ktor3, Site::Twin3]] {
        for from in sites {
            for provider in [Provider::Id, Provider::Drawing] {
                let mut client = Client::default();
                client.does(*from, provider.route());
                let id = client.token(provider).to_owned();
                assert_eq!(id.len(), from.id_len(), "{from:?}");
                let session = client.reads(*from);
                assert_eq!(session.len(), 1);
                for other in sites {
                    assert_eq!(client.reads(*other), session, "{from:?} to {other:?}");
                    client.does(*other, provider.route());
                    assert_eq!(client.token(provider), id, "{other:?} made another");
                }
            }
        }
    }
}

#[test]
fn an_id_that_ktor_throws_at_is_no_session_to_the_twin() {
    // Where `..dec0ffee` would lead.
    let decoy = place().join("de/c0/ff/ee.dat");
    fs::create_dir_all(decoy.parent().unwrap()).unwrap();
    fs::write(&decoy, "cart=%23cl%23sx&userId=%23sdecoy").unwrap();
    let before = around();
    for (ktor, twin) in PAIRS {
        let long = "x".repeat(5_000);
        for id in THROWN.into_iter().chain([long.as_str()]) {
            for provider in [Provider::Id, Provider::Drawing] {
                if provider.is_header() && id.contains('%') {
                    // What is encoded in a cookie is a text as any other in a header.
                    continue;
                }
                let mut client = Client::presenting(provider, id);
                assert_eq!(client.ask(ktor, "/read").status, 500, "{ktor:?} {id}");
                assert_eq!(client.clone().reads(twin), [], "{twin:?} {id}");
                client.does(twin, provider.route());
                assert_eq!(client.token(provider).len(), twin.id_len(), "{id}");
            }
        }
    }
    assert_eq!(
        around(),
        before,
        "something was made outside of the directories"
    );
    let content = fs::read_to_string(&decoy).unwrap();
    assert_eq!(content, "cart=%23cl%23sx&userId=%23sdecoy");
}

#[test]
fn an_id_that_nobody_made_is_no_session_and_is_never_adopted() {
    for (ktor, twin) in PAIRS {
        let mut client = Client::default();
        client.does(twin, "/id");
        let id = client.token(Provider::Id).to_owned();
        let upper = id.to_ascii_uppercase();
        assert_ne!(id, upper);
        for foreign in [
            "0".repeat(32),
            "0".repeat(64),
            upper,
            format!("{id}0"),
            id[1..].to_owned(),
            "a".to_owned(),
            "~".to_owned(),
            "%C3%BC".to_owned(),
            "x".repeat(300),
        ] {
            for site in [ktor, twin] {
                let unknown = Client::presenting(Provider::Id, foreign.clone());
                let cookie = unknown.clone().ask(site, "/read");
                assert_eq!(sessions(site, &cookie), [], "{site:?} {foreign}");
                let clearing: Vec<_> = cookie.all("set-cookie").collect();
                assert!(clearing[0].starts_with("ID=; "), "{clearing:?}");

                let mut setting = unknown;
                setting.does(site, "/id");
                let made = setting.token(Provider::Id);
                assert_eq!(made.len(), site.id_len(), "{site:?} {foreign}");
                assert_ne!(made, foreign);
            }
        }
        let cart = [(Provider::Id, json!({ "userId": "u1", "cart": ["x", "y"] }))];
        assert_eq!(client.reads(ktor), cart);
    }
}

/// Two providers share the directory: Ktor throws at the other one's content.
#[test]
fn the_id_of_one_provider_is_no_session_of_the_other() {
    for (ktor, twin) in PAIRS {
        for from in [ktor, twin] {
            for (provider, other) in [
                (Provider::Id, Provider::Drawing),
                (Provider::Drawing, Provider::Id),
            ] {
                let mut client = Client::default();
                client.does(from, provider.route());
                let session = client.reads(from);
                let mut swapped = Client::presenting(other, client.token(provider));
                assert_eq!(swapped.ask(ktor, "/read").status, 500, "{ktor:?}");
                assert_eq!(swapped.reads(twin), [], "{twin:?}");
                // It was not the session of who asked, and nothing happened to it.
                assert_eq!(client.reads(ktor), session);
                assert_eq!(client.reads(twin), session);
            }
        }
    }
}

/// Ktor writes a large session in several steps, and whoever reads in between sees a part of it.
#[test]
fn a_session_that_is_not_written_to_its_end_is_none_and_logs_nobody_out() {
    for (ktor, twin) in PAIRS {
        let mut client = Client::default();
        client.does(ktor, "/id");
        let session = client.reads(ktor);
        let file = ktor.file(client.token(Provider::Id));
        let whole = fs::read_to_string(&file).unwrap();

        fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        assert_eq!(client.ask(ktor, "/read").status, 500, "{ktor:?}");
        assert_eq!(client.reads(twin), [], "{twin:?}");
        assert!(client.has(Provider::Id), "{twin:?}");

        fs::write(&file, whole).unwrap();
        assert_eq!(client.reads(twin), session, "{twin:?}");
        assert_eq!(client.reads(ktor), session, "{ktor:?}");
    }
}

/// The names of what lies beside the directories.
fn around() -> BTreeSet<String> {
    let entries = fs::read_dir(place()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // Servers that start meanwhile make their directories.
    names
        .filter(|name| name != "json" && name != "reflection")
        .collect()
}
