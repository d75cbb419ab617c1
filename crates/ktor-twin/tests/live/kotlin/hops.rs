//! A session that begins at one side, is read and changed at the other, and ends there.

use super::cases::{self, Case};
use super::client::Client;
use super::provider::Provider;
use super::site::{PAIRS, Site};

#[test]
fn what_ktor_1_6_8_begins_the_twin_reads_changes_and_ends() {
    hop_with_all(Site::Ktor1, Site::Twin1);
}

#[test]
fn what_the_twin_begins_ktor_1_6_8_reads_changes_and_ends() {
    hop_with_all(Site::Twin1, Site::Ktor1);
}

#[test]
fn what_ktor_3_5_2_begins_the_twin_reads_changes_and_ends() {
    hop_with_all(Site::Ktor3, Site::Twin3);
}

#[test]
fn what_the_twin_begins_ktor_3_5_2_reads_changes_and_ends() {
    hop_with_all(Site::Twin3, Site::Ktor3);
}

#[test]
fn what_ktor_3_begins_by_reflection_the_twin_of_1_6_8_reads_changes_and_ends() {
    hop_with_all(Site::Ktor3Reflection, Site::Twin1);
}

#[test]
fn what_the_twin_of_1_6_8_begins_ktor_3_reads_changes_and_ends_by_reflection() {
    hop_with_all(Site::Twin1, Site::Ktor3Reflection);
}

#[test]
fn what_ktor_3_begins_by_reflection_the_twin_of_2_3_13_reads_changes_and_ends() {
    hop_with_all(Site::Ktor3Reflection, Site::Twin2);
}

#[test]
fn what_the_twin_of_2_3_13_begins_ktor_3_reads_changes_and_ends_by_reflection() {
    hop_with_all(Site::Twin2, Site::Ktor3Reflection);
}

/// Ktor 3 reads what Ktor 1 and 2 encrypted, and encrypts as 1 and 2 do not read it.
#[test]
fn encryption_goes_from_1_and_2_to_3_and_not_back() {
    for twin in [Site::Twin1, Site::Twin2] {
        for Case {
            set,
            value,
            change,
            changed,
        } in cases::all(Provider::Enc, true)
        {
            let mut client = Client::default();
            client.does(twin, &set);
            let reads = client.reads(Site::Ktor3Reflection);
            assert_eq!(reads, [(Provider::Enc, value)], "{set}");
            client.does(Site::Ktor3Reflection, &change);
            let reads = client.reads(Site::Ktor3Reflection);
            assert_eq!(reads, [(Provider::Enc, changed)], "{change}");
            for older in [Site::Ktor1, twin] {
                assert_eq!(client.clone().reads(older), [], "{older:?} {change}");
            }
        }
    }
}

/// All sessions of one client at once, each begun and changed at alternating sides.
#[test]
fn a_client_with_every_session_keeps_them_all_at_both_sides() {
    for (ktor, twin) in PAIRS {
        let providers: Vec<_> = shared(ktor, twin)
            // Ktor 3 mixes up two sessions by id.
            .filter(|provider| !ktor.has_one_id() || *provider != Provider::Drawing)
            .collect();
        let mut client = Client::default();
        let sites = [ktor, twin];
        let cases = providers.iter().map(|provider| cases::recorded(*provider));
        let cases: Vec<_> = cases.collect();
        for (nth, case) in cases.iter().enumerate() {
            client.does(sites[nth % 2], &case.set);
        }
        let values = cases.iter().map(|case| case.value.clone());
        let all: Vec<_> = providers.iter().copied().zip(values).collect();
        assert_eq!(client.reads(twin), all);
        assert_eq!(client.reads(ktor), all);

        for (nth, case) in cases.iter().enumerate() {
            client.does(sites[(nth + 1) % 2], &case.change);
        }
        let values = cases.iter().map(|case| case.changed.clone());
        let all: Vec<_> = providers.iter().copied().zip(values).collect();
        assert_eq!(client.reads(ktor), all);
        assert_eq!(client.reads(twin), all);

        let mut before = client.clone();
        client.does(twin, "/clear");
        client.forget(Provider::Session);
        assert_eq!(client.reads(ktor), []);
        // What travels by value stays good for who kept it, in Ktor too.
        let kept = all.into_iter().filter(|(provider, _)| !provider.is_by_id());
        assert_eq!(before.reads(ktor), kept.collect::<Vec<_>>());
    }
}

fn hop_with_all(from: Site, other: Site) {
    let mut hops = 0;
    for provider in shared(from, other) {
        for case in cases::all(provider, from.is_by_reflection()) {
            hop(provider, &case, from, other);
            hops += 1;
        }
    }
    let providers = shared(from, other).count();
    println!("{from:?} to {other:?} and back: {providers} providers, {hops} sessions");
}

/// The providers whose sessions both sides read and write.
fn shared(from: Site, other: Site) -> impl Iterator<Item = Provider> {
    let is_across = from.has_one_id() != other.has_one_id() && from.is_by_reflection();
    from.providers()
        .filter(move |provider| other.providers().any(|known| known == *provider))
        // Ktor 1 and 2 do not read what 3 encrypted.
        .filter(move |provider| !is_across || *provider != Provider::Enc)
}

fn hop(provider: Provider, case: &Case, from: Site, other: Site) {
    let mut client = Client::default();
    client.does(from, &case.set);
    let reads = client.reads(other);
    assert_eq!(reads, [(provider, case.value.clone())], "{}", case.set);

    let mut first = client.clone();
    client.does(other, &case.change);
    let changed = [(provider, case.changed.clone())];
    assert_eq!(client.reads(from), changed, "{}", case.change);
    assert_eq!(client.reads(other), changed, "{}", case.change);
    if provider.is_by_id() {
        // The content changed, and the id did not.
        assert_eq!(first.reads(from), changed, "{}", case.change);
    }

    let mut stale = client.clone();
    let ended = client.ask(other, &provider.clear_route());
    assert_eq!((ended.status, ended.body.as_str()), (200, "ok"));
    if provider.is_header() {
        // Nothing says so to a client that sent a header: it has to forget by itself.
        assert_eq!(ended.header(&provider.name().to_ascii_lowercase()), None);
        client.forget(provider);
    }
    assert!(!client.has(provider), "{provider:?} at {other:?}");
    assert_eq!(client.reads(from), []);
    if provider.is_by_id() {
        assert_eq!(stale.clone().reads(from), [], "{}", case.set);
        assert_eq!(stale.reads(other), [], "{}", case.set);
    }
}
