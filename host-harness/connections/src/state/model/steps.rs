//! What a worker does, step by step, and what can happen to it.

use credential_runtime::GrantKind;

use super::world::{Answer, RENEWALS, Step, Store, Token, World};
use crate::state::{
    Asker, Decision, Diagnosis, Event, Failure, GrantUse, Refrain, State, decide, next,
};

impl World {
    pub(super) fn decision(&self) -> Decision {
        decide(
            &self.store.state,
            &[GrantKind::RefreshToken],
            true,
            Asker::Program,
            self.now,
        )
    }

    /// Every world that can follow.
    pub(super) fn successors(&self) -> Vec<World> {
        let mut worlds = Vec::new();
        for worker in 0..2 {
            worlds.extend(self.steps_of(worker));
            worlds.extend(self.crash_of(worker));
        }
        worlds.extend(self.lapse());
        worlds.extend(self.wait());
        worlds
    }

    pub(super) fn steps_of(&self, worker: usize) -> Vec<World> {
        match self.workers[worker].clone() {
            Step::Idle => self.acquire(worker).into_iter().collect(),
            Step::Read {
                state,
                token,
                generation,
                fence,
            } => {
                vec![self.intend(worker, &state, token, generation, fence)]
            }
            Step::Intended {
                state,
                token,
                generation,
                fence,
            } => self.send(worker, &state, token, generation, fence),
            Step::Answered {
                state,
                answer,
                generation,
                fence,
            } => {
                vec![self.commit(worker, &state, answer, generation, fence)]
            }
            Step::Salvaging { token, generation } => self
                .salvage(worker, token, generation)
                .into_iter()
                .collect(),
        }
    }

    pub(super) fn acquire(&self, worker: usize) -> Option<World> {
        if self.store.holder.is_some() || self.store.token >= RENEWALS {
            return None;
        }
        let mut world = self.clone();
        if world.store.state.is_under_way() {
            world.store.state = next(&world.store.state, &Event::Interrupted, &world.at());
            return Some(world);
        }
        if !matches!(world.decision(), Decision::Ask(_)) {
            return None;
        }
        world.store.holder = Some(worker);
        world.store.fence += 1;
        let Store {
            state,
            token,
            generation,
            fence,
            ..
        } = world.store.clone();
        world.workers[worker] = Step::Read {
            state,
            token,
            generation,
            fence,
        };
        Some(world)
    }

    pub(super) fn intend(
        &self,
        worker: usize,
        state: &State,
        token: Token,
        generation: u8,
        fence: u8,
    ) -> World {
        let mut world = self.clone();
        if world.store.fence != fence {
            world.workers[worker] = Step::Idle;
            return world;
        }
        let begun = Event::RenewalBegun {
            grant: GrantUse::SingleUse,
            rejected: false,
        };
        let state = next(state, &begun, &world.at());
        world.store.state = state.clone();
        world.workers[worker] = Step::Intended {
            state,
            token,
            generation,
            fence,
        };
        world
    }

    pub(super) fn send(
        &self,
        worker: usize,
        state: &State,
        token: Token,
        generation: u8,
        fence: u8,
    ) -> Vec<World> {
        let answered = |mut world: World, answer: Answer| {
            let state = state.clone();
            world.workers[worker] = Step::Answered {
                state,
                answer,
                generation,
                fence,
            };
            world
        };
        let mut worlds = Vec::new();
        if self.store.fence != fence {
            // It slept through its lease, sees it by the clock, and does not send.
            return vec![answered(self.clone(), Answer::Unavailable)];
        }
        if self.luck.outages > 0 {
            let mut world = answered(self.clone(), Answer::Unavailable);
            world.luck.outages -= 1;
            worlds.push(world);
        }
        let mut acted = self.clone();
        let answer = acted.service.answer(token);
        if self.luck.losses > 0 {
            // Lost on its way back; or answered by something that stands before the service.
            for (unseen, reached) in [(Answer::Lost, &acted), (Answer::Garbled, self)] {
                let mut world = answered(reached.clone(), unseen);
                world.luck.losses -= 1;
                world.luck.unanswered += 1;
                let rotated = matches!((unseen, answer), (Answer::Lost, Answer::Tokens(_)));
                world.luck.rotated_in_vain |= rotated;
                worlds.push(world);
            }
        }
        worlds.push(answered(acted, answer));
        worlds
    }

    pub(super) fn commit(
        &self,
        worker: usize,
        state: &State,
        answer: Answer,
        generation: u8,
        fence: u8,
    ) -> World {
        let mut world = self.clone();
        let stored = (world.store.fence, world.store.generation) == (fence, generation);
        world.workers[worker] = match (stored, answer) {
            (false, Answer::Tokens(token)) => Step::Salvaging { token, generation },
            (false, _) => Step::Idle,
            (true, answer) => {
                world.store.holder = None;
                world.settle(state, answer);
                Step::Idle
            }
        };
        world
    }

    pub(super) fn settle(&mut self, state: &State, answer: Answer) {
        let why = Diagnosis::interrupted;
        let event = match answer {
            Answer::Tokens(_) => Event::Obtained,
            Answer::Dead => Event::Failed(Failure::Dead(why())),
            Answer::Unavailable => Event::Failed(Failure::Unavailable(why())),
            Answer::Garbled => Event::Failed(Failure::NotUnderstood(why())),
            Answer::Lost => Event::Failed(Failure::Unknown(why())),
        };
        self.store.state = next(state, &event, &self.at());
        if let Answer::Tokens(token) = answer {
            self.store.token = token;
            self.store.generation += 1;
            self.luck.unanswered = 0;
            self.luck.rotated_in_vain &= self.service.killed;
        }
    }

    /// New tokens in hand, and the lease gone: takes another, and stores them unless somebody has
    /// stored newer ones.
    pub(super) fn salvage(&self, worker: usize, token: Token, generation: u8) -> Option<World> {
        if self.store.holder.is_some() {
            return None;
        }
        let mut world = self.clone();
        if world.store.generation == generation {
            let state = world.store.state.clone();
            world.store.fence += 1;
            world.settle(&state, Answer::Tokens(token));
        }
        world.workers[worker] = Step::Idle;
        Some(world)
    }
}

impl World {
    pub(super) fn crash_of(&self, worker: usize) -> Option<World> {
        if self.luck.crashes == 0 || self.workers[worker] == Step::Idle {
            return None;
        }
        let mut world = self.clone();
        world.luck.crashes -= 1;
        let had_tokens = matches!(
            world.workers[worker],
            Step::Answered {
                answer: Answer::Tokens(_),
                ..
            } | Step::Salvaging { .. }
        );
        let open = matches!(
            world.workers[worker],
            Step::Intended { .. } | Step::Answered { .. }
        );
        world.luck.rotated_in_vain |= had_tokens;
        world.luck.unanswered += u8::from(open);
        world.workers[worker] = Step::Idle;
        if world.store.holder == Some(worker) {
            // Its lease lapses by itself, which is all that others notice.
            world.store.holder = None;
        }
        Some(world)
    }

    /// A worker stops for longer than its lease, and goes on.
    pub(super) fn lapse(&self) -> Option<World> {
        let holder = self.store.holder?;
        if self.luck.lapses == 0 {
            return None;
        }
        let mut world = self.clone();
        world.luck.lapses -= 1;
        // Whatever it holds is unseen by the one who takes over.
        let holds = &self.workers[holder];
        let open = matches!(holds, Step::Intended { .. } | Step::Answered { .. });
        let tokens = matches!(
            holds,
            Step::Answered {
                answer: Answer::Tokens(_),
                ..
            }
        );
        world.luck.unanswered += u8::from(open);
        world.luck.rotated_in_vain |= tokens;
        world.store.holder = None;
        world.store.fence += 1;
        Some(world)
    }

    pub(super) fn wait(&self) -> Option<World> {
        match self.decision() {
            Decision::Refrain(Refrain::Wait(until)) => Some(World {
                now: until,
                ..self.clone()
            }),
            _ => None,
        }
    }
}
