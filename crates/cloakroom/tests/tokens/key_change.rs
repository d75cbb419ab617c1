//! A routine change of key, on two nodes that take up each step at different moments: nobody is
//! logged out, and every session moves to the new key in its time.

use std::path::PathBuf;
use std::time::Duration;

use cloakroom::{
    Clock as _, DatedKey, EventKind, KeyId, KeyRing, KeySet, Refusal, RenewReason, Timestamp,
    WatchedFile,
};
use cloakroom_testkit::SeededEntropy;

use crate::support::Kind::{self, ById};
use crate::support::{Ask, HOUR, MINUTE, Setup, Site, decode, key};

/// The key that a token names.
pub(crate) fn key_of(token: &str) -> KeyId {
    let bytes = decode(token.as_bytes()).unwrap();
    KeyId::from_bytes(bytes[1..9].try_into().unwrap())
}

/// Someone with a session of one kind.
struct User {
    kind: Kind,
    token: String,
    text: String,
    since: Timestamp,
}

/// Two nodes of one site: one clock, one storage, and a key ring each.
struct Nodes {
    sites: [Site; 2],
    rings: [KeyRing; 2],
    entropy: SeededEntropy,
    users: Vec<User>,
}

/// Sessions end after this, so a key has to be accepted for as long after it issued last.
const LIFE: Duration = Duration::from_secs(30 * 60);
/// The keys' spread time, by default.
const SPREAD: Duration = Duration::from_secs(10 * 60);

impl Nodes {
    fn new(seed: u64) -> Self {
        let setup = Setup::new().absolute(LIFE).idle(15 * MINUTE).entropy(seed);
        let rings = [1, 1].map(|number| KeyRing::single(key(number)));
        Self {
            sites: [0, 1].map(|node| setup.clone().ring(&rings[node]).site()),
            rings,
            entropy: SeededEntropy::new(seed),
            users: Vec::new(),
        }
    }

    fn now(&self) -> Timestamp {
        self.sites[0].clock.now()
    }

    fn random(&self, below: u8) -> u8 {
        let mut byte = [0];
        cloakroom::Entropy::fill(&self.entropy, &mut byte);
        byte[0] % below
    }

    fn any(&self) -> &Site {
        &self.sites[usize::from(self.random(2))]
    }

    /// A minute of traffic: new users come, old ones leave in time, and everybody is answered by
    /// any of the nodes. `issuing` is the key that new tokens are under.
    async fn minute(&mut self, issuing: KeyId) {
        let now = self.now();
        self.users
            .retain(|user| now.saturating_since(user.since) < LIFE);
        for kind in Kind::ALL {
            let text = format!("{}", now.as_secs());
            let token = self.any().token(kind, &text).await;
            assert_eq!(key_of(&token), issuing);
            self.users.push(User {
                kind,
                token,
                text,
                since: now,
            });
        }
        let mut users = std::mem::take(&mut self.users);
        for user in &mut users {
            self.act(user, issuing).await;
        }
        self.users = users;
        for site in &self.sites {
            let told = site.log.kinds();
            let lost =
                |kind: &&EventKind| matches!(kind, EventKind::Refused(_) | EventKind::Reused);
            assert_eq!(told.iter().find(lost), None);
            site.forget();
        }
        self.sites[0].clock.advance(MINUTE);
    }

    async fn act(&self, user: &mut User, issuing: KeyId) {
        let kind = user.kind;
        let act = self.random(6);
        let ask = match act {
            0..=2 => Ask::read(kind).fetch(),
            3 => Ask::read(kind),
            4 => {
                user.text.push('!');
                Ask::write(kind, &user.text).fetch()
            }
            _ => Ask::rotate(kind).fetch(),
        };
        let reply = self.any().ask(ask.token(&user.token)).await;
        assert_eq!(reply.status, 200);
        if act <= 3 {
            assert_eq!(reply.body, user.text, "{kind:?} of {:?}", user.since);
        }
        // A header is as good as a page load; an id by fetch gets a token for a rotation only.
        let moves = match kind {
            ById => act == 3,
            Kind::Header => true,
            _ => act >= 3,
        };
        if let Some(token) = reply.token(kind) {
            assert!(moves || (kind == ById && act == 5));
            user.token = token;
        }
        if moves {
            assert_eq!(key_of(&user.token), issuing, "{kind:?} {act}");
        }
    }
}

/// Rules: key-change, row-11, row-12, row-22.
#[tokio::test]
async fn a_change_of_key_in_two_steps_logs_nobody_out() {
    for seed in 0..2 {
        let mut nodes = Nodes::new(seed);
        let (old, new) = (key(1), key(2));
        let start = nodes.now();
        let minutes = |minutes: u32| start.saturating_add(minutes * MINUTE);
        let issue_from = minutes(5).saturating_add(SPREAD);
        let next = DatedKey::from(new.clone())
            .accept_from(minutes(5))
            .issue_from(issue_from);
        let ending = DatedKey::from(old.clone()).accept_until(issue_from.saturating_add(LIFE));
        let steps = [
            // Accepted everywhere, then issuing; the old key ends, and is taken out.
            (5, KeySet::new().with(old.clone()).with(next.clone())),
            (20, KeySet::new().with(ending).with(next)),
            (46, KeySet::new().with(new.clone())),
        ];
        for minute in 0..60 {
            for (at, set) in &steps {
                // The second node takes each step up as late as it may.
                for (node, later) in [(0, 0), (1, 9)] {
                    if minute == at + later {
                        nodes.rings[node].replace(set.clone()).unwrap();
                    }
                }
            }
            let issuing = if nodes.now() < issue_from { &old } else { &new };
            nodes.minute(issuing.id()).await;
        }
        assert!(
            nodes
                .users
                .iter()
                .all(|user| key_of(&user.token) == new.id())
        );
        assert_eq!(nodes.users.len(), 4 * 30);
    }
}

/// What the two steps are for: without the first one, the other node has never heard of the key.
///
/// Rules: key-change, clearing, row-5.
#[tokio::test]
async fn a_token_of_a_key_that_has_not_arrived_yet_is_refused_for_now() {
    let nodes = Nodes::new(1);
    let now = nodes.now();
    let next = DatedKey::from(key(2)).issue_from(now);
    let hasty = KeySet::new().with(key(1)).with(next);
    let [first, second] = &nodes.sites;
    nodes.rings[0].replace(hasty.clone()).unwrap();
    for kind in Kind::ALL {
        let token = first.token(kind, "coat").await;
        second
            .refuses_token(kind, &token, Refusal::UnknownKey)
            .await;
        nodes.rings[1].replace(hasty.clone()).unwrap();
        assert_eq!(second.read(kind, &token).await, "coat");
        nodes.rings[1].replace(KeySet::new().with(key(1))).unwrap();
    }
}

/// Rules: key-change, clearing, row-5.
#[tokio::test]
async fn a_key_is_accepted_between_its_dates_and_not_a_millisecond_longer() {
    for kind in Kind::ALL {
        let setup = Setup::new();
        let now = setup.clock.now();
        let (from, until) = (now.saturating_add(HOUR), now.saturating_add(2 * HOUR));
        let dated = DatedKey::from(key(2)).accept_from(from).accept_until(until);
        let dated = dated.issue_from(from.saturating_add(SPREAD));
        let ring = KeyRing::from_keys(KeySet::new().with(key(1)).with(dated)).unwrap();
        let site = setup.clone().ring(&ring).site();
        let ahead = setup.clone().ring(&KeyRing::single(key(2))).site();
        let token = ahead.token(kind, "coat").await;
        let milli = Duration::from_millis(1);
        site.clock.set(from.saturating_sub(milli));
        site.refuses_token(kind, &token, Refusal::KeyOutOfTime)
            .await;
        site.clock.set(from);
        let reply = site.ask(Ask::read(kind).token(&token)).await;
        // It does not issue here yet, and is no older than what does: nothing to renew.
        assert_eq!((&*reply.body, reply.is_silent(kind)), ("coat", true));
        site.clock.set(until.saturating_sub(milli));
        assert_eq!(site.read(kind, &token).await, "coat");
        site.clock.set(until);
        site.refuses_token(kind, &token, Refusal::KeyOutOfTime)
            .await;
    }
}

/// Rules: key-change, row-22, row-26, row-31.
#[tokio::test]
async fn a_change_by_id_renews_an_outdated_id_where_a_read_would() {
    for fetch in [false, true] {
        let setup = Setup::new();
        let change = setup.clock.now().saturating_add(HOUR);
        let next = DatedKey::from(key(2)).issue_from(change);
        let ring = KeyRing::from_keys(KeySet::new().with(key(1)).with(next)).unwrap();
        let site = setup.ring(&ring).site();
        let token = site.token(ById, "coat").await;
        let unsettled = site.token(ById, "bag").await;
        let reply = site.ask(Ask::rotate(ById).token(&unsettled)).await;
        let unsettled = reply.token(ById).unwrap();
        site.clock.set(change);
        site.log.clear();
        let ask = Ask::write(ById, "hat").token(&token).fetch_if(fetch);
        let sent = site.ask(ask).await.token(ById);
        assert_eq!(sent.is_none(), fetch);
        let mut told = vec![EventKind::Changed];
        told.extend((!fetch).then_some(EventKind::Renewed(RenewReason::Outdated)));
        assert_eq!(site.log.kinds(), told);
        assert_eq!(
            key_of(&sent.unwrap_or(token)),
            key(2 - u64::from(fetch)).id()
        );
        // A rotation that may not be yet is no reason to leave the renewal out.
        let ask = Ask::rotate(ById).token(&unsettled).fetch_if(fetch);
        let sent = site.ask(ask).await.token(ById);
        assert_eq!(sent.is_none(), fetch);
        let proof = |token: &str| decode(token.as_bytes()).unwrap()[25..41].to_vec();
        assert_eq!(proof(&sent.unwrap_or(unsettled.clone())), proof(&unsettled));
    }
}

/// Two clocks differ, so two nodes change over at different moments.
///
/// Rules: key-change, row-11, row-12, row-22.
#[tokio::test]
async fn between_nodes_whose_clocks_differ_a_token_is_not_sent_to_and_fro() {
    for kind in Kind::ALL {
        let setup = Setup::new();
        let change = setup.clock.now().saturating_add(HOUR);
        let next = DatedKey::from(key(2)).issue_from(change);
        let ring = KeyRing::from_keys(KeySet::new().with(key(1)).with(next)).unwrap();
        let behind = setup.ring(&ring).site();
        let mut ahead = Setup::new().ring(&ring).entropy(2);
        ahead.storage = behind.storage.clone();
        let ahead = ahead.site();
        let token = behind.token(kind, "coat").await;
        behind.clock.set(change.saturating_sub(MINUTE / 2));
        ahead.clock.set(change);
        let reply = ahead.ask(Ask::read(kind).token(&token)).await;
        let renewed = reply.token(kind).unwrap();
        assert_eq!(key_of(&renewed), key(2).id());
        let reply = behind.ask(Ask::read(kind).token(&renewed)).await;
        assert_eq!((&*reply.body, reply.is_silent(kind)), ("coat", true));
        // A change here stays under the later key, and does not grow.
        let reply = behind.ask(Ask::write(kind, "hats").token(&renewed)).await;
        let token = reply.token(kind).unwrap_or(renewed.clone());
        assert_eq!((key_of(&token), token.len()), (key(2).id(), renewed.len()));
        assert_eq!(behind.read(kind, &token).await, "hats");
        assert_eq!(ahead.read(kind, &token).await, "hats");
    }
}

/// A file of keys that is gone with the test.
struct KeyFile(PathBuf);

impl KeyFile {
    fn new(name: &str) -> Self {
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name))
    }

    fn write(&self, text: &str) {
        std::fs::write(&self.0, text).unwrap();
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        // Where it cannot be removed, it lies in a folder for such files.
        let _left = std::fs::remove_file(&self.0);
    }
}

/// Rules: key-change.
#[tokio::test]
async fn a_half_written_file_of_keys_changes_nothing() {
    let file = KeyFile::new("half-written.keys");
    let setup = Setup::new();
    let now = setup.clock.now();
    let next = DatedKey::from(key(2))
        .accept_from(now)
        .issue_from(now.saturating_add(SPREAD));
    let ending = DatedKey::from(key(1)).accept_until(now.saturating_add(48 * HOUR));
    let (first, second) = (ending.expose_text(), next.expose_text());
    let whole = format!("{}\n{}", *first, *second);
    let ring = KeyRing::single(key(1));
    let site = setup.ring(&ring).site();
    let mut tokens = Vec::new();
    for kind in Kind::ALL {
        tokens.push((kind, site.token(kind, "coat").await));
    }
    let mut watched = WatchedFile::new(&ring, &file.0);
    watched.check().unwrap_err();
    // Cut behind an item it is a whole file, in which there is no new key.
    let (old_key, line) = (key(1).expose_text().len(), first.len());
    let cuts = (0..whole.len()).filter(|len| ![old_key, line, line + 1].contains(len));
    for len in cuts {
        file.write(&whole[..len]);
        watched.check().unwrap_err();
        assert_eq!(ring.generation(), 1, "{len}");
    }
    for (kind, token) in &tokens {
        assert_eq!(site.read(*kind, token).await, "coat");
    }
    file.write(&whole);
    assert!(watched.check().unwrap());
    assert!(!watched.check().unwrap());
    site.clock.advance(SPREAD);
    for (kind, token) in &tokens {
        let reply = site.ask(Ask::read(*kind).token(token)).await;
        assert_eq!(reply.body, "coat");
        assert_eq!(key_of(&reply.token(*kind).unwrap()), key(2).id());
    }
}
