//! The picture of the shop in the README: taken anew when `SHOP_PICTURE` names a file for it.
//!
//! ```sh
//! SHOP_PICTURE="$PWD/docs/shop.png" cargo test -p demo --test browser picture
//! ```

use std::{env, fs};

use demo::Cookies;

use super::stage::Stage;

#[tokio::test]
async fn the_picture_shows_a_filled_cart_and_three_sessions() {
    let mut stage = Stage::set(Cookies::Secure).await;
    let ada = stage.visitor().await;
    ada.go("/preferences").await;
    ada.write("#name", "Ada").await;
    ada.choose("#theme", "light").await;
    ada.press("main form button").await;
    ada.is_told("Your preferences are kept").await;
    ada.buys("coat", 1).await;
    ada.buys("umbrella", 2).await;
    ada.buys("hook", 3).await;
    ada.signs_in().await;
    ada.has_in_cart(3).await;
    let found = "return document.querySelectorAll('[data-session] pre').length";
    let found = ada.browser.execute(found, Vec::new()).await.unwrap();
    assert_eq!(found, 3, "all three sessions are there");
    let height = "return document.documentElement.scrollHeight";
    let height = ada.browser.execute(height, Vec::new()).await.unwrap();
    let height = u32::try_from(height.as_u64().unwrap()).unwrap();
    ada.browser
        .set_window_size(1200, height + 150)
        .await
        .unwrap();
    let picture = ada.browser.screenshot().await.unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    if let Some(file) = env::var_os("SHOP_PICTURE") {
        fs::write(file, picture).unwrap();
    }
    stage.clear().await;
}
