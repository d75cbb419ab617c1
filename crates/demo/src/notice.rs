//! What a page says once after a redirect: the address names it, the text is ours.

use serde::Deserialize;

/// What has just happened.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Notice {
    /// Something was put into the cart.
    Added,
    /// The order was placed.
    Ordered,
    /// Preferences were kept.
    Saved,
    /// Name or password is wrong.
    Wrong,
    /// What was asked for needs a login.
    SignInFirst,
    /// This browser was signed out.
    SignedOut,
    /// Another browser was signed out.
    DeviceEnded,
    /// All other browsers were signed out.
    OthersEnded,
    /// All browsers were signed out.
    AllEnded,
    /// The password was entered again.
    Confirmed,
    /// The password has to be entered again first.
    ConfirmFirst,
    /// The address was changed.
    EmailChanged,
    /// What was entered is no address.
    NoEmail,
}

impl Notice {
    /// What the page says.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Added => "It is in your cart.",
            Self::Ordered => "Thank you. Nothing was charged, and your cart is empty again.",
            Self::Saved => "Your preferences are kept in this browser.",
            Self::Wrong => "This name and this password do not go together.",
            Self::SignInFirst => "Please sign in first.",
            Self::SignedOut => "You are signed out.",
            Self::DeviceEnded => "That device is signed out.",
            Self::OthersEnded => "All your other devices are signed out.",
            Self::AllEnded => "You are signed out everywhere.",
            Self::Confirmed => "Confirmed: for five minutes you can change your address.",
            Self::ConfirmFirst => "Please enter your password again first.",
            Self::EmailChanged => "Your address is changed.",
            Self::NoEmail => "That does not look like an e-mail address.",
        }
    }

    /// Whether it tells of something that went wrong.
    pub(crate) const fn is_alert(self) -> bool {
        matches!(
            self,
            Self::Wrong | Self::SignInFirst | Self::ConfirmFirst | Self::NoEmail
        )
    }
}
