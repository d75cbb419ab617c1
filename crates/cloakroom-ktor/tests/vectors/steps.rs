//! Running transformers by themselves, and what a recording says of their reading.

use cloakroom_core::{
    Buffer, Context, Entropy, Freshness, Refusal, ThreadEntropy, Timestamp, Transformer,
};
use cloakroom_ktor::hex;
use serde_json::Value;

/// Gives the iv of a recording.
#[derive(Debug)]
pub(crate) struct Iv(Vec<u8>);

impl Iv {
    pub(crate) fn of(digits: &str) -> Self {
        Self(hex(digits).unwrap().to_vec())
    }
}

impl Entropy for Iv {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }
}

/// What the steps write, in order, with this iv.
pub(crate) fn write(steps: &[&dyn Transformer], iv: &dyn Entropy, content: &str) -> String {
    let cx = Context::detached("shop", "cart", iv, Timestamp::EPOCH);
    let mut buffer = Buffer::from_vec(content.as_bytes().to_vec());
    for step in steps {
        step.write(&cx, &mut buffer);
    }
    String::from_utf8(buffer.into_vec()).unwrap()
}

/// What the steps read, in reverse. A refusal is always the same one.
pub(crate) fn read(steps: &[&dyn Transformer], token: &str) -> Option<(String, Freshness)> {
    let cx = Context::detached("shop", "cart", &ThreadEntropy, Timestamp::EPOCH);
    let mut buffer = Buffer::from_vec(token.as_bytes().to_vec());
    let mut freshness = Freshness::Current;
    for step in steps.iter().rev() {
        match step.read(&cx, &mut buffer) {
            Ok(read) => freshness = freshness.and(read),
            Err(refusal) => {
                assert_eq!(refusal, Refusal::Transformer, "{token:?}");
                return None;
            }
        }
    }
    Some((String::from_utf8(buffer.into_vec()).unwrap(), freshness))
}

/// The text of a field.
pub(crate) fn text<'a>(entry: &'a Value, field: &str) -> &'a str {
    let text = entry.get(field).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("an entry without `{field}`"))
}

/// How the readings of a recording compare with ours.
#[derive(Default)]
pub(crate) struct Compared {
    /// Both read the same text.
    pub(crate) read: usize,
    /// Both refuse.
    pub(crate) refused: usize,
    /// Ktor reads what it never writes, and we refuse: the token, and what Ktor read.
    pub(crate) stricter: Vec<(String, String)>,
}

impl Compared {
    /// Compares the readings in `field`. `written` gives what Ktor writes for a content and a token's
    /// iv: a token that is not exactly that is one that Ktor never writes.
    pub(crate) fn readings(
        &mut self,
        entry: &Value,
        field: &str,
        step: &dyn Transformer,
        written: impl Fn(&str, &str) -> Vec<String>,
    ) {
        let readings = entry.get(field).and_then(Value::as_array);
        for reading in readings.unwrap_or_else(|| panic!("an entry without `{field}`")) {
            let token = text(reading, "input");
            let ours = read(&[step], token).map(|(content, _)| content);
            match by_ktor(reading) {
                None => {
                    assert_eq!(ours, None, "Ktor refuses {token:?}");
                    self.refused += 1;
                }
                Some(content) if written(content, token).iter().any(|it| it == token) => {
                    assert_eq!(ours.as_deref(), Some(content), "Ktor reads {token:?}");
                    self.read += 1;
                }
                Some(content) => {
                    assert_eq!(ours, None, "Ktor never writes {token:?}");
                    self.stricter.push((token.to_owned(), content.to_owned()));
                }
            }
        }
    }

    /// Says how many readings there were; some of each kind, or the recording shows nothing.
    pub(crate) fn print(&self, title: &str) {
        let (read, refused, stricter) = (self.read, self.refused, self.stricter.len());
        println!("{title}: {read} read, {refused} refused, {stricter} refused that Ktor reads");
        assert!(read > 0 && refused > 0);
    }
}

/// What Ktor read: nothing if it refused or threw. A content may begin with `!` too.
fn by_ktor(reading: &Value) -> Option<&str> {
    let output = reading.get("output")?.as_str()?;
    let name = output.strip_prefix('!').unwrap_or_default();
    let threw = (name.ends_with("Exception") || name.ends_with("Error"))
        && name.chars().all(|c| c.is_ascii_alphanumeric());
    (!threw).then_some(output)
}
