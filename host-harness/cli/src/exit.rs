//! How the command ends, for programs: one number for each thing that a caller does next.

use serde::Serialize;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Exit {
    /// It worked.
    Ok = 0,
    /// The service, or the person asked, said no: somebody has to act.
    Refused = 1,
    /// The command line is not understood.
    Usage = 2,
    /// The credential file, a secret's source or a field is wrong.
    Settings = 3,
    /// The policy cannot be read, or does not allow it.
    Policy = 4,
    /// The plugin cannot be loaded, or failed.
    Plugin = 5,
    /// No answer, or the service asks to wait; the credential is healthy.
    Unavailable = 6,
    /// Something on this machine is in the way: a port in use, a file that cannot be written.
    Machine = 7,
    /// Ended by SIGHUP: 128 and the signal's number, as shells say it.
    HungUp = 129,
    /// Ended by SIGINT.
    Interrupted = 130,
    /// Ended by SIGQUIT.
    Quit = 131,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// As the process says it.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// As JSON says it.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Usage => "usage",
            Self::Settings => "settings",
            Self::Policy => "policy",
            Self::Plugin => "plugin",
            Self::Unavailable => "unavailable",
            Self::Machine => "machine",
            Self::HungUp | Self::Interrupted | Self::Quit | Self::Terminated => "ended",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_lists_every_code() {
        let all = [
            Exit::Ok,
            Exit::Refused,
            Exit::Usage,
            Exit::Settings,
            Exit::Policy,
            Exit::Plugin,
            Exit::Unavailable,
            Exit::Machine,
            Exit::HungUp,
            Exit::Interrupted,
            Exit::Quit,
            Exit::Terminated,
        ];
        for exit in all {
            let line = format!("\n  {}  ", exit.code());
            assert!(crate::help::COMMAND.contains(&line), "{exit:?}");
        }
    }
}
