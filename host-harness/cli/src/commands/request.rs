//! `harness request`: an API request with a stored credential.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use credential_connections::record::Name;
use credential_connections::service::{AccessToken, Error};
use credential_runtime::SystemLookup;
use private_files::FileError;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::api::{ApiAnswer, ApiError, ApiRequest, Target, client, send};
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
    let (plugin, policy, operator) = stored.told(name, installed).await?;
    let target = Target::parse(&args.path, &plugin.api_origins(), policy)?;
    let client = client(&operator.trust, target.reach, SystemLookup)?;
    let caller = Caller {
        stored: &stored,
        name,
        client,
        request: request(args, target)?,
    };
    let answer = caller.call().await?;
    if let Some(needed) = stored.needs_somebody(name).await? {
        stored.warn(name, &needed);
    }
    show(&answer, output)
}

fn request(args: &Request, target: Target) -> Result<ApiRequest, Report> {
    let mut request = ApiRequest::new(&args.method, target)?;
    for header in &args.header {
        request = request.header(header)?;
    }
    Ok(match &args.body {
        Some(path) => request.body(read(path)?),
        None => request,
    })
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
    client: Client,
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
        let headers = self.stored.connections.headers(token).await;
        let headers = self.stored.told(self.name, headers).await?;
        Ok(send(&self.client, &self.request, &headers).await?)
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
fn may_be_stale(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST)
}

fn show(answer: &ApiAnswer, output: Output) -> Result<Exit, Report> {
    talk(&Page::new().line(format!("HTTP {}", answer.status)));
    output.bytes(&answer.body, &document(answer))?;
    Ok(exit(answer.status))
}

fn document(answer: &ApiAnswer) -> Value {
    let headers: BTreeMap<&str, String> = answer
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str(), value.into_owned())
        })
        .collect();
    let parsed = serde_json::from_slice(&answer.body);
    let text = || Value::String(String::from_utf8_lossy(&answer.body).into_owned());
    json!({
        "status": answer.status.as_u16(),
        "headers": headers,
        "body": parsed.unwrap_or_else(|_| text()),
    })
}

fn exit(status: StatusCode) -> Exit {
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        Exit::Unavailable
    } else if status.is_client_error() {
        Exit::Refused
    } else {
        Exit::Ok
    }
}

impl From<ApiError> for Report {
    fn from(error: ApiError) -> Self {
        let exit = match &error {
            ApiError::NoTarget(_)
            | ApiError::NoHeader(_)
            | ApiError::NotYours(_)
            | ApiError::NoMethod(_)
            | ApiError::Ambiguous { .. } => Exit::Usage,
            ApiError::Nowhere
            | ApiError::Denied(_)
            | ApiError::NotHttps(_)
            | ApiError::NotPublic(_) => Exit::Policy,
            ApiError::PluginHeader(_) => Exit::Plugin,
            ApiError::Tls(_) => Exit::Machine,
            ApiError::NoAnswer(_) | ApiError::TooLarge => Exit::Unavailable,
        };
        Self::new(exit, error.to_string())
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
        assert_eq!(exit(StatusCode::from_u16(status).unwrap()), expected);
    }
}
