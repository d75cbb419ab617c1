//! The three session values of the shop, one for each way in which a session can be kept.
//!
//! | value | travels as | because |
//! |---|---|---|
//! | [`Preferences`] | signed, readable by the browser | harmless, and of no use to anyone else |
//! | [`Cart`] | sealed, unreadable | what someone wants to buy is their own business |
//! | [`Login`] | an id; the content stays on the server | it has to end when the server says so |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the shop looks and counts for this browser.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Preferences {
    /// How to greet; empty for no greeting.
    pub(crate) name: String,
    /// Light, dark, or as the system has it.
    pub(crate) theme: Theme,
    /// In which money prices are shown.
    pub(crate) currency: Currency,
}

/// Light, dark, or as the system has it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The name that stylesheet and form know it by.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The money in which prices are shown.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Currency {
    /// Euro, in which the shop reckons.
    #[default]
    Euro,
    /// Pound sterling.
    Pound,
    /// US dollar.
    Dollar,
}

impl Currency {
    /// The name that the form knows it by.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Euro => "euro",
            Self::Pound => "pound",
            Self::Dollar => "dollar",
        }
    }
}

/// What lies in the cart: how many of each product, by its name in addresses.
///
/// Ordered, so that equal carts encode to equal bytes, and nothing is sent if nothing changed.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Cart {
    /// How many of each product.
    pub(crate) items: BTreeMap<String, u32>,
}

impl Cart {
    /// The most that one can have of one product.
    pub(crate) const MOST: u32 = 9;

    /// Puts one more of a product into the cart, up to [`MOST`](Self::MOST).
    pub(crate) fn add(&mut self, product: &str) {
        let count = self.items.entry(product.to_owned()).or_default();
        *count = Self::MOST.min(*count + 1);
    }

    /// Sets how many of a product there are, up to [`MOST`](Self::MOST); 0 takes it out.
    pub(crate) fn set(&mut self, product: &str, count: u32) {
        if count == 0 {
            self.items.remove(product);
        } else {
            self.items.insert(product.to_owned(), count.min(Self::MOST));
        }
    }

    /// How many things lie in it.
    pub(crate) fn count(&self) -> u32 {
        self.items.values().sum()
    }
}

/// Who is signed in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Login {
    /// The account, and the session's subject.
    pub(crate) user: u32,
    /// The account's name, to show.
    pub(crate) name: String,
    /// When the password was entered again, in seconds since 1970: what is risky asks for it.
    pub(crate) confirmed_at: Option<u64>,
}

impl Login {
    /// How long an entered password counts as confirmed, in seconds.
    const CONFIRMED_FOR: u64 = 5 * 60;

    /// A fresh login of an account.
    pub(crate) fn new(user: u32, name: &str) -> Self {
        Self {
            user,
            name: name.to_owned(),
            confirmed_at: None,
        }
    }

    /// Whether the password was entered again in the last five minutes.
    pub(crate) fn is_confirmed(&self, now_secs: u64) -> bool {
        self.confirmed_at
            .is_some_and(|at| now_secs.saturating_sub(at) < Self::CONFIRMED_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_holds_at_most_nine_of_a_product() {
        let mut cart = Cart::default();
        for _ in 0..12 {
            cart.add("coat");
        }
        cart.set("hat", u32::MAX);
        assert_eq!(cart.count(), 18);
    }

    #[test]
    fn none_of_a_product_takes_it_out_of_the_cart() {
        let mut cart = Cart::default();
        cart.add("coat");
        cart.set("coat", 0);
        assert_eq!(cart, Cart::default());
    }

    #[test]
    fn a_confirmation_lasts_for_five_minutes() {
        let mut login = Login::new(1, "ada");
        assert!(!login.is_confirmed(1_000));
        login.confirmed_at = Some(1_000);
        assert!(login.is_confirmed(1_299));
        assert!(!login.is_confirmed(1_300));
    }
}
