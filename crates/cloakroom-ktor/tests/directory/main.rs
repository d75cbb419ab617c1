//! Both directory storages: the suite for every storage, and what each promises besides.

#![cfg(unix)]

#[cfg(test)]
mod escape;
#[cfg(test)]
mod exclusive;
#[cfg(test)]
mod exclusive_suite;
#[cfg(test)]
mod housed;
#[cfg(test)]
mod shared;
#[cfg(test)]
mod shared_suite;
