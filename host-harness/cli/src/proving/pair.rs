//! The two ways to obtain tokens, held against each other: by the contract `obtain-tokens` sends what
//! `token-request` builds, and has the outcome of `parse-token-response`. A host may use either.

use std::collections::BTreeMap;
use std::mem::discriminant;

use credential_runtime::{Cause, Error, Grant, Tokens};
use serde::Serialize;

/// What became of one grant by one of the ways.
pub(super) struct Way<'a> {
    /// As they arrived, secrets filled in.
    pub(super) requests: Vec<String>,
    pub(super) outcome: &'a Result<Tokens, Error>,
}

/// How often the two ways were compared, and where they differ.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Pair {
    /// Comparisons: the same settings, grant and answer.
    pub(crate) compared: usize,
    /// By the kind of the grant, and what differed.
    pub(crate) differences: BTreeMap<String, usize>,
}

impl Pair {
    /// Compares what came of the same settings, the same grant and the same answers.
    pub(super) fn compare(&mut self, grant: &Grant, obtained: &Way<'_>, pair: &Way<'_>) {
        self.compared += 1;
        let difference = match request_difference(&obtained.requests, &pair.requests) {
            Some(difference) => difference,
            None if is_same(obtained.outcome, pair.outcome) => return,
            None => "from the same answer has another outcome than parse-token-response".to_owned(),
        };
        let what = format!("for the grant {}, obtain-tokens {difference}", name(grant));
        *self.differences.entry(what).or_default() += 1;
    }

    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        let compared = self.compared;
        self.differences.iter().map(move |(what, times)| {
            format!("{what} ({times} of {compared} comparisons); by the contract both do the same")
        })
    }
}

fn name(grant: &Grant) -> &str {
    match grant {
        Grant::AuthorizationCode(_) => "authorization-code",
        Grant::ClientCredentials => "client-credentials",
        Grant::RefreshToken(_) => "refresh-token",
        Grant::Other(name) => name,
    }
}

/// Neither the values nor the texts are repeated: secrets stand in them.
fn request_difference(obtained: &[String], pair: &[String]) -> Option<String> {
    if obtained.len() != pair.len() {
        let (obtained, pair) = (obtained.len(), pair.len());
        return Some(format!(
            "sends {obtained} requests where token-request builds {pair}"
        ));
    }
    let (obtained, pair) = obtained.iter().zip(pair).find(|(a, b)| a != b)?;
    let (of_obtained, of_pair) = (parts(obtained), parts(pair));
    let names = ["another method or URL", "another body", "other headers"];
    let mut differing = names.into_iter().zip(of_obtained.into_iter().zip(of_pair));
    let differing = differing.find(|(_, (one, other))| one != other);
    let (what, _) = differing.unwrap_or(("another text", ("", "")));
    Some(format!("sends {what} than token-request builds"))
}

/// Request line, body, headers: another body has another length among its headers.
fn parts(request: &str) -> [&str; 3] {
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or((request, ""));
    let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    [line, body, headers]
}

/// Of a call that failed, the kind alone: two exports fail in words of their own.
fn is_same(obtained: &Result<Tokens, Error>, pair: &Result<Tokens, Error>) -> bool {
    match (obtained, pair) {
        (Ok(one), Ok(other)) => one == other,
        (Err(Error::Refused(one)), Err(Error::Refused(other))) => one == other,
        (Err(Error::Failed(one)), Err(Error::Failed(other))) => match (&one.cause, &other.cause) {
            (Cause::Limit(one), Cause::Limit(other)) => one == other,
            (one, other) => discriminant(one) == discriminant(other),
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use credential_runtime::{CallFailure, Limit, Secret};
    use rstest::rstest;

    use super::*;

    fn request(line: &str, header: &str, body: &str) -> String {
        format!("{line}\r\n{header}\r\n\r\n{body}")
    }

    fn tokens(access: &str) -> Result<Tokens, Error> {
        Ok(Tokens {
            token_type: "Bearer".to_owned(),
            access: Secret::new(access),
            refresh: None,
            expires_in_seconds: None,
            refresh_expires_in_seconds: None,
            scopes: None,
            identity: None,
            facts: Vec::new(),
        })
    }

    fn failed(export: &'static str, cause: Cause) -> Result<Tokens, Error> {
        Err(Error::Failed(CallFailure {
            export,
            cause,
            request_sent: true,
        }))
    }

    fn compared(
        requests: (Vec<String>, Vec<String>),
        outcomes: (&Result<Tokens, Error>, &Result<Tokens, Error>),
    ) -> Vec<String> {
        let mut pair = Pair::default();
        let [one, other] = [(requests.0, outcomes.0), (requests.1, outcomes.1)]
            .map(|(requests, outcome)| Way { requests, outcome });
        pair.compare(&Grant::ClientCredentials, &one, &other);
        assert_eq!(pair.compared, 1);
        pair.warnings().collect()
    }

    #[rstest]
    #[case::the_same("POST /token", "a: b", "x=1", None)]
    #[case::another_path("POST /other", "a: b", "x=1", Some("another method or URL"))]
    #[case::another_method("PUT /token", "a: b", "x=1", Some("another method or URL"))]
    #[case::another_header("POST /token", "a: c", "x=1", Some("other headers"))]
    #[case::another_body("POST /token", "a: b", "x=2", Some("another body"))]
    fn a_request_that_differs_is_warned_of_by_its_part(
        #[case] line: &str,
        #[case] header: &str,
        #[case] body: &str,
        #[case] expected: Option<&str>,
    ) {
        let same = tokens("a");
        let requests = (
            vec![request("POST /token", "a: b", "x=1")],
            vec![request(line, header, body)],
        );
        let warnings = compared(requests, (&same, &same));
        match expected {
            None => assert_eq!(warnings, [] as [String; 0]),
            Some(what) => {
                assert_eq!(warnings.len(), 1);
                assert!(warnings[0].contains(what), "{warnings:?}");
                assert!(
                    warnings[0]
                        .starts_with("for the grant client-credentials, obtain-tokens sends"),
                    "{warnings:?}"
                );
            }
        }
    }

    #[test]
    fn another_number_of_requests_is_warned_of() {
        let same = tokens("a");
        let one = request("POST /token", "a: b", "x=1");
        let warnings = compared((vec![one.clone(), one.clone()], vec![one]), (&same, &same));
        assert!(
            warnings[0].contains("sends 2 requests where token-request builds 1"),
            "{warnings:?}"
        );
    }

    #[rstest]
    #[case::the_same_tokens(tokens("a"), tokens("a"), true)]
    #[case::other_tokens(tokens("a"), tokens("b"), false)]
    #[case::tokens_and_none(
        tokens("a"),
        failed("oauth/parse-token-response", Cause::Contract(String::new())),
        false
    )]
    #[case::the_same_crash(
        failed("oauth/obtain-tokens", Cause::Trap("one".to_owned())),
        failed("oauth/parse-token-response", Cause::Trap("two".to_owned())),
        true
    )]
    #[case::a_crash_and_a_breach(
        failed("oauth/obtain-tokens", Cause::Trap(String::new())),
        failed("oauth/parse-token-response", Cause::Contract(String::new())),
        false
    )]
    #[case::other_bounds(
        failed("oauth/obtain-tokens", Cause::Limit(Limit::Memory)),
        failed("oauth/parse-token-response", Cause::Limit(Limit::CpuTime)),
        false
    )]
    fn another_outcome_of_the_same_answer_is_warned_of(
        #[case] obtained: Result<Tokens, Error>,
        #[case] pair: Result<Tokens, Error>,
        #[case] same: bool,
    ) {
        let warnings = compared((Vec::new(), Vec::new()), (&obtained, &pair));
        assert_eq!(warnings.is_empty(), same, "{warnings:?}");
    }
}
