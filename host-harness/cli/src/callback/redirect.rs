//! A redirect URI that this machine can listen at.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use url::{Host, Url};

use super::CallbackError;

/// An `https` redirect URI on the loopback address, with a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopbackRedirect {
    written: String,
    url: Url,
    address: SocketAddr,
}

impl LoopbackRedirect {
    /// Reads one such as `https://127.0.0.1:8765/callback`. Port 0 stands for any free port.
    ///
    /// # Errors
    ///
    /// [`CallbackError::Unsuitable`] for every other address: plain http, an application's own
    /// scheme, a page on another machine.
    pub fn parse(text: &str) -> Result<Self, CallbackError> {
        let unsuitable = || CallbackError::Unsuitable(text.to_owned());
        let url = Url::parse(text).map_err(|_| unsuitable())?;
        let address = address(&url).ok_or_else(unsuitable)?;
        if url.scheme() != "https" || url.fragment().is_some() {
            return Err(unsuitable());
        }
        Ok(Self {
            written: text.to_owned(),
            url,
            address,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// To the letter as it was written, since a service compares it with the registered one; only a
    /// port of 0 becomes the one that was bound.
    pub(super) fn bound_to(mut self, port: u16) -> Self {
        if self.address.port() == 0 {
            self.written = self.written.replacen(":0", &format!(":{port}"), 1);
            self.address.set_port(port);
            // Cannot fail: the URL has a host and a scheme with ports.
            let _ = self.url.set_port(Some(port));
        }
        self
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    pub(super) fn path(&self) -> &str {
        self.url.path()
    }

    /// A request's path and query, at this address.
    pub(super) fn resolve(&self, path_and_query: &str) -> String {
        format!(
            "{}{path_and_query}",
            self.url.origin().ascii_serialization()
        )
    }
}

fn address(url: &Url) -> Option<SocketAddr> {
    let ip = match url.host()? {
        Host::Ipv4(ip) if ip.is_loopback() => IpAddr::V4(ip),
        Host::Ipv6(ip) if ip.is_loopback() => IpAddr::V6(ip),
        Host::Domain("localhost") => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Host::Ipv4(_) | Host::Ipv6(_) | Host::Domain(_) => return None,
    };
    Some(SocketAddr::new(ip, url.port_or_known_default()?))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::the_usual("https://127.0.0.1:8765/callback", Some("127.0.0.1:8765"))]
    #[case::six("https://[::1]:8765/callback", Some("[::1]:8765"))]
    #[case::by_name("https://localhost:8765/callback", Some("127.0.0.1:8765"))]
    #[case::the_schemes_port("https://127.0.0.1/callback", Some("127.0.0.1:443"))]
    #[case::plain_http("http://127.0.0.1:8765/callback", None)]
    #[case::another_machine("https://app.example.com/callback", None)]
    #[case::every_address("https://0.0.0.0:8765/callback", None)]
    #[case::an_apps_scheme("com.example.app:/callback", None)]
    #[case::with_a_fragment("https://127.0.0.1:8765/callback#x", None)]
    #[case::no_url("callback", None)]
    fn a_redirect_uri_on_this_machine_is_told_from_others(
        #[case] text: &str,
        #[case] address: Option<&str>,
    ) {
        let parsed = LoopbackRedirect::parse(text).ok();
        assert_eq!(
            parsed.map(|it| it.address().to_string()).as_deref(),
            address
        );
    }

    #[test]
    fn only_the_port_of_zero_is_replaced() {
        let bound = |text| LoopbackRedirect::parse(text).unwrap().bound_to(4711);
        assert_eq!(
            bound("https://127.0.0.1:0/a:0").as_str(),
            "https://127.0.0.1:4711/a:0"
        );
        assert_eq!(
            bound("https://127.0.0.1:0/cb").resolve("/cb?x=1"),
            "https://127.0.0.1:4711/cb?x=1"
        );
        assert_eq!(
            bound("https://127.0.0.1:8765/cb").as_str(),
            "https://127.0.0.1:8765/cb"
        );
    }
}
