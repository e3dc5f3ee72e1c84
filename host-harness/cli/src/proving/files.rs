//! The files that this process wrote: those below the folder of the run, and those that changed
//! meanwhile where the command may write besides.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{env, fs, io};

use crate::folders;

/// Clocks of file systems are coarse: what changed shortly before the run began counts as well.
const GRAIN: Duration = Duration::from_secs(1);

/// The folders that are watched, from the start of a run.
pub(super) struct Watched {
    own: PathBuf,
    /// With all below them: the command's own.
    deep: Vec<PathBuf>,
    /// By themselves: they are others' too.
    shallow: Vec<PathBuf>,
    since: SystemTime,
}

impl Watched {
    /// The run's own folder; the command's folders for what it keeps; and where a library may put a
    /// file without being asked.
    pub(super) fn begin(own: &Path) -> Self {
        let kept = [
            ("XDG_CACHE_HOME", ".cache"),
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
        ];
        let kept = kept.into_iter().filter_map(|(variable, in_home)| {
            let base = folders::base(variable, in_home, |name| env::var_os(name))?;
            Some(base.join("credential-harness"))
        });
        let working = env::current_dir().ok();
        Self {
            own: own.to_owned(),
            deep: kept.collect(),
            shallow: working.into_iter().chain([env::temp_dir()]).collect(),
            since: SystemTime::now() - GRAIN,
        }
    }

    /// Every file that was written, each once.
    ///
    /// # Errors
    ///
    /// Where the run's own folder cannot be read. A file elsewhere that cannot be looked at is left
    /// out: it is another's.
    pub(super) fn written(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        collect(&self.own, true, &mut files)?;
        let own = files.len();
        for folder in &self.deep {
            let _ = collect(folder, true, &mut files);
        }
        for folder in &self.shallow {
            let _ = collect(folder, false, &mut files);
        }
        let mut others = files.split_off(own);
        others.retain(|it| self.changed(it));
        files.extend(others);
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn changed(&self, path: &Path) -> bool {
        let changed = fs::metadata(path).and_then(|it| it.modified());
        changed.is_ok_and(|it| it >= self.since)
    }
}

/// Regular files alone: opening another kind may wait for ever.
fn collect(folder: &Path, deep: bool, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_file() {
            files.push(entry.path());
        } else if kind.is_dir() && deep {
            collect(&entry.path(), deep, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_since_the_start_was_written_and_what_did_not_was_not() {
        let (own, kept, shared) = (folder(), folder(), folder());
        let old = kept.path().join("old");
        fs::write(&old, "x").unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        fs::File::options()
            .write(true)
            .open(&old)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
        let watched = Watched {
            own: own.path().to_owned(),
            deep: vec![kept.path().to_owned()],
            shallow: vec![shared.path().to_owned(), shared.path().join("nothing")],
            since: SystemTime::now() - GRAIN,
        };
        fs::create_dir_all(kept.path().join("a/b")).unwrap();
        fs::create_dir(shared.path().join("anothers")).unwrap();
        let written = [
            own.path().join("1"),
            kept.path().join("a/b/2"),
            shared.path().join("3"),
        ];
        written.iter().for_each(|it| fs::write(it, "x").unwrap());
        fs::write(shared.path().join("anothers/4"), "x").unwrap();
        let mut expected = written.to_vec();
        expected.sort();
        assert_eq!(watched.written().unwrap(), expected);
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }
}
