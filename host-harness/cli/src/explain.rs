//! Every error becomes a report here: which exit code it has, and what a person is told.

use credential_runtime::{
    Actor, CallFailure, Cause, CompilerError, Diagnosis, Error, ErrorKind, LoadError, Plugin,
    Refusal, Severity,
};

use crate::callback::CallbackError;
use crate::document::FileError;
use crate::exit::Exit;
use crate::host::{ComponentError, HostError};
use crate::policy::{AllowanceError, OperatorPolicy, PolicyError, limit_key};
use crate::report::{Details, Report};
use crate::settings::SettingsError;

impl Report {
    /// A credential file that cannot be used.
    pub(crate) fn of_credential_file(error: FileError) -> Self {
        of_file(Exit::Settings, error)
    }

    /// What a plugin, or the sandbox around it, says of an operation.
    pub(crate) fn of_operation(error: Error, plugin: &Plugin, policy: &OperatorPolicy) -> Self {
        match error {
            Error::Refused(refusal) => of_refusal(*refusal, plugin, policy),
            Error::Failed(failure) => failure.into(),
        }
    }
}

fn of_file(exit: Exit, error: FileError) -> Report {
    let report = Report::new(exit, error.to_string());
    match error {
        FileError::Mistakes { mistakes, .. } => report.mistakes(mistakes),
        FileError::Unreadable { source, .. } => Report {
            hint: source.hint(),
            ..report
        },
    }
}

fn of_refusal(refusal: Refusal, plugin: &Plugin, policy: &OperatorPolicy) -> Report {
    let exit = match refusal.kind {
        _ if !refusal.problems.is_empty() => Exit::Settings,
        ErrorKind::InvalidSettings => Exit::Settings,
        ErrorKind::Reauthorize
        | ErrorKind::Misconfigured
        | ErrorKind::StaleToken
        | ErrorKind::Other => Exit::Refused,
        ErrorKind::Unavailable | ErrorKind::OutcomeUnknown | ErrorKind::Throttled => {
            Exit::Unavailable
        }
        ErrorKind::Protocol => Exit::Plugin,
        ErrorKind::Denied => Exit::Policy,
    };
    let mut report = if refusal.problems.is_empty() {
        diagnosed(exit, refusal.diagnosis, plugin)
    } else {
        invalid(refusal.problems)
    };
    if refusal.kind == ErrorKind::Denied && report.actor == Some(Actor::Platform) {
        report = with_entry(report, plugin, policy);
    }
    report.details.retry_after_seconds = refusal.retry_after_seconds;
    report.details.case = Some(refusal.kind.name());
    report
}

fn diagnosed(exit: Exit, diagnosis: Diagnosis, plugin: &Plugin) -> Report {
    let step = diagnosis.setup_step.as_deref();
    let step = step.and_then(|id| plugin.descriptor().setup_step(id));
    Report {
        hint: diagnosis.hint,
        actor: Some(diagnosis.actor),
        details: Box::new(Details {
            code: Some(diagnosis.code),
            setup_step: step.cloned(),
            support_id: diagnosis.support_id,
            ..Details::default()
        }),
        ..Report::new(exit, diagnosis.message)
    }
}

/// The form is filled in wrongly: every problem, in the order of its fields.
pub(crate) fn invalid(problems: Vec<credential_runtime::Problem>) -> Report {
    let errors = problems
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .count();
    let message = match errors {
        1 => "one field is not filled in as it must be".to_owned(),
        n => format!("{n} fields are not filled in as they must be"),
    };
    let mut report = Report::new(Exit::Settings, message).actor(Actor::User);
    report.details.problems = problems;
    report
}

/// What the operator could write to allow what was denied.
fn with_entry(report: Report, plugin: &Plugin, policy: &OperatorPolicy) -> Report {
    let missing = policy.missing_entry(plugin);
    report
        .hint(format!(
            "if it should be, the operator writes this into {}",
            missing.place
        ))
        .copy(missing.lines)
}

impl From<CallFailure> for Report {
    fn from(failure: CallFailure) -> Self {
        let report = Self::new(Exit::Plugin, failure.to_string());
        let report = match failure.cause {
            Cause::Limit(_) => report
                .hint("if it is an honest plugin, the operator raises the limit in the policy file")
                .actor(Actor::Platform),
            Cause::Trap(_) | Cause::Contract(_) => report.actor(Actor::Plugin),
        };
        if failure.request_sent {
            return report.hint(
                "a request had left, and its answer, if there was one, was not used: the service may \
                 have acted on it, and a single-use code may be spent",
            );
        }
        report
    }
}

impl From<LoadError> for Report {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Describe(failure) => failure.into(),
            LoadError::TooLarge { size, .. } => of_component(&error, Actor::Platform)
                .hint(raise(&[("component_bytes", size as u64)])),
            LoadError::OverLimits(ref excesses) => {
                let keys: Option<Vec<(&str, u64)>> = excesses
                    .iter()
                    .map(|it| Some((limit_key(it.measure)?, it.found)))
                    .collect();
                match keys {
                    Some(keys) => of_component(&error, Actor::Platform).hint(raise(&keys)),
                    None => of_component(&error, Actor::Plugin),
                }
            }
            LoadError::Compiler(ref failure) => match failure {
                CompilerError::CpuTime(_) => {
                    of_component(&error, Actor::Platform).hint(raise_limit("compile_cpu_time_ms"))
                }
                CompilerError::Deadline(_) => {
                    of_component(&error, Actor::Platform).hint(raise_limit("compile_deadline_ms"))
                }
                CompilerError::Memory(_) => {
                    of_component(&error, Actor::Platform).hint(raise_limit("compile_memory_bytes"))
                }
                CompilerError::Size(_) => {
                    of_component(&error, Actor::Platform).hint(raise_limit("compiled_bytes"))
                }
                CompilerError::Panicked(_) | CompilerError::Ended(_) => of_component(
                    &error,
                    Actor::Plugin,
                )
                .hint(
                    "its author builds it otherwise, as one core module with a compiler's usual \
                         settings; the fault is the host's, so it is worth a report with the file",
                ),
                CompilerError::Start(_) => Self::machine(error.to_string()),
            },
            LoadError::NotAComponent(_) => Self::new(Exit::Plugin, error.to_string()),
            LoadError::Invalid(_)
            | LoadError::Unsupported(_)
            | LoadError::ForbiddenImports(_)
            | LoadError::OtherVersion(_)
            | LoadError::CanonicalNames(_)
            | LoadError::Descriptor(_) => of_component(&error, Actor::Plugin),
            LoadError::NotAPlugin(_) | LoadError::Digest { .. } => {
                of_component(&error, Actor::Plugin).hint(INSPECT)
            }
        }
    }
}

/// What `harness inspect` itself does not say.
pub(crate) const INSPECT: &str = "`harness inspect FILE` shows what the file is";

fn of_component(error: &LoadError, actor: Actor) -> Report {
    Report::new(Exit::Plugin, error.to_string()).actor(actor)
}

/// The lines of a policy file that let a component in, and what they cost.
fn raise(keys: &[(&str, u64)]) -> String {
    let lines: Vec<String> = keys
        .iter()
        .map(|(key, found)| format!("{key} = {found}"))
        .collect();
    format!(
        "where its author cannot, the operator raises the bound for every plugin: under [limits] in the policy \
         file, {}",
        lines.join(", ")
    )
}

fn raise_limit(key: &str) -> String {
    format!(
        "its author makes it smaller or simpler; the operator can raise `{key}` under [limits] in the policy \
         file"
    )
}

impl From<ComponentError> for Report {
    fn from(error: ComponentError) -> Self {
        Self::new(Exit::Plugin, error.to_string())
    }
}

impl From<HostError> for Report {
    fn from(error: HostError) -> Self {
        if error.policy_is_suspect {
            return Self::new(Exit::Policy, error.to_string())
                .hint("see [limits] and `trust` in the policy file")
                .actor(Actor::Platform);
        }
        Self::machine(error.to_string())
    }
}

impl From<PolicyError> for Report {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::File(error) => {
                let report = of_file(Exit::Policy, error);
                let hint = "nothing runs without the policy; `harness policy check` verifies it";
                let hint = report.hint.clone().unwrap_or_else(|| hint.to_owned());
                report.hint(hint)
            }
        }
        .actor(Actor::Platform)
    }
}

impl From<AllowanceError> for Report {
    fn from(error: AllowanceError) -> Self {
        let message = error.to_string();
        match error {
            AllowanceError::File(error) => of_file(Exit::Policy, error),
            AllowanceError::Nothing { missing, .. } => Self::new(Exit::Policy, message)
                .hint(format!(
                    "if you trust this component with that, write this into {}",
                    missing.place
                ))
                .copy(missing.lines),
        }
        .actor(Actor::Platform)
    }
}

impl From<SettingsError> for Report {
    fn from(error: SettingsError) -> Self {
        let message = error.to_string();
        match error {
            SettingsError::File(error) => of_file(Exit::Settings, error).actor(Actor::User),
            SettingsError::Supply { source, .. } => Self {
                hint: source.hint(),
                ..Self::new(Exit::Policy, message).actor(Actor::Platform)
            },
        }
    }
}

impl From<CallbackError> for Report {
    fn from(error: CallbackError) -> Self {
        let message = error.to_string();
        match error {
            CallbackError::Unsuitable(_) => Self::new(Exit::Usage, message).hint(
                "listen at https://127.0.0.1:PORT/PATH, or use --paste for any other address",
            ),
            CallbackError::InUse(_) => Self::machine(message).hint(
                "end the other program, or use --paste; another port must be registered with the \
                 service first",
            ),
            CallbackError::Listen(..) | CallbackError::Certificate(_) => {
                Self::machine(message).hint("use --paste instead")
            }
            CallbackError::Stateless => Self::new(Exit::Plugin, message).actor(Actor::Plugin),
            CallbackError::TimedOut(_) => Self::new(Exit::Refused, message)
                .hint("start again, and allow more time with --wait SECONDS")
                .actor(Actor::User),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Whether the request was answered, a call that failed does not say: none is claimed.
    #[test]
    fn a_call_that_failed_after_a_request_claims_neither_an_answer_nor_none() {
        for cause in [
            Cause::Contract("it named a secret that this operation does not have".to_owned()),
            Cause::Trap("unreachable".to_owned()),
            Cause::Limit(credential_runtime::Limit::CallDeadline),
        ] {
            let report = Report::from(CallFailure {
                export: "oauth/parse-token-response",
                cause,
                request_sent: true,
            });
            let hint = report.hint.unwrap();
            assert!(hint.contains("a request had left"), "{hint}");
            assert!(hint.contains("its answer, if there was one"), "{hint}");
            assert!(!hint.contains("not answered"), "{hint}");
        }
    }

    #[test]
    fn a_person_who_does_not_come_back_is_told_how_to_get_more_time() {
        let report = Report::from(CallbackError::TimedOut(Duration::from_secs(300)));
        assert_eq!(report.exit, Exit::Refused);
        let told = report.page();
        assert!(told.as_str().contains("within 300 s"), "{told:?}");
        assert!(told.as_str().contains("--wait"), "{told:?}");
    }
}
