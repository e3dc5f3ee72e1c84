//! A token request for a host that sends by itself.

use std::fmt;

use bytes::Bytes;

use crate::bindings::exports::connector::credential::oauth as wit_oauth;
use crate::contract::Request;
use crate::http::Ready;

/// A token request, allowed by the policy and with its secrets filled in: the body holds them in
/// plain, so it is for the wire alone.
pub struct PreparedRequest {
    grant: wit_oauth::Grant,
    request: Request,
    ready: Ready,
}

impl PreparedRequest {
    pub(super) fn new(grant: wit_oauth::Grant, request: Request, ready: Ready) -> Self {
        Self {
            grant,
            request,
            ready,
        }
    }

    /// The request to send, to the letter; redirects must not be followed.
    ///
    /// # Errors
    ///
    /// Where the URL cannot be put into HTTP.
    pub fn to_http(&self) -> Result<http::Request<Bytes>, http::Error> {
        self.ready.to_http()
    }

    pub(super) fn into_parts(self) -> (wit_oauth::Grant, Request) {
        (self.grant, self.request)
    }
}

impl fmt::Debug for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedRequest").finish_non_exhaustive()
    }
}
