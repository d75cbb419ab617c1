//! One session of one request, changed from several places at once.

use axum::routing::post;
use cloakroom::{Ending, LayerExt, Session};
use serde::{Deserialize, Serialize};

use crate::shop::Shop;

/// A session whose every change can be counted.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Count {
    clicks: u64,
}

const PLACES: u64 = 8;
const CLICKS: u64 = 50;

fn click(count: &Session<Count>) {
    count.update_or_default(|count| count.clicks += 1).unwrap();
}

fn clicks(count: &Session<Count>) -> String {
    count.get().unwrap().clicks.to_string()
}

/// Posts twice to `route`, once with the count sealed and once with it stored, and gives the last
/// answers.
async fn twice(route: axum::routing::MethodRouter) -> [String; 2] {
    let mut answers = [String::new(), String::new()];
    for (answer, stored) in answers.iter_mut().zip([false, true]) {
        let shop = Shop::new();
        let builder = shop.builder();
        let sessions = if stored {
            builder.cookie::<Count>("count", |c| c.stored_in(&shop.storage))
        } else {
            builder.cookie::<Count>("count", |c| c.sealed().ending(Ending::Stateless))
        };
        let sessions = sessions.build().unwrap();
        let app = axum::Router::new()
            .route("/", route.clone())
            .layer(sessions.layer());
        let mut browser = shop.browser(app);
        browser.post("/").await;
        *answer = browser.post("/").await.body;
    }
    answers
}

/// Rules: one-gate.
#[tokio::test]
async fn joined_futures_lose_no_change() {
    async fn many(count: Session<Count>) {
        for _ in 0..CLICKS {
            click(&count);
            tokio::task::yield_now().await;
        }
    }
    let handler = async |count: Session<Count>| {
        let four = |count: &Session<Count>| {
            let [a, b, c, d] = [0; 4].map(|_| many(count.clone()));
            async move { tokio::join!(a, b, c, d) }
        };
        tokio::join!(four(&count), four(&count));
        clicks(&count)
    };
    let expected = (2 * PLACES * CLICKS).to_string();
    assert_eq!(twice(post(handler)).await, [expected.clone(), expected]);
}

/// Rules: one-gate.
#[tokio::test]
async fn threads_lose_no_change() {
    let handler = async |count: Session<Count>| {
        std::thread::scope(|scope| {
            for _ in 0..PLACES {
                let count = count.clone();
                scope.spawn(move || (0..CLICKS).for_each(|_| click(&count)));
            }
        });
        clicks(&count)
    };
    let expected = (2 * PLACES * CLICKS).to_string();
    assert_eq!(twice(post(handler)).await, [expected.clone(), expected]);
}

/// Rules: one-gate.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_on_other_workers_lose_no_change() {
    let handler = async |count: Session<Count>| {
        let tasks = [0; PLACES as usize].map(|_| {
            let count = count.clone();
            tokio::spawn(async move {
                for _ in 0..CLICKS {
                    click(&count);
                    tokio::task::yield_now().await;
                }
            })
        });
        for task in tasks {
            task.await.unwrap();
        }
        clicks(&count)
    };
    let expected = (2 * PLACES * CLICKS).to_string();
    assert_eq!(twice(post(handler)).await, [expected.clone(), expected]);
}
