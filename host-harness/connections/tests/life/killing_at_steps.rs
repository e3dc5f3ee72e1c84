//! Killed at every step of a renewal, one after the other.
//!
//! The steps are those of an undisturbed renewal, as it tells them: each call of the store, before
//! and after; each stretch of the request's way; each reading of the clock. What each leaves behind
//! is asserted by where it lies among three of them: the intent stored, the request sent, the pair
//! stored.

use credential_connections::record::{Fingerprint, Name};
use credential_connections::service::Error;
use mock_intacct::TokenKind;

use crate::killing::settle;
use crate::relay::REQUEST_SENT;
use crate::stage::{LEASE, LIFE, World, tenant};
use crate::worker::Worker;

/// What a credential is found to be, whose worker was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// As it was before: due, and renewed by whoever comes next.
    Untouched,
    /// Cut short, and usable again by itself.
    Recovered,
    /// The only token that is still good was on its way, and the credential says so.
    TruthfullyLost,
    /// Renewed.
    Renewed,
}

/// Where a step lies.
struct Marks {
    intent: usize,
    sent: usize,
    stored: usize,
}

impl Marks {
    fn of(steps: &[String]) -> Self {
        let after = |step: &str| steps.iter().position(|it| it == step).unwrap();
        Self {
            intent: after("after record_intent"),
            sent: after(REQUEST_SENT),
            stored: after("after commit_tokens"),
        }
    }

    /// Whether the service acts, where that is certain: a request that is on its way may be read or
    /// not once its sender is gone.
    fn is_acted_on(&self, step: usize) -> Option<bool> {
        (step != self.sent).then_some(step > self.sent)
    }

    fn expected(&self, step: usize, acted: bool, single_use: bool) -> Found {
        if step < self.intent {
            Found::Untouched
        } else if step >= self.stored {
            Found::Renewed
        } else if acted && single_use {
            Found::TruthfullyLost
        } else {
            Found::Recovered
        }
    }
}

crate::on_both! {
    a_refresh_token_survives_every_step_that_can_keep_it,
    a_credential_that_needs_no_refresh_token_survives_every_step,
}

async fn a_refresh_token_survives_every_step_that_can_keep_it(world: World) {
    let dana = world.dana().await;
    kill_at_every_step(&world, &dana, true).await;
}

async fn a_credential_that_needs_no_refresh_token_survives_every_step(world: World) {
    let loader = world.loader().await;
    kill_at_every_step(&world, &loader, false).await;
}

async fn kill_at_every_step(world: &World, name: &Name, single_use: bool) {
    let steps = undisturbed(world, name).await;
    let marks = Marks::of(&steps);
    for (position, step) in steps.iter().enumerate() {
        let before = issued(world);
        killed_at(world, name, &steps[..=position]).await;
        let acted = issued(world) > before;
        if let Some(certain) = marks.is_acted_on(position) {
            assert_eq!(acted, certain, "the service acts: {step}");
        }
        let found = look_after(world, name).await;
        println!("{:>2} {step:<32} {found:?}", position + 1);
        let expected = marks.expected(position, acted, single_use);
        assert_eq!(found, expected, "killed at {step}");
        let asked = usize::from(acted) + usize::from(found == Found::Recovered || !acted);
        assert_eq!(
            issued(world) - before,
            asked,
            "nothing is asked for twice: {step}"
        );
        if found == Found::TruthfullyLost {
            world.sign_in(name, "dana").await.unwrap();
        }
    }
}

/// The steps of a renewal that nobody disturbs.
async fn undisturbed(world: &World, name: &Name) -> Vec<String> {
    world.advance(LIFE);
    let mut worker = Worker::start_stepping(world, name, None);
    let told = blocking(move || {
        worker.wait_for("ready");
        worker.go();
        worker.rest()
    })
    .await;
    assert!(told.last().unwrap().starts_with("token "), "{told:?}");
    steps_of(&told)
}

/// Kills a worker at the last of these steps.
async fn killed_at(world: &World, name: &Name, steps: &[String]) {
    world.advance(LIFE);
    let mut worker = Worker::start_stepping(world, name, Some(steps.len()));
    let told = blocking(move || {
        worker.wait_for("ready");
        worker.go();
        worker.rest()
    })
    .await;
    assert_eq!(steps_of(&told), steps, "it goes the same way each time");
    settle(world).await;
}

fn steps_of(told: &[String]) -> Vec<String> {
    let steps = told.iter().filter_map(|it| it.strip_prefix("step "));
    steps.map(str::to_owned).collect()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// How many access tokens the service has given.
fn issued(world: &World) -> usize {
    world.mock.issued().of_kind(TokenKind::Access).count()
}

/// What is found once the lease has run out, and asking for a token has put right what it can.
async fn look_after(world: &World, name: &Name) -> Found {
    world.advance(LEASE);
    let before = issued(world);
    let disturbed = world.status(name).await.standing.state.is_under_way();
    match world.connections.access_token(tenant(), name).await {
        Ok(token) => {
            let issued_tokens = world.mock.issued();
            let newest = issued_tokens.last(TokenKind::Access).unwrap();
            let newest = Fingerprint::of(&newest.value.as_str().into());
            assert_eq!(Fingerprint::of(token.secret()), newest);
            match (disturbed, issued(world) > before) {
                (true, _) => Found::Recovered,
                (false, true) => Found::Untouched,
                (false, false) => Found::Renewed,
            }
        }
        Err(Error::Reconnect(why)) if why.code == "answer-lost" => Found::TruthfullyLost,
        Err(other) => panic!("neither usable nor truthful: {other:?}"),
    }
}
