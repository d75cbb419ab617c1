//! Cookies and headers as an application and its clients see them.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod ktors_own;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod pattern;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod sessions;
