//! What the shop has on its pegs, and what it costs.
//!
//! Prices are whole cents of a euro. Other money is for show, at fixed rates.

use crate::values::{Cart, Currency};

/// Something to buy.
#[derive(Debug)]
pub(crate) struct Product {
    /// Its name in addresses and in carts.
    pub(crate) slug: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// One line about it.
    pub(crate) line: &'static str,
    /// More about it.
    pub(crate) story: &'static str,
    /// Its price in cents of a euro.
    pub(crate) cents: u32,
    /// Its picture, an SVG element of our own.
    pub(crate) picture: &'static str,
}

/// All products, in the order of the shelf.
pub(crate) const PRODUCTS: [Product; 6] = [
    Product {
        slug: "coat",
        name: "Harbour coat",
        line: "Boiled wool, four buttons, one warm winter.",
        story: "Woven in one piece and shrunk to size, so that wind finds no seam. The inner pocket \
                holds a cloakroom ticket and nothing else.",
        cents: 18_900,
        picture: include_str!("../templates/pictures/coat.svg"),
    },
    Product {
        slug: "umbrella",
        name: "Weekday umbrella",
        line: "Eight ribs of ash. Comes home with you.",
        story: "Opens with one hand and closes with the other. The handle is numbered, because \
                umbrellas are like sessions: everyone's looks the same from the outside.",
        cents: 5_400,
        picture: include_str!("../templates/pictures/umbrella.svg"),
    },
    Product {
        slug: "hat",
        name: "Felt hat",
        line: "Keeps its shape. Also in the rain.",
        story: "Rabbit-free felt on a hand-turned block. Steam brings it back after rain, and after \
                being sat on.",
        cents: 7_200,
        picture: include_str!("../templates/pictures/hat.svg"),
    },
    Product {
        slug: "scarf",
        name: "Long scarf",
        line: "Two metres of merino, two stripes.",
        story: "Long enough to share with a friend, which is the only thing in this shop that we \
                advise you to share.",
        cents: 4_600,
        picture: include_str!("../templates/pictures/scarf.svg"),
    },
    Product {
        slug: "satchel",
        name: "Sealed satchel",
        line: "Only you know what is in it.",
        story: "Vegetable-tanned leather with a brass lock. You carry it yourself, and nobody whom \
                you hand it to can look inside: much like the cart that you are about to put it in.",
        cents: 12_800,
        picture: include_str!("../templates/pictures/satchel.svg"),
    },
    Product {
        slug: "hook",
        name: "Brass hook",
        line: "For the wall by the door. Screws included.",
        story: "Cast brass, left unpolished. It holds one coat, one hat and one bag at the same \
                time, and forgets nothing.",
        cents: 1_900,
        picture: include_str!("../templates/pictures/hook.svg"),
    },
];

/// The product of this name.
pub(crate) fn find(slug: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.slug == slug)
}

/// A line of the cart, priced.
#[derive(Debug)]
pub(crate) struct Line {
    /// What.
    pub(crate) product: &'static Product,
    /// How many.
    pub(crate) count: u32,
}

impl Line {
    /// What all of the line costs, in cents of a euro.
    pub(crate) const fn cents(&self) -> u32 {
        self.product.cents.saturating_mul(self.count)
    }
}

/// The lines of a cart, in the order of the shelf. Products that are no longer sold are left out.
pub(crate) fn lines(cart: &Cart) -> Vec<Line> {
    let line = |product: &'static Product| {
        let count = *cart.items.get(product.slug)?;
        Some(Line { product, count })
    };
    PRODUCTS.iter().filter_map(line).collect()
}

/// What all lines cost, in cents of a euro.
pub(crate) fn total(lines: &[Line]) -> u32 {
    lines
        .iter()
        .fold(0, |sum, line| line.cents().saturating_add(sum))
}

/// An amount in the money that the customer likes to read.
pub(crate) fn price(cents: u32, currency: Currency) -> String {
    let (sign, per_mille) = match currency {
        Currency::Euro => ("€", 1_000),
        Currency::Pound => ("£", 860),
        Currency::Dollar => ("$", 1_150),
    };
    let cents = u64::from(cents) * per_mille / 1_000;
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_follows_the_currency() {
        assert_eq!(price(18_900, Currency::Euro), "€189.00");
        assert_eq!(price(18_900, Currency::Pound), "£162.54");
        assert_eq!(price(5, Currency::Dollar), "$0.05");
    }

    #[test]
    fn a_cart_is_priced_in_the_order_of_the_shelf_and_without_what_is_no_longer_sold() {
        let mut cart = Cart::default();
        for slug in ["hook", "coat", "hook", "moon"] {
            cart.add(slug);
        }
        let lines = lines(&cart);
        let slugs: Vec<_> = lines.iter().map(|l| (l.product.slug, l.count)).collect();
        assert_eq!(slugs, [("coat", 1), ("hook", 2)]);
        assert_eq!(total(&lines), 18_900 + 2 * 1_900);
    }

    #[test]
    fn products_have_names_of_their_own() {
        for product in &PRODUCTS {
            assert_eq!(find(product.slug).map(|p| p.name), Some(product.name));
            assert!(product.picture.starts_with("<svg"));
        }
    }
}
