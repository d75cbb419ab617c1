//! Our parser beside the pattern that Ktor parses with (`clientCookieHeaderPattern` in `Cookie.kt`).

use std::sync::LazyLock;

use cloakroom_core::Transport as _;
use cloakroom_ktor::{Ktor, KtorCookie};
use proptest::prelude::*;
use regex::bytes::Regex;

/// The patterns of all versions.
static PATTERNS: LazyLock<[(Ktor, Regex); 3]> =
    LazyLock::new(|| [Ktor::V1_6_8, Ktor::V2, Ktor::V3].map(|ktor| (ktor, pattern(ktor))));

/// Ktor's pattern, on octets: `\s` and classes mean the same of ASCII there.
fn pattern(ktor: Ktor) -> Regex {
    let name = match ktor {
        Ktor::V1_6_8 => r#"[^()<>@;:/\\"\[\]?=\{\}\s]"#,
        _ => r"[^;=\{\}\s]",
    };
    Regex::new(&format!(
        r#"(?-u)(^|;)\s*({name}+)\s*(=\s*("[^"]*"|[^;]*))?"#
    ))
    .unwrap()
}

/// The values of `S`, as `parseClientCookiesHeader` finds them before it keeps the last.
fn expected(pattern: &Regex, line: &[u8]) -> Vec<Vec<u8>> {
    let found = pattern.captures_iter(line);
    found
        .filter(|pair| pair.get(2).unwrap().as_bytes() == b"S")
        .map(|pair| {
            let value = pair.get(4).map_or(&b""[..], |value| value.as_bytes());
            match value {
                [b'"', inner @ .., b'"'] => inner.to_vec(),
                _ => value.to_vec(),
            }
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_line_is_read_as_ktors_pattern_reads_it(
        line in prop_oneof![
            "[S=;\"$ {(a\t\u{b}\r\né]{0,40}".prop_map(String::into_bytes),
            "([ ]{0,2}[S$a]{1,2}[ ]{0,2}=?[ ]{0,2}\"?[S=a; ]{0,5}\"?;?){0,6}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..60),
        ],
    ) {
        for (ktor, pattern) in &*PATTERNS {
            let cookie = KtorCookie::new(*ktor).transport("S").unwrap();
            let mut found = Vec::new();
            cookie.tokens(&line, &mut |text| found.push(text.to_vec()));
            prop_assert_eq!(&found, &expected(pattern, &line), "{:?}", ktor);
        }
    }
}
