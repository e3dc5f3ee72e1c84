//! A forward proxy for what goes to the public internet: a tunnel by `CONNECT` (RFC 9110 section
//! 9.3.6). TLS is with the service, from end to end, so the proxy sees a host name and no secret.

use std::fmt;

use url::Url;

use crate::secret::Secret;

/// A forward proxy. Only https to origins that are not mapped goes through it. The proxy looks the
/// service's name up, so whether the address is one of the public internet is the proxy's to watch.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    url: Url,
    login: Option<(String, Secret)>,
}

/// Why a text names no proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// It is no URL.
    #[error("a proxy is named by a URL, such as http://proxy.example.com:3128")]
    NotAUrl,
    /// Another scheme.
    #[error("a proxy is asked by http or https; no other kind is supported")]
    Scheme,
    /// A user and a password in the URL.
    #[error("a proxy's user and password do not stand in its URL")]
    UserInformation,
    /// A path, a query or a fragment.
    #[error("a proxy's URL is a scheme, a host and a port, and nothing after them")]
    MoreThanAnOrigin,
}

impl Proxy {
    /// The proxy at this URL: `http` or `https` (TLS to the proxy itself), host and port.
    ///
    /// # Errors
    ///
    /// [`ProxyError`].
    pub fn new(url: &str) -> Result<Self, ProxyError> {
        let url = Url::parse(url).map_err(|_| ProxyError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ProxyError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ProxyError::UserInformation);
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(ProxyError::MoreThanAnOrigin);
        }
        Ok(Self { url, login: None })
    }

    /// Signs in to the proxy by Basic (RFC 7617). Over a proxy at `http` the password crosses the
    /// network to it in the clear.
    #[must_use]
    pub fn with_login(mut self, user: impl Into<String>, password: Secret) -> Self {
        self.login = Some((user.into(), password));
        self
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    pub(super) fn to_client(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        let proxy = reqwest::Proxy::https(self.url.clone())?;
        Ok(match &self.login {
            Some((user, password)) => proxy.basic_auth(user, password.expose()),
            None => proxy,
        })
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Result<&str, ProxyError>) {
        let proxy = Proxy::new(url);
        assert_eq!(
            proxy.as_ref().map(Proxy::url),
            expected.as_ref().copied(),
            "{url}"
        );
    }

    #[test]
    fn a_proxy_is_named_by_its_origin() {
        check("http://proxy.example:3128", Ok("http://proxy.example:3128"));
        check(
            "http://proxy.example:3128/",
            Ok("http://proxy.example:3128"),
        );
        check("https://10.0.0.9", Ok("https://10.0.0.9"));
        check("http://[fd00::1]:8080", Ok("http://[fd00::1]:8080"));
        check("proxy.example", Err(ProxyError::NotAUrl));
        check("", Err(ProxyError::NotAUrl));
        check("proxy.example:3128", Err(ProxyError::Scheme));
        check("socks5://proxy.example:1080", Err(ProxyError::Scheme));
        check("http://u:p@proxy.example", Err(ProxyError::UserInformation));
        check("http://u@proxy.example", Err(ProxyError::UserInformation));
        check(
            "http://proxy.example/path",
            Err(ProxyError::MoreThanAnOrigin),
        );
        check("http://proxy.example/?q", Err(ProxyError::MoreThanAnOrigin));
        check("http://proxy.example/#f", Err(ProxyError::MoreThanAnOrigin));
    }

    #[test]
    fn its_password_is_not_printed() {
        let proxy = Proxy::new("http://proxy.example").unwrap();
        let proxy = proxy.with_login("user", Secret::new("not-a-real-secret-0123456789"));
        assert!(!format!("{proxy:?}").contains("not-a-real"), "{proxy:?}");
    }
}
