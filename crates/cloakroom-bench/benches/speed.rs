//! The budgets of speed, each a ratio within one table. See the crate's documentation.

#[path = "speed/java.rs"]
mod java;
#[path = "speed/ktor.rs"]
mod ktor;
#[path = "speed/parallel.rs"]
mod parallel;
mod scenarios;

use std::io::{self, Write as _};
use std::sync::Arc;

use cloakroom_bench::{Budgets, Limit, Must as _, Race, Table};
use cloakroom_core::{Codec, Json};
use scenarios::hand::Hand;
use scenarios::private_jar::PrivateJar;
use scenarios::served::Served;
use scenarios::values::{Cart, Changing, Plain, Text};
use scenarios::{by_id, ignored, served};
use tower_layer::Layer as _;

const OURS: &str = "cloakroom";
const BY_HAND: &str = "by hand";
const JAR: &str = "cookie::PrivateJar, percent-coded";
const JAR_AS_IS: &str = "cookie::PrivateJar, not percent-coded";
const BARE: &str = "bare axum";
const IDLE: &str = "a layer that does nothing";
const ACROSS: &str = "cloakroom, across_tasks()";
const TOWER: &str = "tower-sessions";

fn main() -> io::Result<()> {
    let mut budgets = Budgets::default();
    text(&mut budgets, 120, 2.5)?;
    text(&mut budgets, 1500, 4.5)?;
    json(&mut budgets, 1)?;
    json(&mut budgets, 31)?;
    ignored_around(&mut budgets)?;
    ignored_inside(&mut budgets)?;
    in_memory(&mut budgets)?;
    in_parallel(&mut budgets)?;
    ktor::races(&mut budgets)?;
    writeln!(io::stdout(), "\n{budgets}")
}

fn show(table: &Table) -> io::Result<()> {
    write!(io::stdout(), "{table}")
}

/// A sealed session of ours, and the same by hand.
struct Pair<S, C> {
    ours: Served<S>,
    by_hand: Hand<S, C>,
}

impl<S: Changing, C: Codec + Copy> Pair<S, C> {
    fn new(value: &S, codec: C) -> Self {
        let new = Self {
            ours: served::sealed(value.clone(), codec),
            by_hand: Hand::new(value, codec),
        };
        let mut changed = value.clone();
        changed.change();
        assert_eq!(new.ours.value_of(&new.ours.change()), changed);
        assert_eq!(new.by_hand.value_of(&new.by_hand.change()), changed);
        new
    }

    fn enter<'a>(&'a self, race: Race<'a>) -> Race<'a> {
        race.with(OURS, || self.ours.change())
            .with(BY_HAND, || self.by_hand.change())
    }
}

fn against_by_hand(budgets: &mut Budgets, name: &str, table: &Table) {
    let ratio = table.nanos(OURS) / table.nanos(BY_HAND);
    budgets.add(format!("{name}-against-by-hand"), ratio, Limit::AtMost(1.2));
}

/// Text that no codec looks into: a sealed session against the same by hand, and against a jar.
fn text(budgets: &mut Budgets, octets: usize, faster: f64) -> io::Result<()> {
    let Some(race) = Race::of(format!("sealed, {octets} bytes of text")) else {
        return Ok(());
    };
    let value = Text::of(octets);
    let pair = Pair::new(&value, Plain);
    let jar = PrivateJar::new(value.clone(), true);
    let jar_as_is = PrivateJar::new(value.clone(), false);
    for jar in [&jar, &jar_as_is] {
        assert_ne!(jar.value_of(&jar.change()), value);
    }
    let table = pair
        .enter(race)
        .with(JAR, || jar.change())
        .with(JAR_AS_IS, || jar_as_is.change())
        .run();
    show(&table)?;
    let name = format!("sealed-text-{octets}");
    against_by_hand(budgets, &name, &table);
    let ratio = table.nanos(JAR) / table.nanos(OURS);
    budgets.add(
        format!("{name}-times-faster-than-private-jar"),
        ratio,
        Limit::AtLeast(faster),
    );
    Ok(())
}

/// A typed value as JSON: a sealed session against the same by hand.
fn json(budgets: &mut Budgets, items: u32) -> io::Result<()> {
    let value = Cart::of(items);
    let mut encoded = Vec::new();
    Json.encode(&value, &mut encoded).must();
    let octets = encoded.len();
    let Some(race) = Race::of(format!("sealed, {octets} bytes of JSON")) else {
        return Ok(());
    };
    let table = Pair::new(&value, Json).enter(race).run();
    show(&table)?;
    against_by_hand(budgets, &format!("sealed-json-{octets}"), &table);
    Ok(())
}

/// What a layer costs a request that asks for no session, as a part of what tower-sessions costs.
fn ignored(budgets: &mut Budgets, table: &Table, mounted: &str) {
    let idle = table.nanos(IDLE);
    let peer = table.nanos(TOWER) - idle;
    for (name, contender, limit) in [("ignored", OURS, 0.05), ("across-tasks", ACROSS, 0.25)] {
        let part = (table.nanos(contender) - idle) / peer;
        budgets.add(format!("{name}-{mounted}"), part, Limit::AtMost(limit));
    }
}

fn ignored_around(budgets: &mut Budgets) -> io::Result<()> {
    let Some(race) = Race::of("session ignored, layers around the Router") else {
        return Ok(());
    };
    let cookies = ignored::cookies();
    let bare = ignored::router();
    let idle = ignored::Idle::default().layer(ignored::router());
    let ours = ignored::ours().layer(ignored::router());
    let across = ignored::ours().across_tasks().layer(ignored::router());
    let peer = ignored::tower_sessions().layer(ignored::router());
    let table = race
        .with(BARE, || ignored::serve(&bare, &cookies))
        .with(IDLE, || ignored::serve(&idle, &cookies))
        .with(OURS, || ignored::serve(&ours, &cookies))
        .with(ACROSS, || ignored::serve(&across, &cookies))
        .with(TOWER, || ignored::serve(&peer, &cookies))
        .run();
    show(&table)?;
    ignored(budgets, &table, "around-the-router");
    Ok(())
}

fn ignored_inside(budgets: &mut Budgets) -> io::Result<()> {
    let Some(race) = Race::of("session ignored, layers by Router::layer") else {
        return Ok(());
    };
    let cookies = ignored::cookies();
    let bare = ignored::router();
    let idle = ignored::router().layer(ignored::Idle::default());
    let ours = ignored::router().layer(ignored::ours());
    let across = ignored::router().layer(ignored::ours().across_tasks());
    let peer = ignored::router().layer(ignored::tower_sessions());
    let table = race
        .with(BARE, || ignored::serve(&bare, &cookies))
        .with(IDLE, || ignored::serve(&idle, &cookies))
        .with(OURS, || ignored::serve(&ours, &cookies))
        .with(ACROSS, || ignored::serve(&across, &cookies))
        .with(TOWER, || ignored::serve(&peer, &cookies))
        .run();
    show(&table)?;
    ignored(budgets, &table, "by-router-layer");
    Ok(())
}

/// Sessions by id in memory, through axum.
fn in_memory(budgets: &mut Budgets) -> io::Result<()> {
    let Some(race) = Race::of("by id in memory, 120 bytes of JSON") else {
        return Ok(());
    };
    let (bare, ours, peer) = (by_id::bare(), by_id::ours(1), by_id::tower_sessions(1));
    let table = race
        .with(BARE, || bare.serve_at_once())
        .with(OURS, || ours.serve_at_once())
        .with(TOWER, || peer.serve_at_once())
        .run();
    show(&table)?;
    let over = |name| table.nanos(name) - table.nanos(BARE);
    budgets.add("in-memory", over(OURS) / over(TOWER), Limit::AtMost(0.42));
    Ok(())
}

/// The same from one client and from many at a time, on two threads.
fn in_parallel(budgets: &mut Budgets) -> io::Result<()> {
    const ONE: &str = "cloakroom, 1 client";
    const MANY: &str = "cloakroom, 32 clients";
    let Some(race) = Race::of("by id in memory, 1600 requests on two threads") else {
        return Ok(());
    };
    let runtime = parallel::runtime();
    let ours = Arc::new(by_id::ours(parallel::CLIENTS));
    let peer = Arc::new(by_id::tower_sessions(parallel::CLIENTS));
    let table = race
        .with(ONE, || parallel::serve(&runtime, &ours, 1))
        .with(MANY, || parallel::serve(&runtime, &ours, parallel::CLIENTS))
        .with("tower-sessions, 1 client", || {
            parallel::serve(&runtime, &peer, 1)
        })
        .with("tower-sessions, 32 clients", || {
            parallel::serve(&runtime, &peer, parallel::CLIENTS);
        })
        .run();
    show(&table)?;
    let ratio = table.nanos(ONE) / table.nanos(MANY);
    budgets.add("in-memory-32-clients-to-1", ratio, Limit::AtLeast(0.8));
    Ok(())
}
