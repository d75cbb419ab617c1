//! A shop that is open, a driver, and what a customer does in a browser.

use cloakroom::{Key, KeyRing, MemoryStorage, SystemClock, ThreadEntropy};
use demo::Cookies;
use fantoccini::{Client, Locator};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::driver::Driver;

/// A shop that is open, and a driver.
pub(super) struct Stage {
    port: u16,
    close: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
    driver: Driver,
}

impl Stage {
    pub(super) async fn set(cookies: Cookies) -> Self {
        let keys = KeyRing::single(Key::generate(&ThreadEntropy));
        let app = demo::app(&keys, &MemoryStorage::new(), SystemClock, cookies).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (close, closing) = oneshot::channel();
        let closing = async { closing.await.unwrap_or_default() };
        Self {
            port,
            close,
            server: tokio::spawn(demo::serve(listener, app, closing)),
            driver: Driver::start(),
        }
    }

    /// A browser that has never been here, on the shelf.
    pub(super) async fn visitor(&mut self) -> Customer {
        let browser = self.driver.open().await;
        let customer = Customer {
            browser,
            base: format!("http://localhost:{}", self.port),
        };
        customer.go("/").await;
        customer
    }

    /// Closes the shop as SIGTERM does, and the browsers; a shop that does not close is a failure.
    pub(super) async fn clear(self) {
        drop(self.driver);
        self.close.send(()).expect("the shop is open");
        self.server.await.unwrap().unwrap();
    }
}

/// A browser and what one does in it.
pub(super) struct Customer {
    pub(super) browser: Client,
    base: String,
}

impl Customer {
    pub(super) async fn go(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.browser.goto(&url).await.unwrap();
    }

    /// Waits until an element is there that this XPath finds.
    pub(super) async fn sees(&self, xpath: &str) {
        let found = self.browser.wait().for_element(Locator::XPath(xpath)).await;
        if let Err(error) = found {
            let page = self.browser.source().await.unwrap_or_default();
            panic!("{xpath}: {error}, in\n{page}");
        }
    }

    /// Waits for a notice that says this.
    pub(super) async fn is_told(&self, text: &str) {
        let xpath = format!("//*[contains(@class, 'notice')][contains(., '{text}')]");
        self.sees(&xpath).await;
    }

    /// Waits until the bar shows so many things in the cart.
    pub(super) async fn has_in_cart(&self, count: u32) {
        self.sees(&format!("//*[@data-cart-count][.='{count}']"))
            .await;
    }

    /// Presses what a CSS selector finds.
    pub(super) async fn press(&self, css: &str) {
        let button = self.browser.wait().for_element(Locator::Css(css)).await;
        button.unwrap().click().await.unwrap();
    }

    /// Writes into a field in place of what is there.
    pub(super) async fn write(&self, css: &str, text: &str) {
        let field = self.browser.wait().for_element(Locator::Css(css)).await;
        let field = field.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses an option of a list.
    pub(super) async fn choose(&self, css: &str, value: &str) {
        let list = self.browser.wait().for_element(Locator::Css(css)).await;
        list.unwrap().select_by_value(value).await.unwrap();
    }

    /// Puts a product into the cart from its own page, and waits until it is there.
    pub(super) async fn buys(&self, product: &str, then_in_cart: u32) {
        self.go(&format!("/products/{product}")).await;
        self.press("main form.buy button").await;
        self.is_told("It is in your cart").await;
        self.has_in_cart(then_in_cart).await;
    }

    pub(super) async fn signs_in(&self) {
        self.go("/sign-in").await;
        self.write("#name", "ada").await;
        self.write("#password", "analytical engine").await;
        self.press("main form button").await;
        self.sees("//*[@data-signed-in][.='ada']").await;
    }
}
