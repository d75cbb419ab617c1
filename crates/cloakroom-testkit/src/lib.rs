//! What applications and storages test with.

mod call;
mod client;
mod clock;
mod entropy;
mod events;
mod faulty;
mod jar;
mod spy;

pub use call::Call;
pub use client::{Answer, Client, Req};
pub use clock::ManualClock;
pub use entropy::SeededEntropy;
pub use events::{EventLog, Recorded};
pub use faulty::{FaultyStorage, Paused, When};
pub use jar::{Ignored, Jar, JarCookie, NotAUrl, Stored, Visit};
pub use spy::SpyStorage;
