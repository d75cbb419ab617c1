//! What customers do.

use demo::Cookies;

use super::stage::Stage;

#[tokio::test]
async fn a_cart_fills_over_several_pages_and_survives_a_reload() {
    let mut stage = Stage::set(Cookies::Development).await;
    let ada = stage.visitor().await;
    ada.has_in_cart(0).await;
    ada.buys("coat", 1).await;
    ada.buys("hook", 2).await;
    ada.press("button[value=hook]").await;
    ada.has_in_cart(3).await;
    ada.browser.refresh().await.unwrap();
    ada.has_in_cart(3).await;
    ada.go("/cart").await;
    ada.sees("//tr[@data-line='hook']//input[@name='count'][@value='2']")
        .await;
    ada.sees("//tfoot//td[.='€227.00']").await;
    ada.write("#count-hook", "0").await;
    ada.press("tr[data-line=hook] button").await;
    ada.has_in_cart(1).await;
    stage.clear().await;
}

#[tokio::test]
async fn signed_in_the_panel_shows_what_the_server_sees() {
    let mut stage = Stage::set(Cookies::Development).await;
    let ada = stage.visitor().await;
    ada.sees("//*[@data-session='login'][contains(., 'No session yet')]")
        .await;
    ada.signs_in().await;
    for text in [
        "dev-login",
        "octets",
        "on the server",
        "at the latest",
        "\"name\": \"ada\"",
    ] {
        let xpath = format!("//*[@data-session='login'][contains(., '{text}')]");
        ada.sees(&xpath).await;
    }
    ada.press("nav form button").await;
    ada.is_told("You are signed out").await;
    ada.sees("//*[@data-session='login'][contains(., 'No session yet')]")
        .await;
    stage.clear().await;
}

#[tokio::test]
async fn signing_out_everywhere_from_a_second_browser_ends_the_first_on_its_next_page() {
    let mut stage = Stage::set(Cookies::Development).await;
    let (laptop, phone) = (stage.visitor().await, stage.visitor().await);
    laptop.signs_in().await;
    laptop.buys("hat", 1).await;
    phone.signs_in().await;
    phone.go("/devices").await;
    phone.sees("//ul[count(li[@data-device])=2]").await;
    phone.press("form[action='/devices/end-all'] button").await;
    phone.is_told("You are signed out everywhere").await;
    laptop.go("/").await;
    laptop.sees("//nav//a[.='Sign in']").await;
    laptop.has_in_cart(1).await;
    laptop.go("/account").await;
    laptop.sees("//h1[.='Please sign in']").await;
    stage.clear().await;
}

#[tokio::test]
async fn two_tabs_change_one_session_in_turns() {
    let mut stage = Stage::set(Cookies::Development).await;
    let ada = stage.visitor().await;
    let first = ada.browser.window().await.unwrap();
    let second = ada.browser.new_window(true).await.unwrap().handle;
    let to = async |tab: &_| {
        ada.browser
            .switch_to_window(Clone::clone(tab))
            .await
            .unwrap()
    };

    // Both tabs are open on forms that know nothing of what the other does.
    ada.go("/preferences").await;
    to(&second).await;
    ada.go("/products/scarf").await;
    to(&first).await;
    ada.choose("#theme", "dark").await;
    ada.choose("#currency", "pound").await;
    ada.press("main form button").await;
    ada.is_told("Your preferences are kept").await;
    ada.go("/products/coat").await;

    to(&second).await;
    ada.press("main form.buy button").await;
    ada.has_in_cart(1).await;
    ada.sees("//html[@data-theme='dark']").await;
    ada.sees("//*[@class='price'][.='£162.54']").await;

    to(&first).await;
    ada.press("main form.buy button").await;
    ada.has_in_cart(2).await;
    to(&second).await;
    ada.browser.refresh().await.unwrap();
    ada.has_in_cart(2).await;
    stage.clear().await;
}

#[tokio::test]
async fn an_address_is_changed_after_the_password_was_entered_again() {
    let mut stage = Stage::set(Cookies::Secure).await;
    let ada = stage.visitor().await;
    ada.signs_in().await;
    ada.go("/account").await;
    ada.write("#password", "analytical engine").await;
    ada.press("main form button").await;
    ada.is_told("Confirmed").await;
    ada.write("#email", "ada@new.example").await;
    ada.press("main form button").await;
    ada.sees("//*[@data-email][.='ada@new.example']").await;
    stage.clear().await;
}
