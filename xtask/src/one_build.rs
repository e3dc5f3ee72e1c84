//! That wasmtime is compiled once, whichever cargo command comes first: cargo is asked for its unit
//! graph (what it would compile, with which features) for each command, and the units that wasmtime
//! is made of have to be the same in all of them. Nothing is compiled.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::run;

/// What the others are held against: the tests of the whole workspace.
const REFERENCE: &[&str] = &["test", "--workspace", "--no-run"];

/// The commands that share the build.
const COMMANDS: [&[&str]; 7] = [
    &["build", "--workspace", "--bin", "demo"],
    &["build", "--workspace"],
    &["build", "--package", "harness"],
    &["test", "--package", "credential-runtime", "--no-run"],
    &["test", "--package", "credential-connections", "--no-run"],
    &["test", "--package", "credential-page", "--no-run"],
    &["test", "--package", "harness", "--no-run"],
];

/// What takes minutes to compile: the sandbox, and what makes components.
const LARGE: [&str; 2] = ["#wasmtime@", "#wit-component@"];

/// Fails with the packages whose features differ.
pub(crate) fn check() -> Result<()> {
    let reference = Units::of(REFERENCE)?;
    if reference.below_large().is_empty() {
        bail!("cargo names no package of wasmtime's");
    }
    let known: HashSet<u64> = reference.fingerprints.iter().copied().collect();
    let mut differing = String::new();
    for command in COMMANDS {
        for unit in Units::of(command)?.first_differing(&known) {
            differing += &format!("\n  {unit} for `cargo {}`", command.join(" "));
        }
    }
    if !differing.is_empty() {
        bail!(
            "wasmtime would be compiled again, since what it is made of differs from `cargo {}`:\
             {differing}\n\
             hint: name the package with all its features in xtask/workspace-hack/Cargo.toml",
            REFERENCE.join(" ")
        );
    }
    Ok(())
}

/// One compilation of one target of a package.
struct Unit {
    package: String,
    features: String,
    kind: String,
    opt_level: String,
    dependencies: Vec<usize>,
}

/// All compilations of one command.
struct Units {
    units: Vec<Unit>,
    /// Of each unit: of all that makes its compilation another one, dependencies included.
    fingerprints: Vec<u64>,
}

impl Units {
    /// Asks cargo.
    fn of(command: &[&str]) -> Result<Self> {
        let output = run::command()
            .args(command)
            .args(["--unit-graph", "-Zunstable-options"])
            // The graph is an unstable output of a stable cargo.
            .env("RUSTC_BOOTSTRAP", "1")
            .output()
            .context("cargo cannot be started")?;
        if !output.status.success() {
            bail!(
                "cargo gives no unit graph: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let graph = serde_json::from_slice(&output.stdout).context("the unit graph is no JSON")?;
        Self::read(&graph).context("the unit graph has another form than this reads")
    }

    /// Nothing, where the graph has another form.
    fn read(graph: &Value) -> Option<Self> {
        let units = graph["units"].as_array()?.iter().map(Unit::read);
        let units: Vec<Unit> = units.collect::<Option<_>>()?;
        let mut known = HashMap::new();
        let fingerprints = (0..units.len())
            .map(|index| fingerprint(&units, index, &mut known))
            .collect::<Option<_>>()?;
        Some(Self {
            units,
            fingerprints,
        })
    }

    /// The large packages and all below them.
    fn below_large(&self) -> BTreeSet<usize> {
        let is_large = |unit: &Unit| LARGE.iter().any(|name| unit.package.contains(name));
        let mut open: Vec<usize> = (0..self.units.len())
            .filter(|index| is_large(&self.units[*index]))
            .collect();
        let mut found = BTreeSet::new();
        while let Some(index) = open.pop() {
            if found.insert(index) {
                open.extend(&self.units[index].dependencies);
            }
        }
        found
    }

    /// The lowest units that are not among the known ones: what differs by itself.
    fn first_differing(&self, known: &HashSet<u64>) -> BTreeSet<String> {
        let is_known = |index: &usize| known.contains(&self.fingerprints[*index]);
        self.below_large()
            .iter()
            .filter(|index| !is_known(index))
            .map(|index| &self.units[*index])
            .filter(|unit| unit.dependencies.iter().all(is_known))
            .map(|unit| {
                let name = unit.package.rsplit('#').next().unwrap_or(&unit.package);
                format!("{name} ({}) with [{}]", unit.kind, unit.features)
            })
            .collect()
    }
}

impl Unit {
    fn read(unit: &Value) -> Option<Self> {
        let features = unit["features"].as_array()?.iter().map(Value::as_str);
        let features: Vec<&str> = features.collect::<Option<_>>()?;
        let dependencies = unit["dependencies"].as_array()?.iter();
        let dependencies = dependencies.map(|it| usize::try_from(it["index"].as_u64()?).ok());
        Some(Self {
            package: unit["pkg_id"].as_str()?.to_owned(),
            features: features.join(" "),
            kind: format!(
                "{} {}",
                unit["target"]["kind"][0].as_str()?,
                unit["mode"].as_str()?
            ),
            opt_level: unit["profile"]["opt_level"].as_str()?.to_owned(),
            dependencies: dependencies.collect::<Option<_>>()?,
        })
    }
}

fn fingerprint(units: &[Unit], index: usize, known: &mut HashMap<usize, u64>) -> Option<u64> {
    if let Some(fingerprint) = known.get(&index) {
        return Some(*fingerprint);
    }
    let unit = units.get(index)?;
    let mut below = Vec::new();
    for dependency in &unit.dependencies {
        below.push(fingerprint(units, *dependency, known)?);
    }
    below.sort_unstable();
    let mut hasher = DefaultHasher::new();
    (
        &unit.package,
        &unit.features,
        &unit.kind,
        &unit.opt_level,
        below,
    )
        .hash(&mut hasher);
    let fingerprint = hasher.finish();
    known.insert(index, fingerprint);
    Some(fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn unit(package: &str, features: &[&str], below: &[usize]) -> Value {
        let below: Vec<Value> = below
            .iter()
            .map(|index| json!({ "index": index }))
            .collect();
        json!({
            "pkg_id": format!("registry#{package}"),
            "target": { "kind": ["lib"] },
            "mode": "build",
            "profile": { "opt_level": "1" },
            "features": features,
            "dependencies": below,
        })
    }

    /// wasmtime, something below it, and something beside it.
    fn units(below: &[&str], beside: &[&str]) -> Units {
        let units = [
            unit("wasmtime@1.0.0", &[], &[1]),
            unit("memchr@2.0.0", below, &[]),
            unit("unrelated@1.0.0", beside, &[]),
        ];
        Units::read(&json!({ "units": units })).unwrap()
    }

    #[test]
    fn what_differs_below_wasmtime_is_named_and_what_differs_beside_it_is_not() {
        let reference = units(&["std"], &[]);
        let known: HashSet<u64> = reference.fingerprints.iter().copied().collect();
        let differing = |units: Units| Vec::from_iter(units.first_differing(&known));
        assert!(differing(units(&["std"], &["alloc"])).is_empty());
        assert_eq!(
            differing(units(&["alloc", "std"], &[])),
            ["memchr@2.0.0 (lib build) with [alloc std]"]
        );
    }

    #[test]
    fn another_form_is_no_graph() {
        assert!(Units::read(&json!({ "units": [{ "pkg_id": 1 }] })).is_none());
        assert!(Units::read(&json!({})).is_none());
    }
}
