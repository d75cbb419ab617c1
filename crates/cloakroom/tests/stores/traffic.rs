//! Riders who use their sessions while the nodes that serve them change from one store to another.

use std::iter::repeat_with;

use axum::Router;
use axum::routing::{get, post};
use cloakroom::{
    ChangeError, Clock as _, CookieSession, Key, KeyRing, LayerExt, Session, Sessions, Storage,
    SystemClock, ThreadEntropy,
};
use cloakroom_testkit::Client;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

const RIDERS: u32 = 12;
const ROUNDS: u32 = 12;

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Ticket {
    rider: String,
    rides: u32,
    looks: u32,
}

/// Moves everybody from one store to the other, node by node; nobody is logged out and no change is
/// lost.
pub(crate) async fn everybody_moves<O, N>(old: O, new: N)
where
    O: Storage + Clone,
    N: Storage + Clone,
{
    let office = Office {
        keys: KeyRing::single(Key::generate(&ThreadEntropy)),
    };
    let in_a_day = SystemClock
        .now()
        .saturating_add(std::time::Duration::from_secs(24 * 60 * 60));
    let before = office.sessions(|c| c.stored_in(&old));
    let reading = office.sessions(|c| {
        c.stored_in(&old)
            .also_reads(in_a_day, |other| other.stored_in(&new).in_place())
    });
    let moving = office.sessions(|c| {
        c.stored_in(&new)
            .also_reads(in_a_day, |other| other.stored_in(&old))
    });
    let after = office.sessions(|c| c.stored_in(&new));

    let mut riders = sign_in(&serve(&before)).await;
    let mut ridden = 0;
    for (one, other) in [
        (&before, &reading),
        (&reading, &reading),
        (&reading, &moving),
        (&moving, &moving),
        (&moving, &after),
    ] {
        riders = ride(riders, [serve(one), serve(other)]).await;
        ridden += ROUNDS;
    }
    for (number, mut rider) in (0..).zip(riders) {
        let name = name_of(number);
        assert_eq!(
            rider.get("/").await.body,
            format!("{name} {ridden} {ridden}")
        );
        assert_eq!(after.list::<Ticket>(&name).await.unwrap().len(), 1);
        assert_eq!(before.list::<Ticket>(&name).await.unwrap().len(), 0);
    }
}

/// Everybody at once: each rides at one node and looks at both, at the same time and in turns.
async fn ride(riders: Vec<Client<Router>>, nodes: [Router; 2]) -> Vec<Client<Router>> {
    let mut tasks = JoinSet::new();
    for (number, rider) in riders.into_iter().enumerate() {
        let nodes = nodes.clone();
        tasks.spawn(async move {
            let [one, other] = nodes;
            let (mut one, mut other) = (rider.fork().served_by(one), rider.served_by(other));
            for _ in 0..ROUNDS {
                let mut again = other.fork();
                let (rode, looked, seen) =
                    tokio::join!(one.post("/ride"), again.post("/look"), other.get("/"));
                assert_eq!((rode.status, looked.status), (200, 200));
                assert_ne!(seen.body, "nobody");
                std::mem::swap(&mut one, &mut other);
            }
            (number, other)
        });
    }
    let mut riders = tasks.join_all().await;
    riders.sort_by_key(|(number, _)| *number);
    riders.into_iter().map(|(_, rider)| rider).collect()
}

async fn sign_in(node: &Router) -> Vec<Client<Router>> {
    let mut riders: Vec<_> = repeat_with(|| Client::new(node.clone()))
        .take(RIDERS as usize)
        .collect();
    for (number, rider) in (0..).zip(&mut riders) {
        let path = format!("/sign-in/{}", name_of(number));
        assert!(rider.post(&path).await.sets("__Host-ticket"));
    }
    riders
}

fn name_of(number: u32) -> String {
    format!("rider-{number}")
}

struct Office {
    keys: KeyRing,
}

impl Office {
    fn sessions(
        &self,
        configure: impl FnOnce(CookieSession<Ticket>) -> CookieSession<Ticket>,
    ) -> Sessions {
        Sessions::builder("office", &self.keys)
            .cookie::<Ticket>("ticket", |c| {
                configure(c.subject(|ticket: &Ticket| ticket.rider.clone()))
            })
            .build()
            .unwrap()
    }
}

fn serve(sessions: &Sessions) -> Router {
    Router::new()
        .route("/", get(see))
        .route("/sign-in/{rider}", post(begin))
        .route("/ride", post(take_a_ride))
        .route("/look", post(look))
        .layer(sessions.layer())
}

async fn see(ticket: Session<Ticket>) -> String {
    match ticket.get() {
        Some(ticket) => format!("{} {} {}", ticket.rider, ticket.rides, ticket.looks),
        None => "nobody".to_owned(),
    }
}

async fn begin(
    ticket: Session<Ticket>,
    axum::extract::Path(rider): axum::extract::Path<String>,
) -> Result<(), ChangeError> {
    ticket.sign_in(Ticket {
        rider,
        ..Ticket::default()
    })
}

async fn take_a_ride(ticket: Session<Ticket>) -> Result<(), ChangeError> {
    ticket.update(|ticket| ticket.rides += 1)
}

async fn look(ticket: Session<Ticket>) -> Result<(), ChangeError> {
    ticket.update(|ticket| ticket.looks += 1)
}
