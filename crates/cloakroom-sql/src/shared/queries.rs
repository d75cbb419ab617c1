//! One statement for each call, as servers are asked.

use crate::shared::backend::Call;
use crate::shared::template::Statement;

/// The statements of all calls.
#[derive(Debug)]
pub(crate) struct Queries {
    pub(crate) read: Statement,
    pub(crate) create: Statement,
    pub(crate) update: Statement,
    pub(crate) touch: Statement,
    pub(crate) take: Statement,
    pub(crate) remove: Statement,
    pub(crate) number: Statement,
    pub(crate) list: Statement,
    pub(crate) remove_all: Statement,
    pub(crate) end_before: Statement,
    pub(crate) sweep: Statement,
}

impl Queries {
    pub(crate) const fn of(&self, call: Call) -> &Statement {
        match call {
            Call::Read => &self.read,
            Call::Create => &self.create,
            Call::Update => &self.update,
            Call::Touch => &self.touch,
            Call::Take => &self.take,
            Call::Remove => &self.remove,
            Call::Number => &self.number,
            Call::List => &self.list,
            Call::RemoveAll => &self.remove_all,
            Call::EndBefore => &self.end_before,
            Call::Sweep => &self.sweep,
        }
    }
}

/// The arguments of a routine, by name, with their types.
pub(crate) type Arguments = [(&'static str, &'static str)];

/// The arguments that a routine is called with.
pub(crate) fn given(arguments: &Arguments) -> String {
    let names = arguments.iter().map(|(name, _)| format!(":{name}"));
    names.collect::<Vec<_>>().join(", ")
}

/// The arguments as a routine declares them, each after `before`.
pub(crate) fn declared(arguments: &Arguments, before: &str) -> String {
    let declared = arguments
        .iter()
        .map(|(name, of)| format!("{before}p_{name} {of}"));
    declared.collect::<Vec<_>>().join(", ")
}
