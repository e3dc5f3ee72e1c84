//! Keeps a process's memory out of core dumps and away from debuggers.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Switches core dumps off for this process and those that it starts (`RLIMIT_CORE` 0). On Linux, the
/// memory cannot be read by other processes of the same user either (`PR_SET_DUMPABLE` 0): `ptrace`,
/// `/proc/<pid>/mem` and `/proc/<pid>/environ` are root's then. A debugger can start the process, and
/// not attach to it.
///
/// For the first line of `main`, before a secret is read. A process that is started from this one has
/// to call it again, since `execve` resets the second part.
///
/// # Errors
///
/// What the system says; memory may be dumped then.
pub fn forbid_memory_dumps() -> io::Result<()> {
    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, nothing)?;
    forbid_reading()
}

#[cfg(target_os = "linux")]
fn forbid_reading() -> io::Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

#[cfg(not(target_os = "linux"))]
fn forbid_reading() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use rustix::process::getrlimit;

    use super::*;

    #[test]
    fn no_core_is_dumped_and_no_other_process_reads_the_memory() {
        forbid_memory_dumps().unwrap();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        #[cfg(target_os = "linux")]
        assert_eq!(
            rustix::process::dumpable_behavior().unwrap(),
            rustix::process::DumpableBehavior::NotDumpable
        );
        // Twice does no harm: the limit is not raised.
        forbid_memory_dumps().unwrap();
    }
}
