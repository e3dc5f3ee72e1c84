//! The credential file: a form filled in, the secrets elsewhere.
//!
//! ```toml
//! name = "Production"
//! plugin = "sage-intacct-rest"          # optional
//!
//! [settings]
//! client_id = "0123456789abcdef0123.app.sage.com"
//! client_secret = { env = "INTACCT_CLIENT_SECRET" }
//! ```

use std::path::Path;

use crate::document::{Document, FileError, Located, Table};
use crate::secret_source::Given;

/// A credential file that was read. Whether its fields are the plugin's is found out when it is
/// filled in.
pub(crate) struct CredentialFile {
    pub(crate) document: Document,
    /// The credential's own name.
    pub(crate) name: String,
    /// The plugin that it is for, where the file says.
    pub(crate) plugin: Option<Located<String>>,
    /// By field, in the order of the file's keys.
    pub(crate) settings: Vec<Setting>,
}

/// One line of `[settings]`.
pub(crate) struct Setting {
    pub(crate) field: Located<String>,
    pub(crate) given: Located<Given>,
}

struct Contents {
    name: String,
    plugin: Option<Located<String>>,
    settings: Vec<Setting>,
}

impl CredentialFile {
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        Self::parse(Document::open(path)?)
    }

    pub(crate) fn parse(document: Document) -> Result<Self, FileError> {
        let contents = document.parse(|table| read(table, document.folder()))?;
        Ok(Self {
            name: contents.name,
            plugin: contents.plugin,
            settings: contents.settings,
            document,
        })
    }
}

fn read(table: &Table<'_>, folder: &Path) -> Option<Contents> {
    let name = table.required_text("name");
    let plugin = table.text("plugin").map(owned);
    let settings = table.table("settings");
    let settings = settings.map_or_else(Vec::new, |it| read_settings(&it, folder));
    Some(Contents {
        name: name?.value.to_owned(),
        plugin,
        settings,
    })
}

fn read_settings(table: &Table<'_>, folder: &Path) -> Vec<Setting> {
    table
        .all()
        .filter_map(|(field, value)| {
            let given = Given::parse(table, field.value, value, folder)?;
            Some(Setting {
                field: owned(field),
                given: Located {
                    at: value.span(),
                    value: given,
                },
            })
        })
        .collect()
}

fn owned(text: Located<&str>) -> Located<String> {
    Located {
        at: text.at,
        value: text.value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::secret_source::Source;

    fn parse(text: &str) -> Result<CredentialFile, String> {
        let document = Document::new(Path::new("/somewhere/credential.toml"), text);
        CredentialFile::parse(document).map_err(|error| match error {
            FileError::Unreadable { source, .. } => source.to_string(),
            FileError::Mistakes { mistakes, .. } => {
                let told = mistakes.iter().map(|it| {
                    let hint = it.hint.as_deref().unwrap_or_default();
                    format!("{}:{} {}; {hint}\n", it.line, it.column, it.message)
                });
                told.collect()
            }
        })
    }

    #[test]
    fn a_file_is_read_with_its_sources() {
        let file = parse(
            "name = \"Test\"\n[settings]\na = \"text\"\nb = { env = \"B\" }\n\
             c = { file = \"c.txt\" }\nd = { prompt = true }\n",
        )
        .unwrap();
        let given: Vec<_> = file.settings.iter().map(|it| &it.given.value).collect();
        assert_eq!(file.name, "Test");
        assert_eq!(
            given,
            [
                &Given::Text("text".into()),
                &Given::From(Source::Env("B".into())),
                &Given::From(Source::File("/somewhere/c.txt".into())),
                &Given::From(Source::Prompt),
            ]
        );
    }

    #[rstest]
    #[case::no_name("[settings]", "1:1 `name` is missing")]
    #[case::blank_name("name = \" \"", "1:8 `name` is blank")]
    #[case::misspelt("name = \"x\"\nsetting = {}", "2:1 unknown key `setting`")]
    #[case::settings_no_table("name = \"x\"\nsettings = 1", "2:12 `settings` is a table")]
    #[case::a_number("name = \"x\"\n[settings]\na = 1", "3:5 `a` is neither a text")]
    #[case::two_sources(
        "name = \"x\"\n[settings]\na = { env = \"A\", prompt = true }",
        "3:5 this is not one source"
    )]
    #[case::no_source("name = \"x\"\n[settings]\na = {}", "3:5 this is not one source")]
    #[case::prompt_that_is_off(
        "name = \"x\"\n[settings]\na = { prompt = false }",
        "3:5 this is not one source"
    )]
    #[case::unknown_source(
        "name = \"x\"\n[settings]\na = { enw = \"A\" }",
        "3:7 unknown key `enw` in `a`; did you mean `env`?"
    )]
    fn a_mistake_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
        let told = parse(text).map(|_| ()).unwrap_err();
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        for text in [
            "name = \"x\"\nsettings = \"not-a-real-secret\"",
            "name = \"x\"\nclient_secret = \"not-a-real-secret\"",
            "name = \"x\"\n[settings]\nclient_secret = not-a-real-secret",
            "name = \"x\"\n[settings]\nclient_secret = \"not-a-real-secret",
            "name = \"x\"\n[settings]\nclient_secret = [\"not-a-real-secret\"]",
            "name = \"x\"\n[settings]\nclient_secret = { env = [\"not-a-real-secret\"] }",
        ] {
            let told = parse(text).map(|_| ()).unwrap_err();
            assert!(!told.contains("not-a-real-secret"), "{text}: {told}");
        }
    }
}
