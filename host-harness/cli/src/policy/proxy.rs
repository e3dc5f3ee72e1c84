//! A forward proxy for what goes to the public internet, as the policy names it.

use std::path::Path;

use credential_runtime::Proxy;

use crate::document::{Located, Table};
use crate::exit::Exit;
use crate::report::Report;
use crate::secret_source::{FORMS, Given, Source, Terminal};

/// Variables by which other programs are told of a proxy. None of them is in force here: whoever can
/// set a variable must not decide where requests go.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The proxy that the policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProxyEntry {
    proxy: Proxy,
    login: Option<(String, Source)>,
}

impl ProxyEntry {
    /// `proxy = "http://…"`, or a table with a user and a password.
    pub(super) fn read(table: &Table<'_>, folder: &Path) -> Option<Self> {
        if !table.is_table("proxy") {
            let url = table.text("proxy")?;
            return Some(Self {
                proxy: parse(table, url)?,
                login: None,
            });
        }
        let inner = table.table("proxy")?;
        let url = inner.required_text("url");
        let proxy = url.and_then(|url| parse(&inner, url));
        let user = inner.text("user");
        let password = inner.given("password", folder);
        let login = match (user, password) {
            (None, None) => None,
            (Some(user), Some(Located { value, at })) => match value {
                Given::From(source) => Some((user.value.to_owned(), source)),
                Given::Text(_) | Given::TextFrom(_) => {
                    let hint = format!("write {FORMS}");
                    inner.note(at, "the proxy's password is a secret", Some(&hint));
                    None
                }
            },
            (Some(_), None) | (None, Some(_)) => {
                let message = "a proxy's `user` and `password` stand together";
                inner.note(inner.at(), message, None);
                None
            }
        };
        inner.finish();
        Some(Self {
            proxy: proxy?,
            login,
        })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        self.proxy.url()
    }

    /// Who signs in to it, and where the password comes from.
    pub(crate) fn login(&self) -> Option<String> {
        let (user, source) = self.login.as_ref()?;
        Some(format!("{user}, password {}", source.describe()))
    }

    /// The proxy, its password read.
    pub(crate) fn open(&self) -> Result<Proxy, Report> {
        let proxy = self.proxy.clone();
        let Some((user, source)) = &self.login else {
            return Ok(proxy);
        };
        let password = source.read("Password of the proxy", &Terminal);
        let password = password.map_err(|error| {
            let message = format!("the password of the proxy {}: {error}", self.url());
            let report = Report::new(Exit::Policy, message);
            error.hint().into_iter().fold(report, Report::hint)
        })?;
        Ok(proxy.with_login(user, password))
    }
}

fn parse(table: &Table<'_>, url: Located<&str>) -> Option<Proxy> {
    table.parsed(url.at, Proxy::new(url.value))
}

/// The variable that names a proxy, where there is one: it is not used, and whoever set it expects
/// otherwise.
pub(crate) fn unused_variable(is_set: impl Fn(&str) -> bool) -> Option<&'static str> {
    VARIABLES.into_iter().find(|name| is_set(name))
}
