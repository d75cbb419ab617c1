//! All of it needs Redis: `./test.sh --without-servers` leaves it out.

mod connecting;
mod crowd;
mod cut;
mod failover;
mod full;
mod full_memory;
mod kill;
mod late;
mod moved;
mod places;
mod samples;
mod scripts;
#[cfg(feature = "tls")]
mod tls;
mod told;
mod trips;
mod watch;
mod watch_faults;
