//! Tokens that no server made: whatever comes, the answer is that of a request without a session,
//! with the reason as an event.
//!
//! How a bad token is found out depends on where it is bad, so the tests say for every flipped bit,
//! every cut and every version which reason it is.

use axum::http::StatusCode;
use cloakroom::{
    Buffer, Context, EventKind, Freshness, KeyRing, Protection, Refusal, Sessions, Transformer,
};
use cloakroom_testkit::Call;
use proptest::prelude::*;

use crate::support::Kind::{ById, Header, Sealed, Signed};
use crate::support::{Ask, Kept, Kind, Setup, decode, encode, key, router, told};

/// How many bytes come after the key id at least: nonce and tag, a MAC, locator with proof and
/// check.
const fn least_body(kind: Kind) -> usize {
    match kind {
        Sealed | Header => 24 + 16,
        Signed => 32,
        ById => 16 + 16 + 8,
    }
}

/// Why `text`, made by damaging the genuine token, is refused: the forms' order of checks, written
/// down a second time.
fn verdict(kind: Kind, genuine: &[u8], text: &[u8]) -> Refusal {
    let Some(bytes) = decode(text) else {
        return Refusal::Malformed;
    };
    let least = 9 + least_body(kind);
    match &*bytes {
        [] => Refusal::Malformed,
        [version, ..] if *version != genuine[0] => Refusal::UnknownVersion,
        id if kind == ById && id.len() != least => Refusal::Malformed,
        cut if cut.len() < 9 => Refusal::Malformed,
        other if other[1..9] != genuine[1..9] => Refusal::UnknownKey,
        cut if cut.len() < least => Refusal::Malformed,
        _ => Refusal::Forged,
    }
}

/// Rules: bad-input, clearing, associated-data, row-4, row-5.
#[tokio::test]
async fn every_flipped_bit_of_a_token_is_refused() {
    let site = Setup::new().site();
    for kind in Kind::ALL {
        let genuine = decode(site.token(kind, "coat").await.as_bytes()).unwrap();
        for bit in 0..genuine.len() * 8 {
            let mut bytes = genuine.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let why = match bit / 8 {
                0 => Refusal::UnknownVersion,
                1..=8 => Refusal::UnknownKey,
                _ => Refusal::Forged,
            };
            site.refuses_token(kind, encode(&bytes), why).await;
        }
        assert_eq!(site.read(kind, &encode(&genuine)).await, "coat");
    }
}

/// What the server sees of a value in which an octet was changed: a semicolon ends a cookie, and
/// blanks at the ends belong to the line.
fn seen(kind: Kind, text: &[u8]) -> &[u8] {
    let blank = |octet: &u8| matches!(octet, b' ' | b'\t');
    let ended = text
        .iter()
        .position(|octet| *octet == b';' && kind != Header);
    let value = &text[..ended.unwrap_or(text.len())];
    let end = value.iter().rposition(|octet| !blank(octet));
    let value = &value[..end.map_or(0, |end| end + 1)];
    let front = value.iter().take_while(|octet| blank(octet)).count();
    if kind == Header {
        &value[front..]
    } else {
        value
    }
}

/// Whether an HTTP server lets the octet through in a header's value (RFC 9110 §5.5).
const fn is_field_octet(octet: u8) -> bool {
    matches!(octet, b'\t' | 0x20..=0x7e | 0x80..)
}

/// Rules: bad-input, clearing, cookie-parsing, row-4, row-5.
#[tokio::test]
async fn every_flipped_bit_of_the_text_of_a_token_is_refused() {
    let site = Setup::new().site();
    for kind in Kind::ALL {
        let text = site.token(kind, "coat").await.into_bytes();
        let genuine = decode(&text).unwrap();
        for bit in 0..text.len() * 8 {
            let mut text = text.clone();
            text[bit / 8] ^= 1 << (bit % 8);
            if is_field_octet(text[bit / 8]) {
                let why = verdict(kind, &genuine, seen(kind, &text));
                site.refuses_token(kind, &text, why).await;
            }
        }
    }
}

/// Rules: bad-input, clearing, row-1, row-4, row-5.
#[tokio::test]
async fn a_token_cut_or_extended_anywhere_is_refused() {
    let site = Setup::new().site();
    for kind in Kind::ALL {
        let text = site.token(kind, "coat").await;
        let genuine = decode(text.as_bytes()).unwrap();
        for len in 0..text.len() {
            if len == 0 && kind == Header {
                continue;
            }
            let cut = &text[..len];
            site.refuses_token(kind, cut, verdict(kind, &genuine, cut.as_bytes()))
                .await;
        }
        for more in 1..=8 {
            let longer = text.clone() + &"A".repeat(more);
            let why = verdict(kind, &genuine, longer.as_bytes());
            site.refuses_token(kind, &longer, why).await;
            let longer = "A".repeat(more) + &text;
            let why = verdict(kind, &genuine, longer.as_bytes());
            site.refuses_token(kind, &longer, why).await;
        }
        let twice = [&*genuine, &*genuine].concat();
        let why = verdict(kind, &genuine, encode(&twice).as_bytes());
        site.refuses_token(kind, encode(&twice), why).await;
    }
}

/// An empty header is what clears it, so a client that echoes it has no token and nothing is told.
///
/// Rules: row-1.
#[tokio::test]
async fn an_empty_header_is_no_token_at_all() {
    let site = Setup::new().site();
    for value in ["", " ", " \t "] {
        let reply = site.ask(Ask::read(Header).token(value)).await;
        assert_eq!((reply.status, &*reply.body), (200, "none"));
        assert!(reply.is_silent(Header));
    }
    assert_eq!(site.log.kinds(), []);
}

/// Rules: token-versions, bad-input, clearing, row-5.
#[tokio::test]
async fn a_token_of_any_other_version_is_refused_and_kept() {
    let site = Setup::new().site();
    for kind in Kind::ALL {
        let genuine = decode(site.token(kind, "coat").await.as_bytes()).unwrap();
        for version in (0..=u8::MAX).filter(|version| *version != genuine[0]) {
            let mut bytes = genuine.clone();
            bytes[0] = version;
            site.refuses_token(kind, encode(&bytes), Refusal::UnknownVersion)
                .await;
            // How long other versions are is not for this one to know.
            bytes.push(0);
            site.refuses_token(kind, encode(&bytes), Refusal::UnknownVersion)
                .await;
            site.refuses_token(kind, encode(&[version]), Refusal::UnknownVersion)
                .await;
        }
    }
}

/// While a provider moves from one form to another, nodes of both kinds answer one browser.
///
/// Rules: token-versions, associated-data, bad-input, clearing, row-5.
#[tokio::test]
async fn a_token_of_another_form_is_refused_and_kept() {
    let site = Setup::new().site();
    for kind in Kind::ALL {
        for other in Kind::ALL {
            let token = site.token(other, "coat").await;
            let same_form = matches!((kind, other), (Sealed | Header, Sealed | Header));
            if kind != other && !same_form {
                site.refuses_token(kind, token, Refusal::UnknownVersion)
                    .await;
            }
        }
    }
}

/// Rules: subkeys, associated-data, bad-input, clearing, row-4.
#[tokio::test]
async fn a_token_of_another_provider_or_application_is_forged() {
    let site = Setup::new().site();
    site.refuses_token(Sealed, site.token(Header, "coat").await, Refusal::Forged)
        .await;
    site.refuses_token(Header, site.token(Sealed, "coat").await, Refusal::Forged)
        .await;
    let staging = Setup::new().application("shop-staging").site();
    for kind in Kind::ALL {
        let token = staging.token(kind, "coat").await;
        assert_eq!(staging.read(kind, &token).await, "coat");
        site.refuses_token(kind, token, Refusal::Forged).await;
    }
}

/// Another node may have the key already, or still.
///
/// Rules: bad-input, clearing, row-5.
#[tokio::test]
async fn a_token_under_an_unknown_key_is_refused_and_kept() {
    let site = Setup::new().site();
    let other = Setup::new().ring(&KeyRing::single(key(2))).site();
    for kind in Kind::ALL {
        let token = other.token(kind, "coat").await;
        site.refuses_token(kind, token, Refusal::UnknownKey).await;
    }
}

/// Rules: bad-input, clearing, cookie-parsing, row-4.
#[tokio::test]
async fn what_is_not_base64url_is_no_token() {
    let site = Setup::new().site();
    for kind in Kind::ALL {
        // Under one of the first numbers there is a token with both letters that differ.
        let mut genuine = String::new();
        for number in 0..64 {
            genuine = site.token(kind, &number.to_string()).await;
            if genuine.contains('-') && genuine.contains('_') {
                break;
            }
        }
        assert!(genuine.contains('-') && genuine.contains('_'));
        let texts: Vec<Vec<u8>> = vec![
            genuine.replace('-', "+").replace('_', "/").into(),
            genuine.replace('-', "+").into(),
            format!("{genuine}=").into(),
            format!("{genuine}==").into(),
            format!("\"{genuine}\"").into(),
            format!("'{genuine}'").into(),
            format!("{genuine}%3D").into(),
            format!("{genuine},{genuine}").into(),
            format!("{} {}", &genuine[..4], &genuine[4..]).into(),
            [genuine.as_bytes(), b"\xff"].concat(),
            [b"\xc3\x28", genuine.as_bytes()].concat(),
            b"\x80\x81\xfe\xff".to_vec(),
            "ålice".into(),
            "*".into(),
            b"{\"text\":\"coat\"}".to_vec(),
            b"eyJhbGciOiJub25lIn0.e30.".to_vec(),
        ];
        for text in texts {
            site.refuses_token(kind, text, Refusal::Malformed).await;
        }
        assert_eq!(site.ask(Ask::read(kind).token(genuine)).await.status, 200);
    }
}

/// Rules: token-length, bad-input, clearing, row-4.
#[tokio::test]
async fn what_is_longer_than_any_token_is_not_even_decoded() {
    let site = Setup::new().site();
    for kind in Kind::ALL {
        let genuine = site.token(kind, "coat").await;
        for len in [kind.longest() + 1, 10_000, 65_536] {
            let text = genuine.repeat(len / genuine.len() + 1);
            site.refuses_token(kind, &text[..len], Refusal::TooLong)
                .await;
        }
        // One less is looked at, and found out by what it says.
        let text = genuine.repeat(kind.longest());
        let longest = &text[..kind.longest() / 4 * 4];
        let why = verdict(
            kind,
            &decode(genuine.as_bytes()).unwrap(),
            longest.as_bytes(),
        );
        site.refuses_token(kind, longest, why).await;
    }
}

/// Rules: several-cookies, cookie-parsing, bad-input, row-5.
#[tokio::test]
async fn a_thousand_cookies_are_none_of_one_name_and_no_matter_of_others() {
    let site = Setup::new().site();
    for kind in Kind::COOKIES {
        let token = site.token(kind, "coat").await;
        let pair = kind.line(&token).1;
        let many = vec![("cookie", pair.clone()); 1_000];
        site.refuses(kind, &many, Refusal::TooMany).await;
        let joined = many.iter().map(|line| &*line.1).collect::<Vec<_>>();
        let line = ("cookie", joined.join(&b"; "[..]));
        site.refuses(kind, &[line], Refusal::TooMany).await;

        let mut others: Vec<u8> = (0..1_000)
            .flat_map(|n| format!("{}{n}={token}; ", kind.wire()).into_bytes())
            .collect();
        assert!(others.len() > 65_536);
        others.extend_from_slice(&pair);
        let reply = site.ask(Ask::read(kind).lines(&[("cookie", others)])).await;
        assert_eq!((reply.status, &*reply.body), (200, "coat"));
    }
}

/// Rules: several-cookies, bad-input, row-5.
#[tokio::test]
async fn five_lines_of_a_header_are_refused_and_of_four_the_one_counts() {
    let site = Setup::new().site();
    let token = site.token(Header, "coat").await;
    let line = Header.line(&token);
    let reply = site
        .ask(Ask::read(Header).lines(&vec![line.clone(); 4]))
        .await;
    assert_eq!(reply.body, "coat");
    site.refuses(Header, &vec![line; 5], Refusal::TooMany).await;
    let other = Header.line(site.token(Header, "hat").await);
    site.refuses(Header, &[Header.line(&token), other], Refusal::Ambiguous)
        .await;
}

/// Puts the damage of one test inside the authentic part of a token.
#[derive(Clone, Debug)]
struct Garble(Vec<u8>);

impl Transformer for Garble {
    fn protection(&self) -> Protection {
        Protection::None
    }

    fn write(&self, _: &Context<'_>, buffer: &mut Buffer) {
        buffer.replace(self.0.clone());
    }

    fn read(&self, _: &Context<'_>, _: &mut Buffer) -> Result<Freshness, Refusal> {
        Ok(Freshness::Current)
    }
}

/// Rules: bad-input, clearing, row-4.
#[tokio::test]
async fn a_token_that_is_garbled_inside_is_refused_although_it_is_authentic() {
    let setup = Setup::new();
    let site = setup.site();
    let mut envelope = vec![0; 42];
    let mut insides = vec![Vec::new(), vec![7], b"null".to_vec(), vec![0xff; 500]];
    // The flags: unknown ones, a lineage of five, a lineage and a subject that are not there.
    for flags in [0b1000_0000, 0b0001_0000, 5, 6, 7, 1, 0b1000] {
        envelope[41] = flags;
        insides.push(envelope.clone());
    }
    for inside in insides {
        let garbling = Sessions::builder("shop", &setup.ring)
            .cookie::<Kept<0>>("sealed", |c| c.transform(Garble(inside.clone())).sealed())
            .cookie::<Kept<1>>("signed", |c| c.transform(Garble(inside.clone())).signed())
            .cookie::<Kept<2>>("by-id", |c| {
                c.stored_in(&setup.storage)
                    .transform(Garble(inside.clone()))
            })
            .header::<Kept<3>>("X-Kept", |h| h.transform(Garble(inside.clone())).sealed())
            .clock(setup.clock.clone())
            .build()
            .unwrap();
        let mut forger = Setup::new().site();
        forger.router = router(&garbling);
        for kind in [Sealed, Signed, Header] {
            let token = forger.token(kind, "coat").await;
            site.refuses_token(kind, token, Refusal::Malformed).await;
        }
    }
}

/// Rules: bad-input, no-upsert, row-5.
#[tokio::test]
async fn random_ids_of_the_right_shape_cost_no_read() {
    let site = Setup::new().site();
    let mut id = decode(site.token(ById, "coat").await.as_bytes()).unwrap();
    let entropy = cloakroom_testkit::SeededEntropy::new(7);
    for _ in 0..200 {
        cloakroom::Entropy::fill(&entropy, &mut id[9..]);
        site.refuses_token(ById, encode(&id), Refusal::Forged).await;
    }
}

/// Bad tokens of every sort that a client can make by itself, and why they are refused.
async fn bad_tokens(kind: Kind) -> Vec<(String, Refusal)> {
    let site = Setup::new().site();
    let genuine = site.token(kind, "coat").await;
    let mut forged = decode(genuine.as_bytes()).unwrap();
    *forged.last_mut().unwrap() ^= 1;
    let mut other_version = forged.clone();
    other_version[0] = 99;
    let mut other_key = forged.clone();
    other_key[1] ^= 1;
    vec![
        (encode(&forged), Refusal::Forged),
        (encode(&other_version), Refusal::UnknownVersion),
        (encode(&other_key), Refusal::UnknownKey),
        (genuine[..4].to_owned(), Refusal::Malformed),
        (genuine.repeat(80), Refusal::TooLong),
        ("admin".to_owned(), Refusal::Malformed),
    ]
}

/// Rules: bad-input, no-upsert, row-2b, row-6.
#[tokio::test]
async fn a_write_over_a_refused_token_makes_a_session_under_an_id_of_our_own() {
    for kind in Kind::ALL {
        let site = Setup::new().entropy(5).site();
        for (bad, why) in bad_tokens(kind).await {
            for (ask, made) in [
                (Ask::write(kind, "hat"), EventKind::Created),
                (Ask::sign_in(kind, "hat"), EventKind::SignedIn),
            ] {
                site.forget();
                let reply = site.ask(ask.token(&bad).fetch()).await;
                assert_eq!(reply.status, 200, "{kind:?} {why:?}");
                let token = reply.token(kind).unwrap();
                assert_eq!(site.log.kinds(), [told(why), vec![made]].concat());
                let calls = if kind == ById {
                    vec![Call::Create]
                } else {
                    vec![]
                };
                assert_eq!(site.storage.take_calls(), calls);
                assert_eq!(site.read(kind, &token).await, "hat");
                if let (ById, Some(presented)) = (kind, decode(bad.as_bytes())) {
                    let made = decode(token.as_bytes()).unwrap();
                    assert_ne!(made.get(9..25), presented.get(9..25));
                }
            }
        }
    }
}

/// Rules: clearing, row-4b.
#[tokio::test]
async fn an_end_clears_whatever_was_presented() {
    let site = Setup::new().site();
    for kind in Kind::ALL {
        for (bad, why) in bad_tokens(kind).await {
            site.log.clear();
            let reply = site.ask(Ask::end(kind).token(&bad).fetch()).await;
            assert_eq!(reply.status, 200);
            assert!(reply.clears(kind), "{kind:?} {why:?}");
            assert_eq!(site.log.kinds(), told(why));
        }
    }
    site.storage.assert_untouched();
}

/// Rules: bad-input, one-gate, row-1b.
#[tokio::test]
async fn a_refused_token_has_no_session_to_rotate_or_to_elevate() {
    let site = Setup::new().site();
    for kind in Kind::ALL {
        for (bad, why) in bad_tokens(kind).await {
            for ask in [Ask::rotate(kind), Ask::elevate(kind, "admin")] {
                site.log.clear();
                let reply = site.ask(ask.token(&bad).fetch()).await;
                assert_eq!(reply.status, StatusCode::UNAUTHORIZED.as_u16());
                assert_eq!(site.log.kinds(), told(why));
                assert_eq!(reply.token(kind), None);
            }
        }
    }
}

/// What a hostile Cookie header is made of.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(
        Kind::COOKIES
            .map(|kind| kind.wire().as_bytes().to_vec())
            .to_vec(),
    );
    prop_oneof![
        name,
        Just(b"=".to_vec()),
        Just(b"; ".to_vec()),
        prop::sample::select(b"\t \";,=%$\xff\x80".to_vec()).prop_map(|octet| vec![octet]),
        prop::collection::vec(any::<u8>(), 0..80).prop_map(|bytes| encode(&bytes).into_bytes()),
        prop::collection::vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Rules: bad-input, cookie-parsing.
    #[test]
    fn no_octets_in_the_cookie_header_are_a_session_or_an_error(
        lines in prop::collection::vec(prop::collection::vec(fragment(), 0..12), 0..4),
    ) {
        let lines: Vec<_> = lines
            .iter()
            .map(|fragments| fragments.concat())
            .map(|mut line| {
                line.retain(|octet| is_field_octet(*octet));
                ("cookie", line)
            })
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let site = Setup::new().site();
            for kind in Kind::COOKIES {
                let reply = site.ask(Ask::read(kind).lines(&lines)).await;
                assert_eq!((reply.status, &*reply.body), (200, "none"));
                assert_eq!(reply.token(kind), None);
                let reply = site.ask(Ask::write(kind, "hat").lines(&lines)).await;
                assert_eq!(reply.status, 200);
                assert_eq!(site.read(kind, &reply.token(kind).unwrap()).await, "hat");
            }
        });
    }

    /// Rules: bad-input.
    #[test]
    fn no_octets_in_a_session_header_are_a_session_or_an_error(
        mut value in prop::collection::vec(any::<u8>(), 0..120),
        as_text in any::<bool>(),
    ) {
        if as_text {
            value = encode(&value).into_bytes();
        }
        value.retain(|octet| is_field_octet(*octet));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let site = Setup::new().site();
            let reply = site.ask(Ask::read(Header).token(&value)).await;
            assert_eq!((reply.status, &*reply.body), (200, "none"));
        });
    }
}
