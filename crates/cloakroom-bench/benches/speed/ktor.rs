//! A session in Ktor's form, beside the same in real Ktor on a Java virtual machine.
//!
//! * **Kotlin does less**: it goes from the cookie's value to the next one. Ours goes from the
//!   request's head to the Set-Cookie line, with all that a session is; a row of its own shows ours
//!   from value to value.
//! * **Both are warm**: before the race the machine runs until it gets no faster.

use std::cell::RefCell;
use std::io;
use std::time::Duration;

use cloakroom_bench::{Budgets, Contender, Limit, Must as _, Race};
use cloakroom_core::Codec as _;
use cloakroom_ktor::KtorJson;

use crate::java::Java;
use crate::scenarios::ktor::{Value, served};
use crate::scenarios::served::Served;
use crate::scenarios::values::{Cart, Changing as _, pair_of};
use crate::{OURS, show};

const KTOR: &str = "Ktor 3.5.2, from value to value";
const VALUE: &str = "cloakroom, from value to value";

/// How many turns are one round of warming.
const TURNS: u32 = 2_000;

/// After so many rounds that are no faster, the machine is warm.
const NO_FASTER: u32 = 30;

/// More rounds are not waited for.
const ROUNDS: u32 = 1_000;

/// One content, and how much faster than Ktor we promise to be.
struct Size {
    /// What Kotlin calls it.
    name: &'static str,
    items: u32,
    times_faster: f64,
}

const SIZES: [Size; 2] = [
    Size {
        name: "120",
        items: 1,
        times_faster: 5.0,
    },
    Size {
        name: "1500",
        items: 31,
        times_faster: 8.0,
    },
];

/// Runs the races that are asked for.
pub(crate) fn races(budgets: &mut Budgets) -> io::Result<()> {
    let race = |size| Some((size, Race::of(title(size))?));
    let races: Vec<_> = SIZES.iter().filter_map(race).collect();
    if races.is_empty() {
        return Ok(());
    }
    let mut java = match Java::start() {
        Ok(java) => java,
        Err(reason) => {
            for (size, _) in races {
                budgets.skip(budget(size), &reason);
            }
            return Ok(());
        }
    };
    budgets.note(format!("Ktor 3.5.2 on {}", java.ask("jdk")));
    for (size, race) in races {
        run(budgets, &mut java, size, race)?;
    }
    Ok(())
}

fn title(size: &Size) -> String {
    let octets = json(&Cart::of(size.items)).len();
    format!("in Ktor's form (ktor), {octets} bytes of JSON")
}

fn budget(size: &Size) -> String {
    format!("ktor-encrypt-json-{}-times-faster", size.name)
}

fn run<'a>(
    budgets: &mut Budgets,
    java: &'a mut Java,
    size: &'a Size,
    race: Race<'a>,
) -> io::Result<()> {
    let cart = Cart::of(size.items);
    let ours = served(cart.clone());
    let mut value = Value::new(&cart);
    check(java, size, &cart, &ours);
    warm(java, size);
    let java = RefCell::new(java);
    let time = |times| java.borrow_mut().time(size.name, times);
    let table = race
        .with(OURS, || ours.change())
        .with(VALUE, || value.change())
        .with_contender(Contender::timed(KTOR, time))
        .run();
    show(&table)?;
    let ratio = table.nanos(KTOR) / table.nanos(OURS);
    budgets.add(budget(size), ratio, Limit::AtLeast(size.times_faster));
    Ok(())
}

/// Each side reads the other's cookie as the same value, and both are of one length.
fn check(java: &mut Java, size: &Size, cart: &Cart, ours: &Served<Cart>) {
    let kotlins = java.ask(&format!("cookie {}", size.name));
    let line = format!("cart={kotlins}; Path=/");
    assert_eq!(ours.value_of(line.as_bytes()), *cart);

    let pair = pair_of(&ours.change());
    let cookie = pair.strip_prefix("cart=").must();
    let read = java.ask(&format!("cookie {} {cookie}", size.name));
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

fn warm(java: &mut Java, size: &Size) {
    let mut best = Duration::MAX;
    let mut no_faster = 0;
    for _ in 0..ROUNDS {
        let time = java.time(size.name, TURNS);
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
