//! Where an API request goes that a person writes: a path, or a whole URL.

use credential_runtime::{Origin, Policy};

/// Why a text names no place for a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiUrlError {
    #[error("`{0}` is neither a path that begins with / nor a URL")]
    NoTarget(String),
    #[error("the policy lets API requests with this credential go nowhere")]
    Nowhere,
    #[error("`{path}` could go to any of {}; write the whole URL", .origins.join(", "))]
    Ambiguous { path: String, origins: Vec<String> },
}

/// The path at the one origin that is an API of the plugin and that the policy allows; a URL as it is.
/// Whether the request may go there, the runtime decides.
pub(crate) fn api_url(text: &str, apis: &[Origin], policy: &Policy) -> Result<String, ApiUrlError> {
    let no_target = || ApiUrlError::NoTarget(text.to_owned());
    if !text.starts_with('/') {
        let url = url::Url::parse(text).map_err(|_| no_target())?;
        return Ok(url.into());
    }
    if text.starts_with("//") || text.starts_with("/\\") {
        return Err(no_target());
    }
    let is_allowed = |api: &&Origin| policy.origins().any(|it| it == *api);
    let allowed: Vec<&Origin> = apis.iter().filter(is_allowed).collect();
    match allowed.as_slice() {
        [] => Err(ApiUrlError::Nowhere),
        [origin] => Ok(format!("{origin}{text}")),
        several => Err(ApiUrlError::Ambiguous {
            path: text.to_owned(),
            origins: several.iter().map(ToString::to_string).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn origins(texts: &[&str]) -> Vec<Origin> {
        texts.iter().map(|it| it.parse().unwrap()).collect()
    }

    fn allowing(origins: &[Origin]) -> Policy {
        let all = origins.iter().cloned();
        all.fold(Policy::nothing(), Policy::allow_origin)
    }

    #[rstest]
    #[case::a_path("/v1/users?size=1", Ok("https://api.example/v1/users?size=1"))]
    #[case::a_url("https://other.example/v1", Ok("https://other.example/v1"))]
    #[case::a_host_in_a_path("/@evil.example/", Ok("https://api.example/@evil.example/"))]
    #[case::a_host_without_a_scheme("//evil.example/v1", Err("neither a path"))]
    #[case::the_same_by_a_backslash("/\\evil.example/v1", Err("neither a path"))]
    #[case::a_word("users", Err("neither a path"))]
    fn a_text_is_a_path_or_a_url(#[case] text: &str, #[case] expected: Result<&str, &str>) {
        let apis = origins(&["https://api.example"]);
        let url = api_url(text, &apis, &allowing(&apis));
        match expected {
            Ok(expected) => assert_eq!(url.unwrap(), expected),
            Err(why) => assert!(url.unwrap_err().to_string().contains(why), "{text}"),
        }
    }

    #[test]
    fn a_path_goes_to_the_one_api_that_is_allowed() {
        let all = origins(&[
            "https://a-login.example",
            "https://b.example",
            "https://c.example",
        ]);
        let policy = allowing(&all);
        let (b, c) = (&all[1..2], &all[1..]);
        assert_eq!(api_url("/v1", b, &policy).unwrap(), "https://b.example/v1");
        let two = api_url("/v1", c, &policy).unwrap_err().to_string();
        assert!(
            two.contains("https://b.example, https://c.example"),
            "{two}"
        );
        assert!(matches!(
            api_url("/v1", &[], &policy),
            Err(ApiUrlError::Nowhere)
        ));
        let none = api_url("/v1", b, &Policy::nothing());
        assert!(matches!(none, Err(ApiUrlError::Nowhere)));
    }
}
