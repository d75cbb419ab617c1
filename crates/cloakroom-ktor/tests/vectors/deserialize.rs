//! What Ktor refuses is refused; what Ktor reads is read as the same value, or is a spelling that
//! it never writes.

use std::collections::BTreeMap;

use super::recording::{VERSIONS, entries};
use super::written::{Written, format_of, read, write};

#[test]
fn texts_are_read_and_refused_as_ktor_does() {
    for version in VERSIONS {
        let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
        for entry in entries(version, "deserialize") {
            let text = entry["text"].as_str().unwrap();
            let found = read(&entry, text);
            let outcome = if entry["error"].is_null() {
                let Written { text: ours, value } = write(&entry);
                match found {
                    Some(found) => {
                        assert_eq!(found, value, "{version} {entry}");
                        0
                    }
                    None => {
                        assert_ne!(ours.ok().as_deref(), Some(text), "{version} {entry}");
                        println!("{version} {} refused: {text}", format_of(&entry));
                        1
                    }
                }
            } else {
                assert_eq!(found, None, "{version} {entry}");
                2
            };
            counts.entry(format_of(&entry).to_owned()).or_default()[outcome] += 1;
        }
        for (format, [read, spelling, refused]) in counts {
            println!(
                "{version} deserialize {format}: {read} read as the same value, {refused} refused \
                 as by Ktor, {spelling} refused that Ktor never writes"
            );
        }
    }
}
