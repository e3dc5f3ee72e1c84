//! A connected credential: using it, testing it, ending it.

use super::{Operation, broken, refused};
use crate::contract::{AuthHeader, Check, Pair};
use crate::convert;
use crate::error::{CallFailure, Error};
use crate::secret::Secret;

impl Operation {
    /// What to add to an API request so that it is made under this credential. Sends nothing.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short.
    pub async fn authenticate(&self, access: &Secret) -> Result<Vec<AuthHeader>, Error> {
        const EXPORT: &str = "connection/authenticate";
        let access = self.name("access_token", access);
        let headers = self
            .apart(
                EXPORT,
                calling!(connector_credential_connection.call_authenticate(&access)),
            )
            .await?
            .map_err(refused)?;
        headers
            .into_iter()
            .map(|it| self.fill_header(EXPORT, &convert::pair(it)))
            .collect()
    }

    /// Asks the service whether it accepts the credential.
    ///
    /// # Errors
    ///
    /// A test that could not be made: the plugin's refusal, or a call that was cut short.
    pub async fn test(&self, access: &Secret) -> Result<Vec<Check>, Error> {
        let access = self.seal("access_token", access);
        let checks = self
            .connected(
                "connection/test",
                calling!(connector_credential_connection.call_test(&access)),
            )
            .await?;
        checks
            .map(|checks| checks.into_iter().map(convert::check).collect())
            .map_err(refused)
    }

    /// What revoking would end besides this credential. Sends nothing.
    ///
    /// # Errors
    ///
    /// A call that was cut short.
    pub async fn revocation_warning(&self) -> Result<Option<String>, CallFailure> {
        self.apart(
            "connection/revocation-warning",
            calling!(connector_credential_connection.call_revocation_warning()),
        )
        .await
    }

    /// Ends the grant at the service.
    ///
    /// # Errors
    ///
    /// The plugin's refusal, or a call that was cut short.
    pub async fn revoke(&self, token: &Secret) -> Result<(), Error> {
        let token = self.name("token", token);
        let outcome = self
            .connected(
                "connection/revoke",
                calling!(connector_credential_connection.call_revoke(&token)),
            )
            .await?;
        outcome.map_err(refused)
    }

    fn fill_header(&self, export: &'static str, header: &Pair) -> Result<AuthHeader, Error> {
        self.exchange
            .fill_header(header)
            .map_err(|why| broken(export, why).into())
    }
}
