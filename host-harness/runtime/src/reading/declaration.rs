//! What a plugin declares that it reads, understood.

use serde::{Deserialize, Serialize};

use super::header::DeclaredHeader;
use super::names;
use super::pointer::{ANY, Node, steps};
use super::{ReadAnswer, Value};
use crate::witness::{Account, Place};

/// More than this is nobody's list of what is read: members, headers, claims, parameters, phrases.
const MOST_MEMBERS: usize = 128;
const MOST_HEADERS: usize = 32;
const MOST_CLAIMS: usize = 64;
const MOST_PARAMETERS: usize = 16;
const MOST_PHRASES: usize = 32;

/// How long a phrase is, in bytes: shorter ones would tell a text letter by letter.
const PHRASE: std::ops::RangeInclusive<usize> = 4..=64;

/// The longest name of a claim or a parameter, in bytes.
const LONGEST_NAME: usize = 64;

/// A value that a plugin reads of answers (`declared-member` in the contract).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeclaredMember {
    /// A JSON Pointer (RFC 6901); `*` stands for any element of an array.
    pub pointer: String,
    /// How it is read.
    pub reading: Reading,
}

/// How a value may be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// The host keeps it; the plugin gets a name.
    Secret,
    /// A short identifier.
    Code,
    /// A whole number.
    Number,
    /// A truth value.
    Boolean,
    /// That there is something.
    Presence,
    /// Which of these texts occur in it.
    Phrases(Vec<String>),
    /// A short text for people, where the policy names the pointer.
    Label,
}

impl Reading {
    /// As the contract calls it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Code => "code",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Presence => "presence",
            Self::Phrases(_) => "phrases",
            Self::Label => "label",
        }
    }

    /// In words, for whoever decides whether to take a plugin up.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Secret => "by name alone".to_owned(),
            Self::Code => "as a code of up to 64 characters".to_owned(),
            Self::Number => "as a number".to_owned(),
            Self::Boolean => "as yes or no".to_owned(),
            Self::Presence => "whether it is there".to_owned(),
            Self::Phrases(phrases) => {
                let quoted: Vec<String> = phrases.iter().map(|it| format!("\"{it}\"")).collect();
                format!("whether it says {}", quoted.join(", "))
            }
            Self::Label => "as a text for people, where the policy allows it".to_owned(),
        }
    }
}

/// Everything that a plugin reads of answers.
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(super) members: Vec<DeclaredMember>,
    pub(super) headers: Vec<DeclaredHeader>,
    pub(super) tree: Node,
}

impl Declaration {
    /// Of each declared place that an answer has, whether the plugin is given its value.
    pub(crate) fn account<'a>(&'a self, read: &'a ReadAnswer) -> Account<'a> {
        let places = read.members.iter().filter_map(|it| {
            let member = self.members.get(it.declared)?;
            Some(Place {
                pointer: &it.pointer,
                reading: &member.reading,
                given: it.value != Value::Unreadable,
            })
        });
        Account {
            places: places.collect(),
            withheld: read.withheld,
        }
    }

    /// Understands a declaration; or says the first thing that is wrong with it.
    pub(crate) fn parse(
        members: &[DeclaredMember],
        headers: &[String],
        claims: &[String],
        redirect_parameters: &[String],
    ) -> Result<Self, String> {
        check_count("members of an answer", members.len(), MOST_MEMBERS)?;
        check_count("headers of an answer", headers.len(), MOST_HEADERS)?;
        check_count("claims", claims.len(), MOST_CLAIMS)?;
        check_count(
            "redirect parameters",
            redirect_parameters.len(),
            MOST_PARAMETERS,
        )?;
        check_names("claim", claims, |_| false)?;
        check_names("redirect parameter", redirect_parameters, is_oauths_own)?;
        let headers: Result<Vec<_>, _> =
            headers.iter().map(|it| DeclaredHeader::parse(it)).collect();
        let headers = headers?;
        if (1..headers.len()).any(|at| headers[..at].contains(&headers[at])) {
            return Err("it declares a header twice".to_owned());
        }
        let mut tree = Node::default();
        for (number, member) in members.iter().enumerate() {
            let steps = check_member(member, &members[..number])?;
            tree.insert(&steps, number);
        }
        Ok(Self {
            members: members.to_vec(),
            headers,
            tree,
        })
    }
}

fn check_count(what: &str, count: usize, most: usize) -> Result<(), String> {
    if count > most {
        return Err(format!("it declares more than {most} {what}"));
    }
    Ok(())
}

/// Parameters of the redirect that are the host's to read (RFC 6749 section 4.1.2, RFC 9207).
fn is_oauths_own(name: &str) -> bool {
    let own = [
        "code",
        "state",
        "error",
        "error_description",
        "error_uri",
        "iss",
        "response",
    ];
    own.iter().any(|it| name.eq_ignore_ascii_case(it))
}

fn check_names(
    what: &str,
    names: &[String],
    is_refused: impl Fn(&str) -> bool,
) -> Result<(), String> {
    for (number, name) in names.iter().enumerate() {
        let shown = name.chars().take(40).collect::<String>();
        let shown = shown.escape_debug();
        if name.is_empty()
            || name.len() > LONGEST_NAME
            || !name.bytes().all(|it| it.is_ascii_graphic())
        {
            return Err(format!("`{shown}` is no name of a {what}"));
        }
        if is_refused(name) || names::is_secret(name) {
            return Err(format!("the {what} `{shown}` is not a plugin's to read"));
        }
        if names[..number].contains(name) {
            return Err(format!("it declares the {what} `{shown}` twice"));
        }
    }
    Ok(())
}

fn check_member(
    member: &DeclaredMember,
    earlier: &[DeclaredMember],
) -> Result<Vec<String>, String> {
    let shown: String = member.pointer.chars().take(80).collect();
    let refused = |why: &str| format!("the declared member `{}` {why}", shown.escape_debug());
    let steps = steps(&member.pointer).map_err(refused)?;
    if member.reading != Reading::Secret && steps.iter().any(|step| names::is_secret(step)) {
        return Err(refused(
            "is named like a secret, and can be read as `secret` alone",
        ));
    }
    if steps.iter().all(|step| step == ANY) && may_be_new_secret(&member.reading) {
        return Err(refused(
            "has no name: what stands there may be a secret, and can be read as `secret` alone",
        ));
    }
    check_phrases(&member.reading).map_err(refused)?;
    let mut same = earlier.iter().filter(|it| it.pointer == member.pointer);
    if same.any(|it| {
        it.reading == member.reading
            || it.reading == Reading::Secret
            || member.reading == Reading::Secret
    }) {
        return Err(refused("is declared twice"));
    }
    Ok(steps)
}

/// Whether a secret that nobody knows yet could be told so.
fn may_be_new_secret(reading: &Reading) -> bool {
    match reading {
        Reading::Code | Reading::Label | Reading::Number => true,
        Reading::Secret | Reading::Boolean | Reading::Presence | Reading::Phrases(_) => false,
    }
}

fn check_phrases(reading: &Reading) -> Result<(), &'static str> {
    let Reading::Phrases(phrases) = reading else {
        return Ok(());
    };
    if phrases.is_empty() || phrases.len() > MOST_PHRASES {
        return Err("is read for phrases, of which there are 1 to 32");
    }
    if phrases.iter().all(|it| PHRASE.contains(&it.len())) {
        Ok(())
    } else {
        Err("is read for a phrase that is not of 4 to 64 bytes")
    }
}
