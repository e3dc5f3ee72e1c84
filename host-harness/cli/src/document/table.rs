//! One table of a document: a reader that is asked for each key by name and knows afterwards which
//! keys nobody asked for.

use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Notes;
use crate::secret_source::Given;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located<T> {
    pub(crate) at: Range<usize>,
    pub(crate) value: T,
}

/// A table being read.
pub(crate) struct Table<'a> {
    notes: &'a Notes<'a>,
    entries: &'a DeTable<'a>,
    /// As it is headed in the file, `[limits]`; empty for the whole file.
    heading: String,
    at: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Table<'a> {
    pub(super) fn root(notes: &'a Notes<'a>, entries: &'a DeTable<'a>) -> Self {
        Self::new(notes, entries, String::new(), 0..0)
    }

    fn new(
        notes: &'a Notes<'a>,
        entries: &'a DeTable<'a>,
        heading: String,
        at: Range<usize>,
    ) -> Self {
        Self {
            notes,
            entries,
            heading,
            at,
            known: RefCell::default(),
        }
    }

    /// Where the table begins.
    pub(crate) fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// Notes a mistake.
    pub(crate) fn note(&self, at: Range<usize>, message: impl Into<String>, hint: Option<&str>) {
        self.notes.add(at, message, hint.map(str::to_owned));
    }

    /// Notes what cannot be parsed, and leaves it out.
    pub(crate) fn parsed<T, E: ToString>(
        &self,
        at: Range<usize>,
        outcome: Result<T, E>,
    ) -> Option<T> {
        outcome
            .map_err(|error| self.note(at, error.to_string(), None))
            .ok()
    }

    /// A text; noted and left out where it is something else.
    pub(crate) fn text(&self, key: &'static str) -> Option<Located<&'a str>> {
        self.read(key, "a text in quotes", |value| value.as_str())
    }

    /// A text that must be there and not be blank.
    pub(crate) fn required_text(&self, key: &'static str) -> Option<Located<&'a str>> {
        if !self.entries.contains_key(key) {
            self.known.borrow_mut().push(key);
            self.note(self.at(), self.place(format!("`{key}` is missing")), None);
            return None;
        }
        let text = self.text(key)?;
        if text.value.trim().is_empty() {
            self.note(text.at, format!("`{key}` is blank"), None);
            return None;
        }
        Some(text)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self, key: &'static str) -> Option<Located<bool>> {
        self.read(key, "true or false", DeValue::as_bool)
    }

    /// A whole number from 0.
    pub(crate) fn whole_number(&self, key: &'static str) -> Option<Located<u64>> {
        self.read(key, "a whole number", whole)
    }

    /// A list of texts; empty where there is none.
    pub(crate) fn texts(&self, key: &'static str) -> Vec<Located<&'a str>> {
        let list = self.read(key, "a list of texts in [ ]", DeValue::as_array);
        let items = list.map(|list| list.value.iter()).unwrap_or_default();
        items
            .filter_map(|item| {
                let text = item.get_ref().as_str();
                if text.is_none() {
                    self.wrong_kind(key, "a list of texts in [ ]", item);
                }
                text.map(|value| located(item, value))
            })
            .collect()
    }

    /// A table below this one.
    pub(crate) fn table(&self, key: &'static str) -> Option<Self> {
        let table = self.read(key, "a table", DeValue::as_table)?;
        Some(self.below(table, &format!("[{}]", self.path_of(key))))
    }

    /// Whether a table stands at this key.
    pub(crate) fn is_table(&self, key: &str) -> bool {
        let value = self.entries.get(key);
        value.is_some_and(|it| it.get_ref().as_table().is_some())
    }

    /// A text or the source of one.
    pub(crate) fn given(&self, key: &'static str, folder: &Path) -> Option<Located<Given>> {
        self.known.borrow_mut().push(key);
        let value = self.entries.get(key)?;
        let given = Given::parse(self, key, value, folder)?;
        Some(located(value, given))
    }

    /// The tables of a list such as `[[plugin]]`.
    pub(crate) fn tables(&self, key: &'static str) -> Vec<Self> {
        let list = self.read(key, "a list of tables, each headed", DeValue::as_array);
        let items = list.map(|list| list.value.iter()).unwrap_or_default();
        items
            .filter_map(|item| {
                let table = item.get_ref().as_table();
                if table.is_none() {
                    self.wrong_kind(key, "a list of tables", item);
                }
                let heading = format!("[[{key}]]");
                table.map(|table| self.below(located(item, table), &heading))
            })
            .collect()
    }

    /// Every key and value, for a table whose keys are not known beforehand.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Located<&'a str>, &'a Spanned<DeValue<'a>>)> {
        self.entries
            .iter()
            .map(|(key, value)| (located(key, &**key.get_ref()), value))
    }

    /// Notes every key that nobody asked for.
    pub(crate) fn finish(self) {
        let known = self.known.borrow();
        for (key, _) in self.entries {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let message = self.place(format!("unknown key `{name}`"));
                self.notes
                    .add(key.span(), message, Some(suggest(name, &known)));
            }
        }
    }

    /// A table within one value, such as `{ env = "NAME" }`.
    pub(crate) fn inline(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Self> {
        let table = value.get_ref().as_table()?;
        Some(self.below(located(value, table), &format!("`{key}`")))
    }

    fn below(&self, table: Located<&'a DeTable<'a>>, heading: &str) -> Self {
        Self::new(self.notes, table.value, heading.to_owned(), table.at)
    }

    fn read<T>(
        &self,
        key: &'static str,
        kind: &str,
        as_kind: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<Located<T>> {
        self.known.borrow_mut().push(key);
        let value = self.entries.get(key)?;
        let read = as_kind(value.get_ref());
        if read.is_none() {
            self.wrong_kind(key, kind, value);
        }
        read.map(|it| located(value, it))
    }

    fn wrong_kind(&self, key: &str, kind: &str, value: &Spanned<DeValue<'_>>) {
        let found = with_article(value.get_ref().type_str());
        self.note(
            value.span(),
            format!("`{key}` is {kind}, not {found}"),
            None,
        );
    }

    fn place(&self, what: String) -> String {
        if self.heading.is_empty() {
            return what;
        }
        format!("{what} in {}", self.heading)
    }

    fn path_of(&self, key: &str) -> String {
        let above = self.heading.trim_matches(['[', ']']);
        if above.is_empty() {
            key.to_owned()
        } else {
            format!("{above}.{key}")
        }
    }
}

/// What somebody who wrote `name` may have meant, and what there is.
pub(crate) fn suggest<S: AsRef<str>>(name: &str, known: &[S]) -> String {
    let mut names: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return "nothing is known here".to_owned();
    }
    let list: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    let list = format!("Known here: {}.", list.join(", "));
    match nearest(name, &names) {
        Some(near) => format!("did you mean `{near}`? {list}"),
        None => list,
    }
}

fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    /// Below this, two words are different words.
    const ALIKE: f64 = 0.8;
    let name = name.to_lowercase();
    known
        .iter()
        .map(|it| (strsim::jaro_winkler(&name, it), *it))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, it)| it)
}

fn located<V, T>(spanned: &Spanned<V>, value: T) -> Located<T> {
    Located {
        at: spanned.span(),
        value,
    }
}

fn whole(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn with_article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_letter_missing("client_secrt", Some("client_secret"))]
    #[case::another_case("Client_ID", Some("client_id"))]
    #[case::the_other_separator("flow-type", Some("flow_type"))]
    #[case::something_else("colour", None)]
    fn a_near_name_is_suggested(#[case] written: &str, #[case] meant: Option<&str>) {
        let known = ["client_id", "client_secret", "flow_type", "username"];
        assert_eq!(nearest(written, &known), meant);
    }
}
