//! A company from a TOML file; every mistake with its line and what to do.

use std::fmt;

use toml::de::{DeTable, DeValue};

use super::Company;

/// What is wrong with a company file: each mistake with the line it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyFileError(Vec<Mistake>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Mistake {
    line: usize,
    message: String,
}

impl CompanyFileError {
    /// The lines with a mistake, counted from 1, in the file's order.
    pub fn lines(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|mistake| mistake.line)
    }
}

impl fmt::Display for CompanyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, mistake) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "\n" };
            write!(f, "{separator}line {}: {}", mistake.line, mistake.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for CompanyFileError {}

impl Company {
    /// Reads a company. `src/company/sample.toml` shows every table.
    ///
    /// # Errors
    /// Where the text is no TOML, a name is unknown, a redirect URI could not be registered, an ID
    /// stands twice, or something refers to what is not there. Names every line at once, as far as
    /// the text can be read.
    pub fn from_toml(text: &str) -> Result<Self, CompanyFileError> {
        let mut company: Self = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        company.number_users();
        let mistakes = Survey::of(text).mistakes(&company);
        if mistakes.is_empty() {
            Ok(company)
        } else {
            Err(CompanyFileError(mistakes))
        }
    }

    /// The same company as TOML, its secrets included.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }
}

fn unreadable(text: &str, error: &toml::de::Error) -> CompanyFileError {
    let message = error.message().trim_end().replace('\n', "; ");
    let offset = error.span().map_or(0, |span| {
        span.start + offset_of_value(&text[span], &message)
    });
    let line = line_at(text, offset);
    CompanyFileError(vec![Mistake { line, message }])
}

/// Where the value that a message quotes first stands within the part that the message is about. A
/// list is one part, however many lines it has.
fn offset_of_value(part: &str, message: &str) -> usize {
    let value = message.split('`').nth(1).filter(|value| !value.is_empty());
    value.and_then(|value| part.find(value)).unwrap_or(0)
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

/// Finds the line of a value by where it stands in the tree.
struct Survey<'a> {
    text: &'a str,
    tree: Option<toml::Spanned<DeTable<'a>>>,
}

impl<'a> Survey<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text,
            tree: DeTable::parse(text).ok(),
        }
    }

    fn line(&self, list: &str, position: usize, field: &str) -> usize {
        self.offset(list, position, field)
            .map_or(1, |offset| line_at(self.text, offset))
    }

    fn offset(&self, list: &str, position: usize, field: &str) -> Option<usize> {
        let items = self
            .tree
            .as_ref()?
            .get_ref()
            .get(list)?
            .get_ref()
            .as_array()?;
        let item = items.get(position)?;
        let inner = match item.get_ref() {
            DeValue::Table(table) => table.get(field).map(|value| value.span().start),
            _ => None,
        };
        Some(inner.unwrap_or(item.span().start))
    }

    fn mistakes(&self, company: &Company) -> Vec<Mistake> {
        let mut found = self.twice(company);
        found.extend(self.nowhere(company));
        found.sort_by_key(|mistake| mistake.line);
        found
    }

    fn twice(&self, company: &Company) -> Vec<Mistake> {
        let users = company.users.iter().map(|user| user.id.as_str());
        let entities = company.entities.iter().map(|entity| entity.id.as_str());
        let applications = company
            .applications
            .iter()
            .map(|app| app.client_id.as_str());
        let sessions = company.sessions.iter().map(|session| session.name.as_str());
        [
            self.repeated("users", "id", &users.collect::<Vec<_>>()),
            self.repeated("entities", "id", &entities.collect::<Vec<_>>()),
            self.repeated(
                "applications",
                "client_id",
                &applications.collect::<Vec<_>>(),
            ),
            self.repeated("sessions", "name", &sessions.collect::<Vec<_>>()),
        ]
        .concat()
    }

    fn repeated(&self, list: &str, field: &str, values: &[&str]) -> Vec<Mistake> {
        let seen_before = |position: &usize| values[..*position].contains(&values[*position]);
        (0..values.len())
            .filter(seen_before)
            .map(|position| Mistake {
                line: self.line(list, position, field),
                message: format!(
                    "`{}` stands twice in {list}; give each one a `{field}` of its own",
                    values[position]
                ),
            })
            .collect()
    }

    fn nowhere(&self, company: &Company) -> Vec<Mistake> {
        let mut found = Vec::new();
        for (position, entry) in company.authorized_clients.iter().enumerate() {
            if company.application(&entry.client_id).is_none() {
                found.push(self.unknown(
                    "authorized_clients",
                    position,
                    "client_id",
                    &entry.client_id,
                    "applications",
                ));
            }
            if let Some(user) = entry
                .user
                .as_deref()
                .filter(|user| company.user(user).is_none())
            {
                found.push(self.unknown("authorized_clients", position, "user", user, "users"));
            }
        }
        for (position, session) in company.sessions.iter().enumerate() {
            if company.user(&session.user).is_none() {
                found.push(self.unknown("sessions", position, "user", &session.user, "users"));
            }
            if let Some(entity) = session
                .entity
                .as_deref()
                .filter(|entity| company.entity(entity).is_none())
            {
                found.push(self.unknown("sessions", position, "entity", entity, "entities"));
            }
        }
        found
    }

    fn unknown(
        &self,
        list: &str,
        position: usize,
        field: &str,
        value: &str,
        where_defined: &str,
    ) -> Mistake {
        Mistake {
            line: self.line(list, position, field),
            message: format!(
                "`{value}` is not among the {where_defined}; add it there or correct the name here"
            ),
        }
    }
}
