//! Descriptions that lie, contradict themselves or do not end: the match names them all.

use std::time::Duration;

use credential_runtime::{Cause, Limit, Limits, LoadError, Plugin, Runtime};
use test_guests::Description;

use crate::log::Log;
use crate::stage::Stage;

/// What becomes of a plugin that describes itself like this.
enum Fate {
    Loads,
    Stopped(Limit),
    Crashes,
    /// Refused, with this said.
    Refused(&'static str),
}

fn fate(description: Description) -> Fate {
    use Description as D;
    match description {
        D::Honest | D::Escapes | D::OtherFields => Fate::Loads,
        D::Endless => Fate::Stopped(Limit::CpuTime),
        D::MegabyteLabel | D::ManyFields => Fate::Stopped(Limit::Hostcall),
        D::Panics => Fate::Crashes,
        D::LongLabel => Fate::Refused("a text is longer than 4096 bytes: `xxx"),
        D::DuplicateFields => Fate::Refused("two of it are called `argument`"),
        D::UnknownCondition => Fate::Refused("depends on `nothing`, which there is not"),
        D::NoOrigin => Fate::Refused("is more than an origin"),
        D::ManyOrigins => Fate::Refused("it has more than 200 origins"),
        D::PlainOrigin => Fate::Refused("is not https"),
        D::WildcardOrigin => Fate::Refused("`https://*.service.example`"),
        D::OriginTwice => Fate::Refused("it asks twice for the origin"),
        D::OriginForNothing => Fate::Refused("is for nothing"),
        D::CapitalId => Fate::Refused("is of lower case, digits and `-`"),
        D::NoVersion => Fate::Refused("its version is none"),
        D::BlankTitle => Fate::Refused("the plugin has no title"),
        D::EmptyChoice => Fate::Refused("`choice` is a choice of nothing"),
        D::RequiredToken => Fate::Refused("`access` is filled by connecting and required"),
        D::SuppliedToken => Fate::Refused("so no platform supplies it"),
        D::SecretExample => Fate::Refused("`other_secret` is secret and has an example"),
        D::Cycle => Fate::Refused("is shown depends on itself"),
        D::RequiredByItself => Fate::Refused("`one` is required depends on itself"),
        D::UnknownStep => Fate::Refused("`step` depends on `nothing`, which there is not"),
        D::SessionClaim => Fate::Refused("the claim `sessionId` is not a plugin's to read"),
        D::ClaimTwice => Fate::Refused("it declares the claim `sub` twice"),
        D::NoPointer => Fate::Refused("`no-slash` is no JSON Pointer"),
        D::TokenAsCode => Fate::Refused("can be read as `secret` alone"),
        D::PasswordPresence => Fate::Refused("can be read as `secret` alone"),
        D::ManyMembers => Fate::Refused("more than 128 members of an answer"),
        D::CookieHeader => Fate::Refused("the header `set-cookie` is not among those"),
        D::HashHeader => Fate::Refused("the header `etag` is not among those"),
        D::ShortPhrase => Fate::Refused("a phrase that is not of 4 to 64 bytes"),
        D::CodeParameter => Fate::Refused("the redirect parameter `code` is not a plugin's"),
        D::ControlledName => Fate::Refused("not of visible ASCII characters: `\\u{1b}[2J`"),
        D::ScriptLink => Fate::Refused("no https URL: `javascript:alert(1)`"),
    }
}

async fn load(runtime: &Runtime, description: Description) -> Result<Plugin, LoadError> {
    let component = test_guests::describing(description).unwrap();
    runtime.load(&component).await
}

#[track_caller]
fn assert_fate(description: Description, outcome: Result<Plugin, LoadError>, log: &Log) {
    match (fate(description), outcome) {
        (Fate::Loads, Ok(_)) => assert_eq!(log.lines(), [] as [String; 0]),
        (Fate::Stopped(limit), Err(LoadError::Describe(failure))) => {
            assert_eq!(failure.cause, Cause::Limit(limit), "{description:?}");
            log.says_once(&limit.to_string());
        }
        (Fate::Crashes, Err(LoadError::Describe(failure))) => {
            assert!(matches!(failure.cause, Cause::Trap(_)), "{failure:?}");
            log.says_once("crashed");
        }
        (Fate::Refused(why), Err(LoadError::Descriptor(said))) => {
            assert!(said.contains(why), "{description:?}: {said}");
            assert!(
                !said.contains(char::is_control) && said.len() < 400,
                "{said}"
            );
            log.says_once("a component was refused");
        }
        (_, outcome) => panic!("{description:?}: {outcome:?}"),
    }
}

#[tokio::test]
async fn every_description_meets_its_fate_and_the_next_plugin_loads() {
    let limits = Limits {
        cpu_time: Duration::from_millis(100),
        ..Limits::default()
    };
    let runtime = Runtime::builder().limits(limits).build().unwrap();
    let stage = Stage::on(&runtime).await;
    for description in Description::ALL {
        let log = Log::keep();
        let outcome = stage.withstands(load(&runtime, *description)).await;
        assert_fate(*description, outcome, &log);
    }
    load(&runtime, Description::Honest).await.unwrap();
}
