//! The proof: all that the plugin ever had in its memory, searched for every secret.

use anyhow::{Result, ensure};
use credential_runtime::Secret;
use end_to_end::{Proof, World};

use crate::screen::Screen;

pub fn show(proof: &Proof, world: &World, secrets: &[Secret], screen: &mut Screen) -> Result<()> {
    screen.step("The proof: no secret was in the plugin's memory");
    // Those of the steps, and those that the mock has issued: sessions inside tokens among them.
    let mut needles: Vec<String> = secrets.iter().map(|it| it.expose().to_owned()).collect();
    needles.extend(world.mock.issued().secrets());
    needles.sort();
    needles.dedup();
    let needles: Vec<&str> = needles.iter().map(String::as_str).collect();
    let searched = proof.search(&needles);
    ensure!(
        searched.findings.is_empty(),
        "found secrets: {:?}",
        searched.findings
    );
    screen.worked(&format!(
        "{} calls, {:.1} MiB of memory and return values, {} secrets in {} spellings: none found",
        searched.calls,
        searched.bytes as f64 / f64::from(1 << 20),
        needles.len(),
        searched.texts,
    ));
    control(proof, world, screen)
}

/// What the plugin is told is found, so the search would find a secret.
fn control(proof: &Proof, world: &World, screen: &mut Screen) -> Result<()> {
    let company = world.mock.company();
    let client_id = company
        .applications
        .first()
        .map_or("", |it| it.client_id.as_str());
    let found = proof.search(&[client_id]).findings;
    ensure!(!found.is_empty(), "the search finds nothing at all");
    screen.worked(&format!(
        "the same search finds the Client ID, which is no secret, {} times",
        found.len()
    ));
    Ok(())
}
