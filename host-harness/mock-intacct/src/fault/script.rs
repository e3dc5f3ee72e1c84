//! Which requests fail, and how: rules in the order in which they were given.

use super::Fault;
use super::injected::{InjectedFault, Taken};
use super::rule::FaultRule;
use crate::API_PATH;

/// The rules in force.
#[derive(Default)]
pub(crate) struct Script {
    rules: Vec<Rule>,
    injected: u64,
}

struct Rule {
    rule: FaultRule,
    injected: InjectedFault,
}

/// How much of a request is known when a rule is looked for.
#[derive(Clone, Copy)]
enum Known<'a> {
    Head,
    Whole { grant: Option<&'a str> },
}

impl Script {
    pub(crate) fn inject(&mut self, rule: FaultRule) -> InjectedFault {
        self.injected += 1;
        let injected = InjectedFault::new(self.injected);
        self.rules.push(Rule {
            rule,
            injected: injected.clone(),
        });
        injected
    }

    /// The rule that forbids to read the body of a request, going by its head.
    pub(crate) fn take_before_reading(&mut self, path: &str) -> Option<Taken> {
        let position = self.position(path, Known::Head)?;
        let rule = &self.rules[position].rule;
        let decided = rule.fault == Fault::DropBeforeReading && rule.grant.is_none();
        decided.then(|| self.use_up(position))
    }

    /// The rule that befalls a request.
    pub(crate) fn take(&mut self, path: &str, grant: Option<&str>) -> Option<Taken> {
        self.position(path, Known::Whole { grant })
            .map(|position| self.use_up(position))
    }

    /// Each rule as a line for people, with its number.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u64, String)> {
        self.rules
            .iter()
            .filter(|rule| rule.is_in_force())
            .map(|rule| (rule.injected.id(), rule.line()))
    }

    pub(crate) fn injected(&self, id: u64) -> Option<&InjectedFault> {
        self.rules
            .iter()
            .map(|rule| &rule.injected)
            .find(|injected| injected.id() == id)
    }

    /// Removes every rule.
    pub(crate) fn clear(&mut self) {
        self.rules.iter().for_each(|rule| rule.injected.remove());
        self.rules.clear();
    }

    fn position(&self, path: &str, known: Known<'_>) -> Option<usize> {
        self.rules.iter().position(|rule| rule.befalls(path, known))
    }

    fn use_up(&mut self, position: usize) -> Taken {
        let Rule { rule, injected } = &mut self.rules[position];
        rule.times = rule.times.map(|times| times.saturating_sub(1));
        Taken::new(rule, injected)
    }
}

impl Rule {
    fn befalls(&self, path: &str, known: Known<'_>) -> bool {
        let path = path.strip_prefix(API_PATH).unwrap_or(path);
        self.has_requests_left()
            && self
                .rule
                .path
                .as_deref()
                .is_none_or(|prefix| path.starts_with(prefix))
            && match known {
                Known::Head => true,
                Known::Whole { grant } => {
                    self.rule.grant.is_none() || self.rule.grant.as_deref() == grant
                }
            }
    }

    fn has_requests_left(&self) -> bool {
        self.rule.times != Some(0) && !self.injected.progress().removed
    }

    /// Also where it is used up and still holds a request.
    fn is_in_force(&self) -> bool {
        self.has_requests_left() || self.injected.held() > 0
    }

    fn line(&self) -> String {
        let rule = &self.rule;
        let times = rule.times.map_or_else(
            || "every request".to_owned(),
            |times| format!("next {times}"),
        );
        let path = rule
            .path
            .as_deref()
            .map(|path| format!(" on {path}"))
            .unwrap_or_default();
        let grant = rule
            .grant
            .as_deref()
            .map(|grant| format!(" with {grant}"))
            .unwrap_or_default();
        let progress = self.injected.progress();
        format!(
            "{}: {times}{path}{grant}; hits {}, holding {}",
            rule.fault, progress.hits, progress.held
        )
    }
}
