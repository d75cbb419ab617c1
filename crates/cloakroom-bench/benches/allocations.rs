//! The budgets of heap allocations, counted by the allocator. A reallocation counts as one more.
//!
//! What the value of a session needs itself is counted apart: its decoding, the copy that the
//! handler changes, and the two `Arc`s that hold them.

mod scenarios;

use std::alloc::System;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::sync::Arc;

use cloakroom_bench::{Budgets, Limit, Must as _};
use cloakroom_core::{Codec as _, Json};
use scenarios::hand::Hand;
use scenarios::private_jar::PrivateJar;
use scenarios::values::{Cart, Changing as _, Plain, Text};
use scenarios::{by_id, ignored, ktor, served};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tower_layer::Layer as _;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> io::Result<()> {
    let mut budgets = Budgets::default();
    for octets in [120, 1500] {
        sealed(&mut budgets, octets)?;
    }
    json()?;
    in_ktors_form()?;
    ignored_around(&mut budgets)?;
    ignored_inside(&mut budgets)?;
    in_memory()?;
    writeln!(io::stdout(), "\n{budgets}")
}

/// How often the work allocates, once everything is warm.
fn count<T>(mut work: impl FnMut() -> T) -> usize {
    for _ in 0..100 {
        drop(black_box(work()));
    }
    let region = Region::new(ALLOCATOR);
    drop(black_box(work()));
    let change = region.change();
    change.allocations + change.reallocations
}

fn title(title: &str) -> io::Result<()> {
    writeln!(io::stdout(), "\n{title:<52} {:>11}", "allocations")
}

fn row(name: &str, count: usize) -> io::Result<()> {
    writeln!(io::stdout(), "  {name:<50} {count:>11}")
}

/// What the value needs without any session around it.
fn own(value: &Text) {
    let read: Text = Plain.decode(value.0.as_bytes()).must();
    let read = Arc::new(read);
    let mut changed = Text::clone(&read);
    changed.change();
    let changed = Arc::new(changed);
    black_box((read, changed));
}

fn sealed(budgets: &mut Budgets, octets: usize) -> io::Result<()> {
    let value = Text::of(octets);
    let ours = served::sealed(value.clone(), Plain);
    let by_hand = Hand::new(&value, Plain);
    let jar = PrivateJar::new(value.clone(), true);
    let jar_as_is = PrivateJar::new(value.clone(), false);
    assert_eq!(
        ours.value_of(&ours.change()),
        by_hand.value_of(&by_hand.change())
    );
    assert_eq!(
        jar.value_of(&jar.change()),
        jar_as_is.value_of(&jar_as_is.change())
    );

    let all = count(|| ours.change());
    let own = count(|| own(&value));
    title(&format!("sealed, {octets} bytes of text"))?;
    row("cloakroom", all)?;
    row("  of these the value's own", own)?;
    row("by hand", count(|| by_hand.change()))?;
    row("cookie::PrivateJar, percent-coded", count(|| jar.change()))?;
    row(
        "cookie::PrivateJar, not percent-coded",
        count(|| jar_as_is.change()),
    )?;
    let besides = all as f64 - own as f64;
    budgets.add(
        format!("allocations-sealed-text-{octets}"),
        besides,
        Limit::AtMost(4.0),
    );
    Ok(())
}

fn json() -> io::Result<()> {
    let cart = Cart::of(31);
    let ours = served::sealed(cart.clone(), Json);
    let by_hand = Hand::new(&cart, Json);
    title("sealed, JSON of 31 items")?;
    row("cloakroom", count(|| ours.change()))?;
    row("by hand", count(|| by_hand.change()))
}

fn in_ktors_form() -> io::Result<()> {
    for (content, cart) in [
        ("JSON of 1 item", Cart::of(1)),
        ("JSON of 31 items", Cart::of(31)),
        ("a long text", Cart::of_text()),
    ] {
        let ours = ktor::served(cart.clone());
        let mut value = ktor::Value::new(&cart);
        assert_eq!(ours.value_of(&ours.change()), {
            value.change();
            value.value()
        });
        title(&format!("in Ktor's form, {content}"))?;
        row("cloakroom", count(|| ours.change()))?;
        row("the cookie's value alone", count(|| value.change()))?;
    }
    Ok(())
}

/// What three layers allocate over one that does nothing.
fn ignored(budgets: &mut Budgets, mounted: &str, counts: [usize; 4]) -> io::Result<()> {
    let [idle, ours, across, peer] = counts;
    title(&format!("session ignored, layers {mounted}"))?;
    row("a layer that does nothing", idle)?;
    row("cloakroom", ours)?;
    row("cloakroom, across_tasks()", across)?;
    row("tower-sessions", peer)?;
    let mounted = mounted.replace(' ', "-");
    for (name, count, limit) in [("ignored", ours, 0.0), ("across-tasks", across, 3.0)] {
        let over = count as f64 - idle as f64;
        budgets.add(
            format!("allocations-{name}-{mounted}"),
            over,
            Limit::AtMost(limit),
        );
    }
    Ok(())
}

fn ignored_around(budgets: &mut Budgets) -> io::Result<()> {
    let cookies = ignored::cookies();
    let idle = ignored::Idle::default().layer(ignored::router());
    let ours = ignored::ours().layer(ignored::router());
    let across = ignored::ours().across_tasks().layer(ignored::router());
    let peer = ignored::tower_sessions().layer(ignored::router());
    let counts = [
        count(|| ignored::serve(&idle, &cookies)),
        count(|| ignored::serve(&ours, &cookies)),
        count(|| ignored::serve(&across, &cookies)),
        count(|| ignored::serve(&peer, &cookies)),
    ];
    ignored(budgets, "around the Router", counts)
}

fn ignored_inside(budgets: &mut Budgets) -> io::Result<()> {
    let cookies = ignored::cookies();
    let idle = ignored::router().layer(ignored::Idle::default());
    let ours = ignored::router().layer(ignored::ours());
    let across = ignored::router().layer(ignored::ours().across_tasks());
    let peer = ignored::router().layer(ignored::tower_sessions());
    let routers = [idle, ours, across, peer];
    let counts = routers.map(|router| count(|| ignored::serve(&router, &cookies)));
    ignored(budgets, "by Router::layer", counts)
}

fn in_memory() -> io::Result<()> {
    title("by id in memory, 120 bytes of JSON")?;
    let bare = by_id::bare();
    row("bare axum", count(|| bare.serve_at_once()))?;
    let ours = by_id::ours(1);
    row("cloakroom", count(|| ours.serve_at_once()))?;
    let peer = by_id::tower_sessions(1);
    row("tower-sessions", count(|| peer.serve_at_once()))
}
