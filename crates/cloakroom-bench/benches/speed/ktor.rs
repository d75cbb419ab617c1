//! A session in Ktor's form, beside the same in real Ktor on a Java virtual machine.
//!
//! * **The same work**: from the cookie's value to the next one, which is what the budgets compare.
//!   A row of its own shows ours from the request's head to the Set-Cookie line, with all that a
//!   session is; Kotlin's does less.
//! * **Both are warm**: before the race the machine runs until it gets no faster.

use std::cell::RefCell;
use std::io;
use std::time::Duration;

use cloakroom_bench::{Budgets, Contender, Limit, Must as _, Peer, Race};
use cloakroom_core::Codec as _;
use cloakroom_ktor::KtorJson;

use crate::scenarios::ktor::{Value, served};
use crate::scenarios::served::Served;
use crate::scenarios::values::{Cart, Changing as _, pair_of};
use crate::{OURS, java, show};

const KTOR: &str = "Ktor 3.5.2, from value to value";
const VALUE: &str = "cloakroom, from value to value";

/// How many turns are one round of warming.
const TURNS: u32 = 2_000;

/// After so many rounds that are no faster, the machine is warm.
const NO_FASTER: u32 = 30;

/// More rounds are not waited for.
const ROUNDS: u32 = 1_000;

/// One content, and how much faster than Ktor we promise to be.
struct Content {
    /// What it is called at both sides.
    name: &'static str,
    cart: Cart,
    times_faster: f64,
}

fn contents() -> [Content; 3] {
    [
        Content {
            name: "json-120",
            cart: Cart::of(1),
            times_faster: 5.0,
        },
        Content {
            name: "json-1500",
            cart: Cart::of(31),
            times_faster: 8.0,
        },
        Content {
            name: "text-1500",
            cart: Cart::of_text(),
            times_faster: 8.0,
        },
    ]
}

/// Runs the races that are asked for.
pub(crate) fn races(budgets: &mut Budgets) -> io::Result<()> {
    let contents = contents();
    let race = |content| Some((content, Race::of(title(content))?));
    let races: Vec<_> = contents.iter().filter_map(race).collect();
    if races.is_empty() {
        return Ok(());
    }
    let mut java = match java::start() {
        Ok(java) => java,
        Err(reason) => {
            for (content, _) in races {
                budgets.skip(budget(content), &reason);
            }
            return Ok(());
        }
    };
    budgets.note(format!("Ktor 3.5.2 on {}", java.ask("jdk")));
    for (content, race) in races {
        run(budgets, &mut java, content, race)?;
    }
    Ok(())
}

fn title(content: &Content) -> String {
    let octets = json(&content.cart).len();
    let name = content.name;
    format!("in Ktor's form (ktor), {name} of {octets} bytes")
}

fn budget(content: &Content) -> String {
    format!("ktor-encrypt-{}-times-faster", content.name)
}

fn run<'a>(
    budgets: &mut Budgets,
    java: &'a mut Peer,
    content: &'a Content,
    race: Race<'a>,
) -> io::Result<()> {
    let ours = served(content.cart.clone());
    let mut value = Value::new(&content.cart);
    check(java, content, &ours);
    warm(java, content);
    let java = RefCell::new(java);
    let time = |times| java.borrow_mut().time(content.name, times);
    let table = race
        .with(OURS, || ours.change())
        .with(VALUE, || value.change())
        .with_contender(Contender::timed(KTOR, time))
        .run();
    show(&table)?;
    let ratio = table.nanos(KTOR) / table.nanos(VALUE);
    budgets.add(budget(content), ratio, Limit::AtLeast(content.times_faster));
    Ok(())
}

/// Each side reads the other's cookie as the same value, and both are of one length.
fn check(java: &mut Peer, content: &Content, ours: &Served<Cart>) {
    let Content { name, cart, .. } = content;
    let made = java.ask(&format!("content {name} {}", json(cart)));
    assert_eq!(made, "ok");
    let kotlins = java.ask(&format!("cookie {name}"));
    let line = format!("cart={kotlins}; Path=/");
    assert_eq!(ours.value_of(line.as_bytes()), *cart);

    let pair = pair_of(&ours.change());
    let cookie = pair.strip_prefix("cart=").must();
    let read = java.ask(&format!("cookie {name} {cookie}"));
    let mut changed = cart.clone();
    changed.change();
    assert_eq!(read, json(&changed));
    assert_eq!(cookie.len(), kotlins.len());
}

fn json(cart: &Cart) -> String {
    let mut text = Vec::new();
    KtorJson.encode(cart, &mut text).must();
    String::from_utf8(text).must()
}

fn warm(java: &mut Peer, content: &Content) {
    let mut best = Duration::MAX;
    let mut no_faster = 0;
    for _ in 0..ROUNDS {
        let time = java.time(content.name, TURNS);
        no_faster = if time < best.mul_f64(0.99) {
            0
        } else {
            no_faster + 1
        };
        best = best.min(time);
        if no_faster == NO_FASTER {
            return;
        }
    }
}
