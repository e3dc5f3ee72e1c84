//! The parameters of an authorization URL (RFC 6749 section 4.1.1), as any server may read them.

use unicode_normalization::UnicodeNormalization as _;
use url::Url;

/// What an authorization URL must carry, and how it does not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the authorization URL of the plugin has {found} `{parameter}`; it must have exactly the host's"
)]
pub(crate) struct UrlError {
    pub(crate) parameter: String,
    pub(crate) found: &'static str,
}

/// Parameters that say where the answer goes, or that take the place of all others (RFC 9101, OpenID
/// Connect, JARM, SAML, and what servers call a page to go on to), by the letters of their names.
const OTHERS: [&str; 17] = [
    "request",
    "requesturi",
    "requestobject",
    "responsemode",
    "responseuri",
    "relaystate",
    "targetlinkuri",
    "returnto",
    "returnurl",
    "returnuri",
    "returnpath",
    "next",
    "nexturl",
    "continue",
    "continueurl",
    "goto",
    "destination",
];

/// The same, by how they begin.
const OTHER_BEGINNINGS: [&str; 3] = ["redirect", "callback", "postlogoutredirect"];

/// Parameters that are said once (RFC 6749 section 3.1). Others may repeat, as `resource` does.
const ONCE: [&str; 3] = ["clientid", "scope", "clientsecret"];

/// How often a name is decoded: some servers do it again.
const MOST_ROUNDS: usize = 4;

/// A query, taken apart.
pub(crate) struct Parameters {
    /// The name to the letter, its letters alone, and the value.
    all: Vec<(String, String, String)>,
}

impl Parameters {
    /// Of a URL. Some servers take a semicolon for a separator, so each part behind one is looked at as
    /// a parameter, too; its name begins with the semicolon, so it is never one of the host's.
    pub(crate) fn of(url: &Url) -> Self {
        let mut all: Vec<_> = url
            .query_pairs()
            .map(|(name, value)| (name.to_string(), letters(&name), value.into_owned()))
            .collect();
        let query = url.query().unwrap_or_default();
        let parts = query.split('&').flat_map(|it| it.split(';').skip(1));
        let behind = parts.flat_map(|it| form_urlencoded::parse(it.as_bytes()));
        all.extend(behind.map(|(name, value)| {
            let letters = letters(&name);
            (format!(";{name}"), letters, value.into_owned())
        }));
        Self { all }
    }

    /// Whether a parameter stands once with this value; not at all, where there is none.
    pub(crate) fn check(&self, parameter: &str, expected: Option<&str>) -> Result<(), UrlError> {
        let own = letters(parameter);
        let same: Vec<_> = self.all.iter().filter(|(_, it, _)| *it == own).collect();
        let found = match (same.as_slice(), expected) {
            ([], None) => return Ok(()),
            ([(name, _, value)], Some(expected)) if name == parameter && value == expected => {
                return Ok(());
            }
            ([], Some(_)) => "no",
            ([_], Some(_)) => "another",
            ([_], None) => "an unexpected",
            (_, _) => "more than one",
        };
        Err(UrlError {
            parameter: parameter.to_owned(),
            found,
        })
    }

    /// Nothing else says where the answer goes, and what identifies the request stands once.
    pub(crate) fn without_others(&self) -> Result<(), UrlError> {
        for (number, (name, letters, _)) in self.all.iter().enumerate() {
            let parameter = || name.chars().take(40).flat_map(char::escape_debug).collect();
            let begins = OTHER_BEGINNINGS.iter().any(|it| letters.starts_with(it));
            if OTHERS.contains(&letters.as_str()) || (begins && letters != "redirecturi") {
                return Err(UrlError {
                    parameter: parameter(),
                    found: "an unexpected",
                });
            }
            let is_repeated = self.all[..number].iter().any(|(_, it, _)| it == letters);
            if ONCE.contains(&letters.as_str()) && is_repeated {
                return Err(UrlError {
                    parameter: parameter(),
                    found: "more than one",
                });
            }
        }
        Ok(())
    }
}

/// A name's letters and digits without case, up to a bracket or a null: `redirect.uri`, `State[]` and
/// `%73tate` are the same to one server or another as what they look like.
fn letters(name: &str) -> String {
    let mut name = name.to_owned();
    for _ in 0..MOST_ROUNDS {
        let decoded = percent_encoding::percent_decode_str(&name).decode_utf8_lossy();
        if *decoded == *name {
            break;
        }
        name = decoded.into_owned();
    }
    let end = name.find(['[', '\0']).filter(|at| *at > 0);
    let name = &name[..end.unwrap_or(name.len())];
    let letters = name.nfkd().flat_map(char::to_lowercase);
    letters.filter(|it| it.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn check(rest: &str) -> Result<(), UrlError> {
        let url = format!("https://api.example.com/authorize?state=ours&client_id=x{rest}");
        let parameters = Parameters::of(&Url::parse(&url).unwrap());
        parameters.check("state", Some("ours"))?;
        parameters.check("code_challenge", None)?;
        parameters.without_others()
    }

    #[rstest]
    #[case::nothing("")]
    #[case::scopes("&scope=https%3A%2F%2Fwww.example.com%2Fauth%2Fa%20openid")]
    #[case::resources("&resource=https://a.example&resource=https://b.example")]
    #[case::hints(
        "&login_hint=a%40b.example&prompt=consent&access_type=offline&audience=api.example"
    )]
    #[case::a_semicolon_in_a_value("&scope=a%3Bb")]
    #[case::much_like_ours("&statement=x&states=NY&requested=1&response=x")]
    fn what_is_a_plugins_stands(#[case] rest: &str) {
        assert_eq!(check(rest), Ok(()), "{rest}");
    }

    #[rstest]
    #[case::twice("&state=mine")]
    #[case::the_same_twice("&state=ours")]
    #[case::encoded("&%73tate=mine")]
    #[case::encoded_twice("&%2573tate=mine")]
    #[case::in_capitals("&STATE=mine")]
    #[case::as_a_list("&state[]=mine")]
    #[case::as_an_encoded_list("&state%5B0%5D=mine")]
    #[case::as_a_member("&state[a]=mine")]
    #[case::behind_a_semicolon("&x=1;state=mine")]
    #[case::behind_two_semicolons("&x=1;y=2;state=mine")]
    #[case::with_a_blank("&state+=mine")]
    #[case::with_a_blank_before("&%20state=mine")]
    #[case::with_a_null("&state%00=mine")]
    #[case::with_a_null_and_more("&state%00x=mine")]
    #[case::with_a_tab("&sta%09te=mine")]
    #[case::full_width("&%EF%BD%93tate=mine")]
    #[case::without_a_value("&state")]
    #[case::a_challenge("&code_challenge=x")]
    #[case::a_challenge_with_dots("&code.challenge=x")]
    #[case::a_challenge_as_a_list("&code_challenge[]=x")]
    #[case::a_request("&request=eyJhbGciOiJub25lIn0.e30.")]
    #[case::a_request_by_address("&request_uri=https://evil.example")]
    #[case::the_same_in_capitals("&Request_URI=https://evil.example")]
    #[case::the_same_encoded("&request%5Furi=https://evil.example")]
    #[case::another_mode("&response_mode=fragment")]
    #[case::another_mode_in_capitals("&RESPONSE_MODE=form_post")]
    #[case::another_place("&response_uri=https://evil.example")]
    #[case::another_redirect("&redirect=https://evil.example")]
    #[case::a_redirect_by_another_name("&redirect_url=https://evil.example")]
    #[case::a_redirect_in_camel_case("&redirectTo=https://evil.example")]
    #[case::a_callback("&callback_url=https://evil.example")]
    #[case::a_page_to_return_to("&return_to=https://evil.example")]
    #[case::a_page_to_go_on_to("&continue=https://evil.example")]
    #[case::a_relay_state("&RelayState=https://evil.example")]
    #[case::another_client("&client_id=theirs")]
    #[case::another_client_in_capitals("&CLIENT_ID=theirs")]
    #[case::another_client_behind_a_semicolon("&x=1;client_id=theirs")]
    #[case::scopes_twice("&scope=a&scope=b")]
    fn what_could_take_the_place_of_ours_is_refused(#[case] rest: &str) {
        assert!(check(rest).is_err(), "{rest}");
    }

    #[test]
    fn what_stands_behind_a_semicolon_alone_is_not_there() {
        let url = Url::parse("https://api.example.com/authorize?x=1;state=ours").unwrap();
        let outcome = Parameters::of(&url).check("state", Some("ours"));
        assert_eq!(outcome.map_err(|it| it.found), Err("another"));
    }
}
