//! The main job, shown: the shipped component signs in to a mock Intacct from inside the sandbox,
//! both ways, and never sees a secret. Exits 0 only if all of it worked.

#![allow(unreachable_pub, reason = "a program has no callers")]

mod browser;
mod proof;
mod screen;
mod sign_in;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use end_to_end::{Proof, World};

use screen::Screen;

#[tokio::main]
async fn main() -> ExitCode {
    let mut screen = Screen::new();
    match show(&mut screen).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            screen.failed(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn show(screen: &mut Screen) -> Result<()> {
    let start = Instant::now();
    let proof = Arc::new(Proof::default());
    let world = World::builder()
        .witness(Arc::clone(&proof) as _)
        .start()
        .await;
    screen.plugin(&world.plugin);
    screen.form(world.plugin.descriptor());
    screen.mock(&world.mock.origin());
    let mut secrets = sign_in::web_services_user(&world, screen).await?;
    secrets.extend(sign_in::regular_user(&world, screen).await?);
    secrets.extend(sign_in::wrong_secret(&world, screen).await?);
    proof::show(&proof, &world, &secrets, screen)?;
    screen.done(start.elapsed());
    Ok(())
}
