//! What is to outlast a restart and lies in no record: `.cloakroom/state` below the root.
//!
//! * **Versions are given from a reserve** that is written down before the first of it is given; a
//!   restart begins after the reserve. So no version is given twice, whatever was removed.
//! * **The greatest number that ending a subject's sessions ever made** is written down before the
//!   end is acknowledged. After a restart it is the number of every subject that has no session:
//!   a sign-in that began before its subject was ended is refused by it.
//! * **Floors** are written down before they count.

use std::collections::HashMap;
use std::io;

use cloakroom_storage::{Scope, SubjectNumber, Timestamp, Version};

use crate::directory::draft::{Draft, Onto, Put};
use crate::directory::place::Place;
use crate::directory::shared::MARK;
use crate::directory::tree::{Found, Tree};
use crate::record_fields::{Broken, Magic, Reader, Writer};

const MAGIC: Magic = *b"\x89CLK\xffS1\n";
const ANY_FORMAT: &[u8] = b"\x89CLK\xffS";

/// How many versions are reserved at once: a restart a second for a century uses a part of them.
const RESERVE: u64 = 1 << 30;

/// What lies in the file, and how much of the reserve is used.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct State {
    /// No version from here on was given.
    reserved: u64,
    /// No number beyond this one was ever made.
    numbers: SubjectNumber,
    floors: HashMap<Scope, Timestamp>,
    next_version: u64,
}

/// What the file comes to.
pub(super) enum Kept {
    Missing,
    Damaged,
    NewerFormat,
    State(State),
}

impl State {
    pub(super) fn read(tree: &Tree) -> io::Result<Kept> {
        let Found::Content(bytes) = tree.read(&place())? else {
            return Ok(Kept::Missing);
        };
        Ok(match Reader::new(MAGIC, &bytes).and_then(Self::decode) {
            Ok(state) => Kept::State(state),
            Err(Broken::Magic) if bytes.starts_with(ANY_FORMAT) => Kept::NewerFormat,
            Err(_) => Kept::Damaged,
        })
    }

    /// No version up to this one is given any more.
    pub(super) fn skip(&mut self, version: Version) {
        self.next_version = self.next_version.max(version.get().saturating_add(1));
        self.reserved = self.reserved.max(self.next_version);
    }

    /// A version that was never given.
    pub(super) fn next_version(&mut self, tree: &Tree) -> io::Result<Version> {
        if self.next_version >= self.reserved {
            let mut more = self.clone();
            more.reserved = self
                .next_version
                .checked_add(RESERVE)
                .ok_or(io::ErrorKind::StorageFull)?;
            self.turn_into(more, tree)?;
        }
        let version = Version::new(self.next_version);
        self.next_version += 1;
        Ok(version)
    }

    /// Writes down that this number was made.
    pub(super) fn made(&mut self, number: SubjectNumber, tree: &Tree) -> io::Result<()> {
        if number <= self.numbers {
            return Ok(());
        }
        let mut more = self.clone();
        more.numbers = number;
        self.turn_into(more, tree)
    }

    /// Raises the floor of a scope, and writes it down.
    pub(super) fn raise_floor(
        &mut self,
        scope: &Scope,
        time: Timestamp,
        tree: &Tree,
    ) -> io::Result<()> {
        if self.floors.get(scope).is_some_and(|floor| *floor >= time) {
            return Ok(());
        }
        let mut more = self.clone();
        more.floors.insert(scope.clone(), time);
        self.turn_into(more, tree)
    }

    /// Writes down what there is.
    pub(super) fn save(&self, tree: &Tree) -> io::Result<()> {
        let draft = Draft::new(tree, &self.encode())?;
        match draft.put(&place(), Onto::Anything)? {
            Put::Done(placed) => placed.sync(),
            Put::Taken | Put::Gone => Err(io::ErrorKind::NotFound.into()),
        }
    }

    pub(super) const fn numbers(&self) -> SubjectNumber {
        self.numbers
    }

    pub(super) const fn floors(&self) -> &HashMap<Scope, Timestamp> {
        &self.floors
    }

    /// The same as before where writing fails.
    fn turn_into(&mut self, state: Self, tree: &Tree) -> io::Result<()> {
        state.save(tree)?;
        *self = state;
        Ok(())
    }

    fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new(MAGIC);
        to.number(self.reserved);
        to.number(self.numbers.get());
        let mut floors: Vec<_> = self.floors.iter().collect();
        floors.sort();
        to.number(floors.len() as u64);
        for (scope, floor) in floors {
            to.bytes(scope.as_str().as_bytes());
            to.time(*floor);
        }
        to.finish()
    }

    fn decode(mut from: Reader<'_>) -> Result<Self, Broken> {
        let reserved = from.number()?;
        let numbers = SubjectNumber::new(from.number()?);
        let mut floors = HashMap::new();
        for _ in 0..from.number()? {
            floors.insert(Scope::new(from.text()?), from.time()?);
        }
        from.finish()?;
        Ok(Self {
            reserved,
            numbers,
            floors,
            next_version: reserved,
        })
    }
}

fn place() -> Place {
    Place::of_names(&[MARK], "state")
}
