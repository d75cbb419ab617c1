//! What makes the tables tell of changes: triggers that notify.
//!
//! * **One trigger for each kind of statement**, which sees all of its rows at once: a statement that
//!   changes more than [`FEW`] says so in one notice.
//! * **A sweep tells nothing**: it says of itself that it is one, as long as its transaction lasts.
//! * **Only a hash is told**, in hexadecimal. `LISTEN` needs no right, so a text, which may be
//!   somebody's id, is not: that it was changed is told as that anything may have been.
//! * **Whatever is told that is none of ours** may be anything. Who may not write the tables can so
//!   make copies be forgotten, and nothing else.

use cloakroom_storage::{Change, StorageKey};

use crate::shared::names::Names;

/// How many records are told one by one.
const FEW: u32 = 100;

/// The setting by which a statement says that it is a sweep.
pub(super) const SWEEPS: &str = "cloakroom.sweeps";

/// What is told when nothing will be told any more.
const END: &str = "end";

/// The triggers of the records, by the statements that they see.
const OF_RECORDS: [(&str, &str); 4] = [
    ("cloakroom_tell_insert", "INSERT"),
    ("cloakroom_tell_update", "UPDATE"),
    ("cloakroom_tell_delete", "DELETE"),
    ("cloakroom_tell_truncate", "TRUNCATE"),
];

/// The trigger of the floors.
const OF_FLOORS: &str = "cloakroom_tell_floors";

/// The notices of the tables of one name.
pub(super) struct Notices {
    records: String,
    floors: String,
    tell: String,
    tell_anything: String,
    channel: String,
}

/// What a notice says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Heard {
    Change(Change),
    /// Nothing will be told any more.
    End,
}

impl Notices {
    pub(super) fn of(names: &Names) -> Self {
        Self {
            records: names.records(),
            floors: names.with("floors"),
            tell: names.with("tell"),
            tell_anything: names.with("tell_anything"),
            channel: names.with("changes"),
        }
    }

    /// Begins to listen.
    pub(super) fn listen(&self) -> String {
        format!("LISTEN {}", self.channel)
    }

    /// Gives a row if all triggers are there.
    pub(super) fn is_set_up(&self) -> String {
        let Self {
            records, floors, ..
        } = self;
        let names = OF_RECORDS.map(|(name, _)| format!("'{name}'")).join(", ");
        let count = OF_RECORDS.len() + 1;
        format!(
            "SELECT 1 FROM pg_trigger WHERE tgenabled <> 'D' \
             AND (tgrelid = to_regclass('{records}') AND tgname IN ({names}) \
             OR tgrelid = to_regclass('{floors}') AND tgname = '{OF_FLOORS}') \
             HAVING COUNT(*) = {count}"
        )
    }

    /// Makes what is missing, and anew what is there.
    pub(super) fn set_up(&self) -> String {
        let mut statements = self.drop_triggers();
        statements.push(self.function(&self.tell, &self.tell_changed()));
        let anything = format!("PERFORM {}", self.notify("''"));
        statements.push(self.function(&self.tell_anything, &anything));
        statements.extend(OF_RECORDS.map(|(name, event)| self.trigger(name, event)));
        let (floors, tell_anything) = (&self.floors, &self.tell_anything);
        statements.push(format!(
            "CREATE TRIGGER {OF_FLOORS} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {floors} \
             FOR EACH STATEMENT EXECUTE FUNCTION {tell_anything}()"
        ));
        statements.join("; ")
    }

    /// Removes all of it, and tells who listens.
    pub(super) fn stop(&self) -> String {
        let (tell, tell_anything) = (&self.tell, &self.tell_anything);
        let mut statements = self.drop_triggers();
        statements.push(format!(
            "DROP FUNCTION IF EXISTS {tell}(), {tell_anything}()"
        ));
        statements.push(format!("SELECT {}", self.notify(&format!("'{END}'"))));
        statements.join("; ")
    }

    fn drop_triggers(&self) -> Vec<String> {
        let drop = |name: &str, table: &str| format!("DROP TRIGGER IF EXISTS {name} ON {table}");
        let mut statements = vec![drop(OF_FLOORS, &self.floors)];
        statements.extend(OF_RECORDS.map(|(name, _)| drop(name, &self.records)));
        statements
    }

    fn trigger(&self, name: &str, event: &str) -> String {
        let Self {
            records,
            tell,
            tell_anything,
            ..
        } = self;
        let (changed, function) = match event {
            "TRUNCATE" => ("", tell_anything),
            "DELETE" => ("REFERENCING OLD TABLE AS changed ", tell),
            _ => ("REFERENCING NEW TABLE AS changed ", tell),
        };
        format!(
            "CREATE TRIGGER {name} AFTER {event} ON {records} {changed}\
             FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    }

    /// Tells of each record that a statement has changed; the first byte of a key is its kind.
    fn tell_changed(&self) -> String {
        let notify = self.notify("told.what");
        format!(
            "IF current_setting('{SWEEPS}', true) = 'yes' THEN RETURN NULL; END IF; \
             PERFORM {notify} FROM (SELECT DISTINCT CASE \
             WHEN COUNT(*) OVER () > {FEW} OR get_byte(record_key, 0) <> 0 THEN '' \
             ELSE encode(substr(record_key, 2), 'hex') END AS what FROM changed) AS told"
        )
    }

    fn notify(&self, what: &str) -> String {
        let channel = self.channel.trim_matches('"');
        format!("pg_notify('{channel}', {what})")
    }

    fn function(&self, name: &str, body: &str) -> String {
        format!(
            "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS \
             $function$ BEGIN {body}; RETURN NULL; END $function$"
        )
    }
}

impl Heard {
    pub(super) fn of(notice: &str) -> Self {
        if notice == END {
            return Self::End;
        }
        let key = hash(notice).map(StorageKey::hash);
        Self::Change(key.map_or(Change::Anything, Change::Record))
    }
}

/// The hash that a notice gives.
fn hash(notice: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let digits = notice.as_bytes();
    if digits.len() != 2 * hash.len() {
        return None;
    }
    for (byte, digits) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        for digit in digits {
            let digit = char::from(*digit).to_digit(16)?;
            *byte = *byte << 4 | u8::try_from(digit).ok()?;
        }
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::TableName;

    #[test]
    fn a_notice_is_a_hash_or_may_be_anything() {
        let key = StorageKey::hash([0xa7; 32]);
        let told = Heard::of(&"a7".repeat(32));
        assert_eq!(told, Heard::Change(Change::Record(key)));
        let almost = format!("+7{}", "a7".repeat(31));
        for strange in ["", "a7", "ende", &"a7".repeat(33), &"ä".repeat(32), &almost] {
            let told = Heard::of(strange);
            assert_eq!(told, Heard::Change(Change::Anything), "{strange}");
        }
        assert_eq!(Heard::of("end"), Heard::End);
    }

    /// PostgreSQL cuts names after 63 bytes, and refuses a longer channel.
    #[test]
    fn the_longest_name_fits() {
        let longest = TableName::new(&"s".repeat(TableName::MAX)).unwrap();
        let notices = Notices::of(&Names::new(longest, '"'));
        for name in [&notices.channel, &notices.tell, &notices.tell_anything] {
            assert!(name.len() <= 63 + 2, "{name}");
        }
    }
}
