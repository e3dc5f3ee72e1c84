//! JSON Pointers (RFC 6901) with `*` for any element of an array, as a tree to walk a document by.

use std::collections::BTreeMap;

/// The longest pointer, in bytes, and the most steps of one.
const LONGEST: usize = 256;
const MOST_STEPS: usize = 16;

/// The step that stands for any element.
pub(super) const ANY: &str = "*";

/// The steps of a pointer, unescaped; or what is wrong with it.
pub(super) fn steps(pointer: &str) -> Result<Vec<String>, &'static str> {
    if pointer.len() > LONGEST {
        return Err("is longer than 256 bytes");
    }
    if pointer.chars().any(char::is_control) {
        return Err("has control characters in it");
    }
    let Some(rest) = pointer.strip_prefix('/') else {
        return if pointer.is_empty() {
            Ok(Vec::new())
        } else {
            Err("is no JSON Pointer: it begins with `/`")
        };
    };
    let steps: Result<Vec<String>, _> = rest.split('/').map(unescaped).collect();
    steps.and_then(|steps| {
        if steps.len() > MOST_STEPS {
            Err("has more than 16 steps")
        } else {
            Ok(steps)
        }
    })
}

fn unescaped(step: &str) -> Result<String, &'static str> {
    let mut parts = step.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (escaped, rest) = match part.as_bytes().first() {
            Some(b'0') => ('~', &part[1..]),
            Some(b'1') => ('/', &part[1..]),
            _ => return Err("is no JSON Pointer: `~` stands only in `~0` and `~1`"),
        };
        text.push(escaped);
        text.push_str(rest);
    }
    Ok(text)
}

/// A step as it is written in a pointer.
pub(super) fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// The declared pointers as a tree.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Which declarations end here.
    pub(super) declared: Vec<usize>,
    /// The steps from here by name; also those by number into an array.
    members: BTreeMap<String, Node>,
    /// The step from here to any element of an array.
    any: Option<Box<Node>>,
}

impl Node {
    /// Adds a declaration.
    pub(super) fn insert(&mut self, steps: &[String], declaration: usize) {
        match steps {
            [] => self.declared.push(declaration),
            [step, rest @ ..] => self.step(step).insert(rest, declaration),
        }
    }

    fn step(&mut self, step: &str) -> &mut Self {
        if step == ANY {
            return self.any.get_or_insert_default();
        }
        self.members.entry(step.to_owned()).or_default()
    }

    /// What is declared below a member, and the member's name.
    pub(super) fn member(&self, name: &str) -> Option<(&str, &Self)> {
        let member = self.members.get_key_value(name);
        member.map(|(name, node)| (name.as_str(), node))
    }

    /// What is declared below an element of an array.
    pub(super) fn element(&self, index: &str) -> Option<&Self> {
        self.any().or_else(|| self.members.get(index))
    }

    /// What is declared below any element.
    fn any(&self) -> Option<&Self> {
        self.any.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::the_whole_document("", &[])]
    #[case::a_member("/error", &["error"])]
    #[case::an_empty_name("/", &[""])]
    #[case::escapes("/a~1b/~0c~01", &["a/b", "~c~1"])]
    #[case::any_element("/details/*/code", &["details", "*", "code"])]
    fn a_pointer_has_steps(#[case] pointer: &str, #[case] expected: &[&str]) {
        assert_eq!(steps(pointer).unwrap(), expected);
    }

    #[rstest]
    #[case::no_slash("error")]
    #[case::an_escape_that_is_none("/a/~2")]
    #[case::an_escape_cut_short("/a~")]
    #[case::a_control_character("/a\u{1b}[2J")]
    #[case::too_long(&format!("/{}", "x".repeat(256)))]
    #[case::too_many_steps(&"/x".repeat(17))]
    fn what_is_no_pointer_is_refused(#[case] pointer: &str) {
        assert!(steps(pointer).is_err(), "{pointer}");
    }
}
