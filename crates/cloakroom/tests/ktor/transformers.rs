//! `SessionTestJvm`, `SessionTransportTransformerKtTest` and
//! `SessionTransportTransformerEncryptTest`: signed and encrypted sessions.

use axum::Router;
use cloakroom::ktor::{
    Encrypt, EncryptionKey, Ktor, KtorSession as _, MessageAuthentication, Reflection, SigningKey,
};
use cloakroom::{
    Buffer, Context, CookieSession, Entropy, EventKind, Freshness, LayerExt as _, Protection,
    Refusal, Schema, ThreadEntropy, Timestamp, Transformer, Warning,
};
use cloakroom_testkit::Req;

use crate::house::{COOKIE, House, TestUserSession, cookie_value, keys_of_ktor, routes};

/// `commonSignedChecks`: of a server that sets a session for whoever asks.
async fn assert_only_what_was_signed_is_read(house: &House, app: &Router) {
    let mut browser = house.browser(app);
    let set = browser.get("/set/id%202").await;
    let value = cookie_value(&set);
    assert_eq!(browser.get("/see").await.body, "ok, id 2 []");
    assert_eq!(house.browser(app).get("/see").await.body, "no session");

    // Attributes are other cookies to a server.
    let whole = Req::get("/see").header("cookie", &*set.set_cookies().concat());
    assert_eq!(house.browser(app).send(whole).await.body, "ok, id 2 []");

    let (rest, last) = value.split_at(value.len() - 1);
    let flipped = if last == "0" { "1" } else { "0" };
    for bad in [format!("{rest}{flipped}"), format!("{rest}x")] {
        let refused = house.holding(app, &bad).get("/see").await;
        assert_eq!((refused.status, &*refused.body), (200, "no session"));
    }
}

#[tokio::test]
async fn a_signed_session_is_read_and_a_changed_one_is_not() {
    let house = House::new();
    let signing = SigningKey::from_hex("003515606058610610561058").unwrap();
    let signed = |c: CookieSession<TestUserSession>, ktor| {
        c.ktor(ktor).transform(MessageAuthentication::new(&signing))
    };
    for ktor in [Ktor::V1_6_8, Ktor::V2, Ktor::V3] {
        let app = house.serving(|c| signed(c, ktor));
        assert_only_what_was_signed_is_read(&house, &app).await;
    }
    let app = house.serving(|c| signed(c, Ktor::V3));
    assert_eq!(
        cookie_value(&house.browser(&app).get("/set/id%202").await),
        "%7B%22userId%22%3A%22id+2%22%2C%22cart%22%3A%5B%5D%7D%2F\
         0adc94dc04d0122b8139e88250ab61bcc01980ed3898eb4e557e2a749e17ab16"
    );
}

/// The key of 1.6.8's own test has an odd digit, which its `hex` drops.
#[tokio::test]
async fn the_odd_key_of_1_6_8_is_read_as_there_and_warned_of() {
    let house = House::new();
    let signing = SigningKey::from_hex("03515606058610610561058").unwrap();
    let app = house.serving(|c| {
        let c = c.ktor(Ktor::V1_6_8);
        c.transform(MessageAuthentication::new(&signing))
    });
    assert_eq!(
        house.events.kinds(),
        [EventKind::Warned(Warning::OddHexKey)]
    );
    assert_eq!(
        cookie_value(&house.browser(&app).get("/set/id2").await),
        "cart%3D%2523cl%26userId%3D%2523sid2%2F\
         eda508bd0845590a6178507e0eae0f6d686e2ad3de0dba821f6688444eb8f866"
    );
    assert_only_what_was_signed_is_read(&house, &app).await;
}

/// The iv of Ktor's tests, in which it has the bytes of the key.
#[derive(Debug)]
struct IvOfKtor;

impl Entropy for IvOfKtor {
    fn fill(&self, bytes: &mut [u8]) {
        match bytes.as_chunks_mut::<16>() {
            ([iv], []) => *iv = core::array::from_fn(|at| 0x11 * u8::try_from(at).unwrap()),
            _ => ThreadEntropy.fill(bytes),
        }
    }
}

fn serving_with_iv(
    house: &House,
    configure: impl FnOnce(CookieSession<TestUserSession>) -> CookieSession<TestUserSession>,
) -> Router {
    let builder = house.builder().entropy(IvOfKtor);
    let sessions = builder.cookie(COOKIE, configure).build().unwrap();
    routes().layer(sessions.layer())
}

const IV: &str = "00112233445566778899aabbccddeeff";
/// Of `cart=%23cl&userId=%23sid2`.
const CIPHERTEXT: &str = "c3850fc1ddc62f71ec5eaad6d393b91fa809fe32a1cf0cb4730788c5a489daef";
const MAC_OF_PLAINTEXT: &str = "51a5e9fcd1c91418f9a623bafa5022a524348e44244265dc0cab2cebacc28a5d";
const MAC_OF_CIPHERTEXT: &str = "65f0bd15bfa7e96b8bd9e134e23a24860b324e361c606e6800af050f5d104b68";

fn in_cookie(ciphertext: &str, mac: &str) -> String {
    format!("{IV}%2F{ciphertext}%3A{mac}")
}

async fn assert_garbage_is_refused(house: &House, app: &Router) {
    for garbage in ["INVALID", "abc/abc:abc"] {
        let refused = house.holding(app, garbage).get("/see").await;
        assert_eq!((refused.status, &*refused.body), (200, "no session"));
        assert!(refused.set_cookies().is_empty());
    }
}

#[tokio::test]
async fn an_encrypted_session_is_that_of_ktors_own_tests() {
    let house = House::new();
    let (encryption, signing) = keys_of_ktor();
    let one = serving_with_iv(&house, |c| {
        c.ktor(Ktor::V1_6_8)
            .transform(Encrypt::ktor1_2(&encryption, &signing))
    });
    let three = serving_with_iv(&house, |c| {
        let c = c
            .ktor(Ktor::V3)
            .transform(Encrypt::ktor3(&encryption, &signing));
        c.forgeable_by_clients()
    });
    let json = "9b8cf9900ff0f63849cb7a2ad71ed8a1ac9f0e2735492d2a5129cf278d70ab27";
    let mac = "40af9f393a00034b53d2267251047259005bdf5ff104eede599149e80e6fee13";
    for (app, expected) in [
        (&one, in_cookie(CIPHERTEXT, MAC_OF_PLAINTEXT)),
        (&three, in_cookie(json, mac)),
    ] {
        let mut browser = house.browser(app);
        assert_eq!(cookie_value(&browser.get("/set/id2").await), expected);
        assert_garbage_is_refused(&house, app).await;
        assert_only_what_was_signed_is_read(&house, app).await;
    }
}

fn by_reflection(house: &House, encrypt: Encrypt) -> Router {
    serving_with_iv(house, |c| {
        let c = c.ktor(Ktor::V3).schema(Schema::new(Reflection::new()));
        c.transform(encrypt).forgeable_by_clients()
    })
}

#[tokio::test]
async fn with_backward_compatible_read_the_new_format_is_written_and_the_old_one_is_read() {
    let house = House::new();
    let (encryption, signing) = keys_of_ktor();
    let encrypt = Encrypt::ktor3(&encryption, &signing).backward_compatible_read();
    let app = by_reflection(&house, encrypt);
    let mut browser = house.browser(&app);
    let written = in_cookie(CIPHERTEXT, MAC_OF_CIPHERTEXT);
    assert_eq!(cookie_value(&browser.get("/set/id2").await), written);
    let mut old = house.holding(&app, &in_cookie(CIPHERTEXT, MAC_OF_PLAINTEXT));
    assert_eq!(old.get("/see").await.body, "ok, id2 []");
    assert_only_what_was_signed_is_read(&house, &app).await;
}

#[tokio::test]
async fn without_backward_compatible_read_the_old_format_is_refused() {
    let house = House::new();
    let (encryption, signing) = keys_of_ktor();
    let app = by_reflection(&house, Encrypt::ktor3(&encryption, &signing));
    let mut old = house.holding(&app, &in_cookie(CIPHERTEXT, MAC_OF_PLAINTEXT));
    assert_eq!(old.get("/see").await.body, "no session");
    let told: Vec<_> = house.events.kinds();
    assert_eq!(told, [EventKind::Refused(Refusal::Transformer)]);
}

/// Ktor's transformers 1 and 2: each appends its number.
#[derive(Debug)]
struct Numbered(&'static str);

impl Transformer for Numbered {
    fn protection(&self) -> Protection {
        Protection::None
    }

    fn write(&self, _: &Context<'_>, buffer: &mut Buffer) {
        buffer.append(self.0.as_bytes());
    }

    fn read(&self, _: &Context<'_>, buffer: &mut Buffer) -> Result<Freshness, Refusal> {
        if !buffer.as_slice().ends_with(self.0.as_bytes()) {
            return Err(Refusal::Transformer);
        }
        let trimmed = buffer.trim_back(self.0.len());
        trimmed.map_err(|_| Refusal::Malformed)?;
        Ok(Freshness::Current)
    }
}

fn numbered(house: &House) -> Router {
    house.serving(|c| {
        let c = c.ktor(Ktor::V3).forgeable_by_clients();
        c.transform(Numbered(";1")).transform(Numbered(";2"))
    })
}

#[tokio::test]
async fn all_transformers_are_applied_in_order_on_writing() {
    let house = House::new();
    let set = house.browser(&numbered(&house)).get("/set/id").await;
    assert!(cookie_value(&set).ends_with("%7D%3B1%3B2"));
}

#[tokio::test]
async fn all_transformers_are_applied_in_reverse_on_reading() {
    let house = House::new();
    let app = numbered(&house);
    for (end, seen) in [
        ("%3B1%3B2", "ok, a []"),
        ("%3B2%3B1", "no session"),
        ("", "no session"),
    ] {
        let value = format!("%7B%22userId%22%3A%22a%22%2C%22cart%22%3A%5B%5D%7D{end}");
        assert_eq!(
            house.holding(&app, &value).get("/see").await.body,
            seen,
            "{end}"
        );
    }
}

/// Written under a key of this many bytes, and read again.
fn round_trip(bytes: usize) -> String {
    let encryption = EncryptionKey::new(&vec![7; bytes]).unwrap();
    let signing = SigningKey::new(&[8; 32]).unwrap();
    let cx = Context::detached("house", COOKIE, &ThreadEntropy, Timestamp::EPOCH);
    let payload = b"a payload to encrypt";
    let mut written = String::new();
    for encrypt in [
        Encrypt::ktor3(&encryption, &signing),
        Encrypt::ktor1_2(&encryption, &signing),
    ] {
        let mut buffer = Buffer::from_vec(payload.to_vec());
        encrypt.write(&cx, &mut buffer);
        written = String::from_utf8(buffer.as_slice().to_vec()).unwrap();
        assert_eq!(encrypt.read(&cx, &mut buffer), Ok(Freshness::Current));
        assert_eq!(buffer.as_slice(), payload);
    }
    written
}

#[test]
fn keys_of_every_length_of_aes_encrypt_and_decrypt() {
    for bytes in [16, 24, 32] {
        assert!(!round_trip(bytes).is_empty(), "{bytes}");
    }
}

/// KTOR-9425: up to 3.5.0 the iv was as long as the key.
#[test]
fn the_iv_is_a_block_long_whatever_the_key() {
    for bytes in [16, 24, 32] {
        let token = round_trip(bytes);
        let (iv, _) = token.split_once('/').unwrap();
        assert_eq!(iv.len(), 2 * 16, "{bytes}");
    }
}
