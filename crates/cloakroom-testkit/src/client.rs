//! A browser without a network: drives any tower service in the test's own process.
//!
//! * **Real requests**: the service gets what a server would get, and nothing is read from it but
//!   its answers.
//! * **Cookies as a browser keeps them**: in a [`Jar`](crate::Jar), by the client's clock.
//! * **Fetch metadata as a browser sends it**: a page load by default, because it decides what may
//!   be renewed and cleared.
//! * **A test that is written wrongly fails where it is wrong**: a header that cannot be, a service
//!   that answers with an error, panic with the line of the test.

mod answer;
mod browser;
mod metadata;
mod or_fail;
mod req;

pub use answer::Answer;
pub use browser::Client;
pub use req::Req;
