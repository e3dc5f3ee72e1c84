//! The proof that no secret gets into a plugin: its every export is called with canaries, and what it
//! leaves behind is searched for them.
//!
//! In scope: the run and the search, for any plugin. Not in scope: how it is told ([`crate::commands`]),
//! and the search itself, which is the runtime's and shares no code with its sealing.

mod canaries;
mod exercise;
mod files;
mod form;
mod given;
mod heard;
mod log;
mod pair;
mod places;
mod script;
mod sent;
mod xml;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use credential_runtime::{
    Limits, LoadError, MappingTarget, Plugin, Policy, Runtime, StartError, Witness, occurrences,
    spellings,
};
use serde::Serialize;

use crate::host::compiling_in_child;

use canaries::{Canaries, Canary, nonce};
use exercise::Exercise;
use files::Watched;
pub(crate) use given::Given;
use given::Onlooker;
pub(crate) use log::Log;
pub(crate) use pair::Pair;
use script::Script;
use sent::silent;

/// What was searched, and what was found.
#[derive(Debug, Serialize)]
pub(crate) struct Proved {
    /// By its name for the host.
    pub(crate) plugin: String,
    pub(crate) digest: String,
    /// How often each export was called, and its memory searched.
    pub(crate) exports: BTreeMap<String, usize>,
    /// Requests that each of them sent, or had the host send; none where it has no way out.
    pub(crate) requests: BTreeMap<&'static str, usize>,
    /// The two ways to obtain tokens, compared.
    pub(crate) pair: Pair,
    /// What says that the run tried less than it seems, or that the plugin does not do as the contract says.
    /// Nothing of it concerns a secret.
    pub(crate) warnings: Vec<String>,
    /// Calls whose memory was not seen: nothing is proved of them.
    pub(crate) unseen: usize,
    /// Canaries, and the spellings that they were looked for in.
    pub(crate) secrets: usize,
    pub(crate) spellings: usize,
    /// What it was given of answers, by what it declares.
    pub(crate) given: Given,
    /// Bytes that were searched, by place.
    pub(crate) searched: BTreeMap<&'static str, usize>,
    /// Files that were written.
    pub(crate) files: Vec<String>,
    pub(crate) findings: Vec<Found>,
    /// Whether the search found, in each place, the text that had to be there.
    pub(crate) control: BTreeMap<&'static str, bool>,
}

/// A canary where none may be. Its value is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Found {
    /// What the canary played.
    pub(crate) secret: String,
    pub(crate) place: &'static str,
    /// The export, or the file.
    pub(crate) at: String,
}

/// Why there is neither a proof nor its contrary.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProofError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("no server or folder of this run's own can be had: {0}")]
    Machine(#[from] io::Error),
}

const MEMORY: &str = "memory and return values";
const OUTCOMES: &str = "outcomes";
const LOG: &str = "log";
const FILES: &str = "files";

impl Proved {
    /// Whether the claim holds: nothing found, nothing unseen, and the search is able to find.
    pub(crate) fn holds(&self) -> bool {
        self.findings.is_empty() && self.unseen == 0 && self.control.values().all(|found| *found)
    }

    pub(crate) fn calls(&self) -> usize {
        self.exports.values().sum()
    }
}

/// Runs the plugin and searches what it leaves. Blocks; `log` is what the process logs.
pub(crate) fn prove(component: &[u8], limits: Limits, log: &Log) -> Result<Proved, ProofError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(search(component, limits, log))
}

async fn search(component: &[u8], limits: Limits, log: &Log) -> Result<Proved, ProofError> {
    let folder = tempfile::tempdir()?;
    let watched = Watched::begin(folder.path());
    let onlooker = Arc::new(Onlooker::default());
    let runtime = compiling_in_child(Runtime::builder())
        .limits(limits)
        .cache(folder.path().join("plugins"))
        .witness(Arc::clone(&onlooker) as Arc<dyn Witness>)
        .build()?;
    let plugin = runtime.load(component).await?;
    let mut run = Run::begin(&plugin, &onlooker).await?;
    run.exercise(&plugin).await;
    run.proved.given = onlooker.given(plugin.descriptor());
    run.proved.requests = onlooker.requests();
    run.warn();
    run.control(log, folder.path())?;
    let needles = run.canaries.all();
    run.search_bytes(OUTCOMES, "", run.outcomes.clone().as_bytes(), &needles);
    run.search_bytes(LOG, "", &log.bytes(), &needles);
    run.search_files(&watched, &needles)?;
    Ok(run.ended(needles))
}

struct Run<'a> {
    onlooker: &'a Onlooker,
    script: Script,
    canaries: Canaries,
    /// A text that is no secret, and that the plugin, the log and a file are told.
    told: String,
    outcomes: String,
    proved: Proved,
}

impl<'a> Run<'a> {
    async fn begin(plugin: &Plugin, onlooker: &'a Onlooker) -> io::Result<Self> {
        let canaries = Canaries::default();
        let script =
            Script::start(canaries.clone(), plugin.descriptor(), onlooker.arrivals()).await?;
        Ok(Self {
            onlooker,
            script,
            canaries,
            told: format!("control-{}", nonce()),
            outcomes: String::new(),
            proved: Proved {
                plugin: plugin.descriptor().id.clone(),
                digest: plugin.digest().to_string(),
                exports: BTreeMap::new(),
                requests: BTreeMap::new(),
                pair: Pair::default(),
                warnings: Vec::new(),
                unseen: 0,
                secrets: 0,
                spellings: 0,
                given: Given::default(),
                searched: BTreeMap::new(),
                files: Vec::new(),
                findings: Vec::new(),
                control: BTreeMap::new(),
            },
        })
    }

    /// Every form, each searched when it is done: a memory is too large to keep them all.
    async fn exercise(&mut self, plugin: &Plugin) {
        let policy = Arc::new(policy(plugin, &self.script));
        for settings in form::filled_in(plugin.descriptor(), &self.canaries, &self.told) {
            let mut exercise = Exercise {
                plugin,
                policy: Arc::clone(&policy),
                script: &self.script,
                canaries: &self.canaries,
                redirect_uri: format!("https://127.0.0.1:1/{}", self.told),
                outcomes: String::new(),
                unseen: 0,
                pair: &mut self.proved.pair,
            };
            exercise.run(&settings).await;
            let (unseen, outcomes) = (exercise.unseen, exercise.outcomes);
            self.proved.unseen += unseen;
            self.outcomes.push_str(&outcomes);
            self.search_memory();
        }
    }

    fn warn(&mut self) {
        let proved = &mut self.proved;
        let warnings = silent(&proved.exports, &proved.requests);
        proved.warnings = warnings.chain(proved.pair.warnings()).collect();
    }

    fn search_memory(&mut self) {
        let canaries = self.canaries.all();
        let searched = self.onlooker.proof.search(&values(&canaries));
        for export in self.onlooker.proof.calls() {
            *self.proved.exports.entry(export).or_default() += 1;
        }
        *self.proved.searched.entry(MEMORY).or_default() += searched.bytes;
        let findings = searched.findings.into_iter();
        self.proved.findings.extend(findings.map(|it| Found {
            secret: role(&canaries, it.needle),
            place: it.place,
            at: it.export,
        }));
        let told = self.onlooker.proof.search(&[&self.told]).findings;
        let in_memory = told.iter().any(|it| it.place == "memory");
        *self.proved.control.entry(MEMORY).or_default() |= in_memory;
        self.onlooker.proof.clear();
    }

    /// Puts the control where the other searches must find it; into the log on another thread, since
    /// the whole process's is searched.
    fn control(&mut self, log: &Log, folder: &Path) -> io::Result<()> {
        let told = self.told.clone();
        let said = std::thread::spawn(move || tracing::trace!(control = told, "the control"));
        // One that did not end by itself said nothing, and then the control is not found.
        let _ = said.join();
        fs::write(folder.join("control.txt"), &self.told)?;
        self.outcomes.push_str(&format!("{:?}\n", self.told));
        let found = |bytes: &[u8]| !occurrences(bytes, &[&self.told]).is_empty();
        let file = fs::read(folder.join("control.txt"))?;
        let control = [
            (LOG, found(&log.bytes())),
            (OUTCOMES, found(self.outcomes.as_bytes())),
            (FILES, found(&file)),
        ];
        self.proved.control.extend(control);
        Ok(())
    }

    fn search_bytes(&mut self, place: &'static str, at: &str, bytes: &[u8], canaries: &[Canary]) {
        *self.proved.searched.entry(place).or_default() += bytes.len();
        let found = occurrences(bytes, &values(canaries)).into_iter();
        self.proved.findings.extend(found.map(|needle| Found {
            secret: role(canaries, needle),
            place,
            at: at.to_owned(),
        }));
    }

    fn search_files(&mut self, watched: &Watched, canaries: &[Canary]) -> io::Result<()> {
        for path in watched.written()? {
            // One that is gone by now, or is another's, cannot be read.
            let Ok(bytes) = fs::read(&path) else {
                continue;
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            self.search_bytes(FILES, &name, &bytes, canaries);
            self.proved.files.push(name.into_owned());
        }
        Ok(())
    }

    fn ended(mut self, canaries: Vec<Canary>) -> Proved {
        self.proved.findings.sort();
        self.proved.findings.dedup();
        self.proved.secrets = canaries.len();
        self.proved.spellings = canaries.iter().map(|it| spellings(&it.value).len()).sum();
        self.proved
    }
}

/// All that the plugin asks for, and all of it at the run's own server.
fn policy(plugin: &Plugin, script: &Script) -> Policy {
    let policy = plugin.asked_policy();
    let Ok(target) = script.url.parse::<MappingTarget>() else {
        return policy;
    };
    plugin.origins().fold(policy, |policy, origin| {
        policy.map_origin(origin.clone(), target.clone())
    })
}

fn values(canaries: &[Canary]) -> Vec<&str> {
    canaries.iter().map(|it| it.value.as_str()).collect()
}

fn role(canaries: &[Canary], needle: usize) -> String {
    canaries
        .get(needle)
        .map_or_else(String::new, |it| it.role.clone())
}

#[cfg(test)]
mod tests;
