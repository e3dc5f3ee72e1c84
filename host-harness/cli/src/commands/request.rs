//! `harness request`: an API request with a stored credential.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use credential_connections::record::Name;
use credential_connections::service::{AccessToken, Error};
use credential_runtime::{Actor, ApiAnswer, ApiError, ApiRequest, FailureKind};
use private_files::FileError;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::api_url::{ApiUrlError, api_url};
use crate::credential_args::Request;
use crate::exit::Exit;
use crate::output::{Output, talk};
use crate::report::Report;
use crate::stored::Stored;
use crate::text::Page;

pub(super) async fn run(args: &Request, output: Output) -> Result<Exit, Report> {
    let stored = Stored::with_plugins(&args.kept, &args.with).await?;
    let name = &args.of.name;
    let id = stored.plugin_id(name).await?;
    let installed = stored.policy(&id).ok_or(Error::NoSuchPlugin(id.clone()));
    let (plugin, policy, _) = stored.told(name, installed).await?;
    let url = api_url(&args.path, &plugin.api_origins(), policy)?;
    let caller = Caller {
        stored: &stored,
        name,
        request: request(args, url)?,
    };
    let answer = caller.call().await?;
    if let Some(needed) = stored.needs_somebody(name).await? {
        stored.warn(name, &needed);
    }
    show(&answer, output)
}

fn request(args: &Request, url: String) -> Result<ApiRequest, Report> {
    let headers: Result<Vec<_>, Report> = args.header.iter().map(|it| header(it)).collect();
    let mut headers = headers?;
    let body = args.body.as_deref().map(read).transpose()?;
    let is_typed = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-type");
    if body.is_some() && !headers.iter().any(is_typed) {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    Ok(ApiRequest {
        method: args.method.to_ascii_uppercase(),
        url,
        headers,
        body,
    })
}

/// As it is typed: `Name: value`.
fn header(text: &str) -> Result<(String, String), Report> {
    let parts = text
        .split_once(':')
        .filter(|(name, _)| !name.trim().is_empty());
    let (name, value) = parts.ok_or_else(|| {
        let message = format!("`{text}` is no header; write it like `Accept: application/json`");
        Report::new(Exit::Usage, message)
    })?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// A body that is sent from memory.
const MOST_BODY_BYTES: u64 = 64 << 20;

fn read(path: &Path) -> Result<Vec<u8>, Report> {
    let read = if path == Path::new("-") {
        from_stdin()
    } else {
        private_files::read_regular(path, MOST_BODY_BYTES)
    };
    let mut body = read
        .map_err(|error| Report::machine(format!("{} cannot be read: {error}", path.display())))?;
    Ok(std::mem::take(&mut *body))
}

/// Whoever writes to it decides how long it takes; how much it is, is bounded.
fn from_stdin() -> Result<Zeroizing<Vec<u8>>, FileError> {
    let mut body = Zeroizing::new(Vec::new());
    let input = std::io::stdin().lock();
    input.take(MOST_BODY_BYTES + 1).read_to_end(&mut body)?;
    if body.len() as u64 > MOST_BODY_BYTES {
        return Err(FileError::TooLarge {
            most: MOST_BODY_BYTES,
        });
    }
    Ok(body)
}

/// One request, and the credential that it is made with.
struct Caller<'a> {
    stored: &'a Stored,
    name: &'a Name,
    request: ApiRequest,
}

impl Caller<'_> {
    /// Once; and once more where it turns out that the token was stale, so that the first request
    /// was not acted on.
    async fn call(&self) -> Result<ApiAnswer, Report> {
        let token = self.stored.told(self.name, self.token().await).await?;
        let answer = self.send(&token).await?;
        if !may_be_stale(answer.status) {
            return Ok(answer);
        }
        match self.newer_than(&token).await {
            Some(newer) => self.send(&newer).await,
            None => Ok(answer),
        }
    }

    async fn token(&self) -> Result<AccessToken, Error> {
        let stored = self.stored;
        stored
            .connections
            .access_token(&stored.tenant, self.name)
            .await
    }

    async fn send(&self, token: &AccessToken) -> Result<ApiAnswer, Report> {
        let api = self.stored.connections.api(token).await;
        let api = self.stored.told(self.name, api).await?;
        Ok(api.send(&self.request).await?)
    }

    /// Only the plugin knows how its service says that a token is stale, and a test asks it; a test
    /// that meets a stale token renews it.
    async fn newer_than(&self, token: &AccessToken) -> Option<AccessToken> {
        let stored = self.stored;
        let tested = stored.connections.test(&stored.tenant, self.name).await;
        tested.ok()?;
        let now = self.token().await.ok()?;
        (now.generation() > token.generation()).then_some(now)
    }
}

/// Services say so with either.
fn may_be_stale(status: u16) -> bool {
    matches!(status, 400 | 401)
}

fn show(answer: &ApiAnswer, output: Output) -> Result<Exit, Report> {
    talk(&Page::new().line(format!("HTTP {}", in_words(answer.status))));
    output.bytes(&answer.body, &document(answer))?;
    Ok(exit(answer.status))
}

fn in_words(status: u16) -> String {
    let known = hyper::StatusCode::from_u16(status);
    known.map_or_else(|_| status.to_string(), |it| it.to_string())
}

fn document(answer: &ApiAnswer) -> Value {
    let headers: BTreeMap<&str, String> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value).into_owned()))
        .collect();
    let parsed = serde_json::from_slice(&answer.body);
    let text = || Value::String(String::from_utf8_lossy(&answer.body).into_owned());
    json!({
        "status": answer.status,
        "headers": headers,
        "body": parsed.unwrap_or_else(|_| text()),
    })
}

fn exit(status: u16) -> Exit {
    match status {
        429 | 500..=599 => Exit::Unavailable,
        400..=499 => Exit::Refused,
        _ => Exit::Ok,
    }
}

impl From<ApiUrlError> for Report {
    fn from(error: ApiUrlError) -> Self {
        let exit = match &error {
            ApiUrlError::NoTarget(_) | ApiUrlError::Ambiguous { .. } => Exit::Usage,
            ApiUrlError::Nowhere => Exit::Policy,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<ApiError> for Report {
    fn from(error: ApiError) -> Self {
        let message = error.to_string();
        match error {
            ApiError::Method(_) | ApiError::Header(_) | ApiError::HostsHeader(_) => {
                Self::new(Exit::Usage, message)
            }
            ApiError::Denied(_) => Self::new(Exit::Policy, message),
            ApiError::NoAnswer(failure) if failure.kind == FailureKind::Denied => {
                Self::new(Exit::Policy, message)
            }
            ApiError::NoAnswer(failure) => {
                let mut report = Self::new(Exit::Unavailable, format!("no answer: {message}"));
                if !failure.request_sent {
                    report = report.actor(Actor::Platform);
                }
                failure.detail.into_iter().fold(report, Self::hint)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::ok(200, Exit::Ok)]
    #[case::a_redirect(302, Exit::Ok)]
    #[case::refused(403, Exit::Refused)]
    #[case::throttled(429, Exit::Unavailable)]
    #[case::their_side(503, Exit::Unavailable)]
    fn a_status_says_how_the_command_ends(#[case] status: u16, #[case] expected: Exit) {
        assert_eq!(exit(status), expected);
    }
}
