//! One call to the server: a command or a script, and whether it may be sent twice.

use redis::{Arg, Cmd};

use crate::scripts::Script;

/// What is sent.
pub(crate) struct Call {
    command: Cmd,
    script: Option<&'static Script>,
    effect: Effect,
}

/// What it means to send a call again of which it is not known whether it was carried out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Effect {
    /// It only reads.
    None,
    /// It writes, and a second time changes nothing more, nor the answer.
    Repeatable,
    /// It writes, and the answer to the second would not be that to the first.
    Once,
}

impl Call {
    pub(crate) fn command(name: &str, keys: &[Vec<u8>]) -> Self {
        let mut command = Cmd::new();
        command.arg(name);
        for key in keys {
            command.arg(key.as_slice());
        }
        Self {
            command,
            script: None,
            effect: Effect::None,
        }
    }

    pub(crate) fn script(script: &'static Script, effect: Effect, keys: &[Vec<u8>]) -> Self {
        let size = keys.iter().map(|key| key.len() + 8).sum::<usize>();
        let mut command = Cmd::with_capacity(keys.len() + 8, size + 256);
        command.arg("EVALSHA").arg(&script.hash).arg(keys.len());
        for key in keys {
            command.arg(key.as_slice());
        }
        Self {
            command,
            script: Some(script),
            effect,
        }
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<[u8]>) -> Self {
        self.command.arg(argument.as_ref());
        self
    }

    pub(crate) const fn as_command(&self) -> &Cmd {
        &self.command
    }

    pub(crate) const fn effect(&self) -> Effect {
        self.effect
    }

    /// The same call with the script itself, for a server that does not know it.
    pub(crate) fn with_source(&self) -> Option<Cmd> {
        let script = self.script?;
        let mut command = Cmd::new();
        command.arg("EVAL").arg(script.source);
        for argument in self.command.args_iter().skip(2) {
            if let Arg::Simple(argument) = argument {
                command.arg(argument);
            }
        }
        Some(command)
    }
}
