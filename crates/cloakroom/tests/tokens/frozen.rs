//! Tokens of version 1, made once and written down: they must be read for ever, whatever becomes of
//! the code, and the same seeds must make the same bytes again.
//!
//! A change that breaks one of these tests logs out every user of every application. It needs a
//! version of its own, and a reader for this one.

use cloakroom::{
    DatedKey, Ending, Key, KeyRing, KeySet, LayerExt as _, Session, Sessions, Timestamp,
};
use cloakroom_testkit::ManualClock;
use serde::{Deserialize, Serialize};

use crate::support::Kind::{ById, Header, Sealed, Signed};
use crate::support::{Ask, HOUR, Kind, MINUTE, Setup, Site, decode};

const KEY: &str = "ck1_VNm0LlbTd1gcDxmyA-SlaxWoKFBB-ojAo0o-dOHsWKFMMuW8";
const NEXT_KEY: &str = "ck1_EZw_CDOSRrMfTKSyQ6LpaA6PwE4nqlCXy0a47u1Ry1XA6Wix";

/// 2026-01-01T00:00:00Z.
const MADE: Timestamp = Timestamp::from_secs(1_767_225_600);

/// One of each kind that holds `coat`, in this order from one seed.
const FIRST: [(Kind, &str); 4] = [
    (
        Sealed,
        "Abe3bz4mCu_KHx6Mnrhbe4MHwVqLqM40_lrGMhkIC0w3af0iWQIh-HrtYkLgo-cPGTl_1ijGO9tnlZMu\
         f6KcX_N5wB233upCaunO65YV4hOeDckZKvDZZNLrBtRpvIZ27jbWr1xceRF4mg",
    ),
    (
        Signed,
        "Are3bz4mCu_KOxjEVg3oRHJkrcIapSZsUgGbdtqoAAGbfAEEAAGbdtqoAAAAAAABAAEAeyJ0ZXh0Ijoi\
         Y29hdCJ9zn0KWSLauj2nwOBL8BpuVAh9YwT4ejiMSfktln4yINs",
    ),
    (
        ById,
        "A7e3bz4mCu_KFVZAMSTlE2yPuCyAmkV2TAtBkOwU3s1Oivv1lTep5ZQt3OWdo56ziw",
    ),
    (
        Header,
        "Abe3bz4mCu_KGMEnsZP5x5JHAtYtnz7PklNJQQt1C-S0aj6Drf6U26cEuQqyzlFVHfUFVNwWsriPo7KX\
         EHim-AcHKLRtkHnCpKUewgVyfJHPbtLTnhCD2a8yZzMOnNVxXUNp5O1tWJbxAQ",
    ),
];

/// The same sessions an hour later, changed to `hat` under another key: the second generation, with
/// the first key in the lineage. The id is renewed only.
const CHANGED: [(Kind, &str); 4] = [
    (
        Sealed,
        "AcvoPQONUAt0Y5Kf_V-GVzJTeR0YinOl3eoG95tEcYxs6YTUyB8iNsjWOh8wH4-8Pu1snYm5WWEAuQA7\
         Ro98GTQJ98LfGq5eTHUSlzrfuJo_GufgGmdaRGVfoCh8W4QiuTTOMB2iciiAo4jZwRlJ83A",
    ),
    (
        Signed,
        "AsvoPQONUAt0OxjEVg3oRHJkrcIapSZsUgGbdtqoAAGbfAEEAAGbdxGWgAAAAAEBAAEBt7dvPiYK78p7\
         InRleHQiOiJoYXQifSgL6av5WmDveujSMjNOqEmd-HPUCu2NO9FAPIqbNgeG",
    ),
    (
        ById,
        "A8voPQONUAt0FVZAMSTlE2yPuCyAmkV2TAtBkOwU3s1Oivv1lTep5ZQlrLjQ3Al2ag",
    ),
    (
        Header,
        "AcvoPQONUAt0mGbDqfqXMEEv7ZnOfsNaSvIteAClwnzplcZbWH6riG9R0ySaSoojzhXFIez2UrCPXGWO\
         1r36SZCyWiZESCkKvJTWXv0EefBuaClx4q72ogB_OyOf_nwmlZ5un8iTSa0aca1Y2mCI914",
    ),
];

/// A session with a subject.
const WITH_SUBJECT: &str = "Are3bz4mCu_KPGIHTX27mzUhaBIO0UEcHAGbdtqoAAGbmucsAAGbdtqoAAAAAAABAAEIAAAAAAAAAAAG\
         w6VsaWNleyJ1c2VyIjoiw6VsaWNlIn2uHf8wCIYeVUjD2sVZTZVM4UggjMhorxhiqIHI06krTw";

fn ring() -> KeyRing {
    let next: Key = NEXT_KEY.parse().unwrap();
    let next = DatedKey::from(next).issue_from(MADE.saturating_add(HOUR));
    let set = KeySet::new().with(KEY.parse::<Key>().unwrap()).with(next);
    KeyRing::from_keys(set).unwrap()
}

fn setup(seed: u64) -> Setup {
    let mut setup = Setup::new().ring(&ring()).entropy(seed);
    setup.clock = ManualClock::new(MADE);
    setup
}

/// Makes the tokens again, from the seed from which they were made.
async fn make_again(site: &Site) -> Vec<[String; 2]> {
    let mut first = Vec::new();
    for (kind, _) in FIRST {
        first.push(site.token(kind, "coat").await);
    }
    site.clock.advance(HOUR);
    let mut tokens = Vec::new();
    for ((kind, _), first) in FIRST.into_iter().zip(first) {
        let ask = Ask::write(kind, "hat").token(&first);
        let token = site.ask(ask).await.token(kind).unwrap();
        tokens.push([first, token]);
    }
    tokens
}

/// Rules: token-versions, subkeys, associated-data.
#[tokio::test]
async fn the_same_seeds_make_the_frozen_tokens_again() {
    let made = make_again(&setup(1).site()).await;
    for ((made, first), changed) in made.iter().zip(FIRST).zip(CHANGED) {
        assert_eq!(made, &[first.1, changed.1], "{:?}", first.0);
    }
}

/// Rules: token-versions.
#[tokio::test]
async fn frozen_tokens_by_value_are_read() {
    let site = setup(99).site();
    for (kind, token) in FIRST.into_iter().filter(|(kind, _)| *kind != ById) {
        assert_eq!(site.read(kind, token).await, "coat");
    }
    site.clock.set(MADE.saturating_add(HOUR + MINUTE));
    for (kind, token) in CHANGED.into_iter().filter(|(kind, _)| *kind != ById) {
        assert_eq!(site.read(kind, token).await, "hat");
    }
}

/// Rules: token-versions.
#[tokio::test]
async fn frozen_ids_open_their_records() {
    let setup = setup(1);
    make_again(&setup.site()).await;
    let site = setup.clone().entropy(99).site();
    for (kind, token) in [FIRST[2], CHANGED[2]] {
        assert_eq!(kind, ById);
        let reply = site.ask(Ask::read(ById).token(token).fetch()).await;
        assert_eq!(reply.body, "hat");
    }
}

/// The tables of the forms, read octet by octet.
///
/// Rules: token-versions.
#[test]
fn frozen_tokens_have_the_layout_that_is_documented() {
    let keys = [KEY, NEXT_KEY].map(|text| text.parse::<Key>().unwrap().id());
    for (tokens, key) in [(FIRST, keys[0]), (CHANGED, keys[1])] {
        for (kind, token) in tokens {
            let bytes = decode(token.as_bytes()).unwrap();
            let version = match kind {
                Sealed | Header => 1,
                Signed => 2,
                ById => 3,
            };
            assert_eq!(bytes[0], version);
            assert_eq!(&bytes[1..9], key.as_bytes());
        }
    }
    let signed = decode(CHANGED[1].1.as_bytes()).unwrap();
    let signed = &signed[9..signed.len() - 32];
    let (_id, rest) = signed.split_at(16);
    let millis = |time: Timestamp| time.as_millis().to_be_bytes()[2..].to_vec();
    let later = MADE.saturating_add(HOUR);
    let absolute = MADE.saturating_add(24 * HOUR);
    let times = [MADE, absolute, later].map(millis).concat();
    let expected = [
        times.as_slice(),
        // Generation 1, JSON, version 1 of the type, one key in the lineage and no subject.
        &[0, 0, 0, 1, 1, 0, 1, 1],
        keys[0].as_bytes(),
        br#"{"text":"hat"}"#,
    ];
    assert_eq!(rest, expected.concat());
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Login {
    user: String,
}

async fn sign_in(session: Session<Login>) -> Result<(), cloakroom::ChangeError> {
    session.sign_in(Login {
        user: "ålice".to_owned(),
    })
}

async fn user(session: Session<Login>) -> String {
    let login = session.get();
    login.map_or_else(|| "none".to_owned(), |login| login.user.clone())
}

/// Rules: token-versions.
#[tokio::test]
async fn a_frozen_token_with_a_subject_is_made_again_and_read() {
    let setup = setup(2);
    let sessions = Sessions::builder("shop", &setup.ring)
        .cookie::<Login>("signed", |c| {
            let options = c.signed().subject(|login: &Login| login.user.clone());
            options.ending(Ending::Stateless)
        })
        .clock(setup.clock.clone())
        .entropy(setup.entropy.clone())
        .build()
        .unwrap();
    let mut site = setup.site();
    site.router = axum::Router::new()
        .route("/signed/sign-in", axum::routing::post(sign_in))
        .route("/signed/read", axum::routing::get(user))
        .layer(sessions.layer());
    let reply = site.ask(Ask::sign_in(Signed, "")).await;
    assert_eq!(reply.token(Signed).as_deref(), Some(WITH_SUBJECT));
    assert_eq!(site.read(Signed, WITH_SUBJECT).await, "ålice");
}
