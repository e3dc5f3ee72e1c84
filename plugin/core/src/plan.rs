//! How a credential is connected and kept alive.

use crate::{
    endpoints,
    model::{Error, GrantKind, GrantPlan, Setting},
    settings::{Credential, Flow, Principal},
};
use alloc::vec::Vec;

/// Renew half an hour before the end. An access token lives for twelve hours (43,200 s, L), so this
/// costs a twenty-fourth of its life. It covers an outage of half an hour with many attempts in it,
/// and whoever is handed a token can work with it for half an hour.
pub const MARGIN_SECONDS: u32 = 1_800;

/// How to connect, and how to renew.
///
/// A Username renews by asking again: that needs no token that could be lost, rotated or used
/// twice, and works whether or not Intacct gave a refresh token (sources disagree on that). A
/// person at a browser and a session cannot be asked again, so there the refresh token renews.
///
/// # Errors
///
/// Of the kind [`InvalidSettings`](crate::ErrorKind::InvalidSettings).
pub fn plan(settings: &[Setting]) -> Result<GrantPlan, Error> {
    Ok(Credential::parse(settings)?.plan())
}

impl Credential<'_> {
    pub(crate) fn plan(&self) -> GrantPlan {
        let at_browser = self.flow == Flow::RegularUser;
        let (connect, renew) = match &self.flow {
            Flow::RegularUser => (GrantKind::AuthorizationCode, GrantKind::RefreshToken),
            Flow::WebServicesUser(Principal::Session(..)) => {
                (GrantKind::ClientCredentials, GrantKind::RefreshToken)
            }
            Flow::WebServicesUser(Principal::Username(_)) => {
                (GrantKind::ClientCredentials, GrantKind::ClientCredentials)
            }
        };
        GrantPlan {
            connect,
            renew: Vec::from([renew]),
            margin_seconds: MARGIN_SECONDS,
            pkce: at_browser,
            scopes: if at_browser { endpoints::SCOPES } else { &[] },
        }
    }

    /// Whether nothing but a refresh token keeps this credential alive.
    pub(crate) fn lives_by_refresh_token(&self) -> bool {
        self.plan().renew == [GrantKind::RefreshToken]
    }
}
