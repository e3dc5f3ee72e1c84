//! What one can ask of a plugin about one credential.

/// A call of one exported function with the operation's settings and these arguments.
macro_rules! calling {
    ($interface:ident . $function:ident ($(& $argument:ident),*)) => {
        move |it| {
            Box::pin(async move {
                let interface = it.plugin.$interface();
                interface.$function(it.store, it.settings $(, &$argument)*).await
            })
        }
    };
}

mod connection;
mod oauth;
mod prepared;

use std::fmt::Debug;
use std::sync::Arc;

use wasmtime::Store;

use crate::bindings::CredentialPlugin;
use crate::bindings::connector::credential::types as wit;
use crate::call::Calling;
use crate::contract::{Problem, SettingValue, Settings};
use crate::convert;
use crate::error::{CallFailure, Cause, Error};
use crate::http::Exchange;
use crate::plugin::Loaded;
use crate::secret::Secret;
use crate::state::CallState;

pub use oauth::Sender;
pub use prepared::PreparedRequest;

/// One operation on one credential: as many calls as it takes, over one set of secrets.
///
/// Every call runs in an instance of its own. The secrets are wiped when the operation is dropped.
pub struct Operation {
    loaded: Arc<Loaded>,
    settings: Arc<[wit::Setting]>,
    exchange: Arc<Exchange>,
}

/// An instance, to be called once with the operation's settings.
struct Callee<'a> {
    plugin: &'a CredentialPlugin,
    store: &'a mut Store<CallState>,
    settings: &'a [wit::Setting],
}

impl Operation {
    pub(crate) fn new(loaded: Arc<Loaded>, settings: &Settings, exchange: Exchange) -> Self {
        let settings = settings
            .iter()
            .map(|(field, value)| wit::Setting {
                field: field.to_owned(),
                value: tell(&loaded, &exchange, field, value),
            })
            .collect();
        Self {
            loaded,
            settings,
            exchange: Arc::new(exchange),
        }
    }

    /// What is wrong with the settings: every problem at once. Sends nothing.
    ///
    /// # Errors
    ///
    /// A call that was cut short.
    pub async fn validate(&self) -> Result<Vec<Problem>, CallFailure> {
        let problems = self
            .apart(
                "credential/validate",
                calling!(connector_credential_credential.call_validate()),
            )
            .await?;
        Ok(convert::problems(problems))
    }

    /// A call that sends nothing: whatever the plugin tries is denied.
    async fn apart<T: Debug>(
        &self,
        export: &'static str,
        call: impl for<'a> FnOnce(Callee<'a>) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        self.call(export, None, call).await
    }

    /// A call that may send.
    async fn connected<T: Debug>(
        &self,
        export: &'static str,
        call: impl for<'a> FnOnce(Callee<'a>) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        self.call(export, Some(Arc::clone(&self.exchange)), call)
            .await
    }

    async fn call<T: Debug>(
        &self,
        export: &'static str,
        exchange: Option<Arc<Exchange>>,
        call: impl for<'a> FnOnce(Callee<'a>) -> Calling<'a, T> + Send + 'static,
    ) -> Result<T, CallFailure> {
        let settings = Arc::clone(&self.settings);
        let Loaded { runtime, pre, .. } = &*self.loaded;
        runtime
            .sandbox
            .call(pre, export, exchange, move |plugin, store| {
                Box::pin(async move {
                    call(Callee {
                        plugin,
                        store,
                        settings: &settings,
                    })
                    .await
                })
            })
            .await
    }

    fn name(&self, hint: &str, secret: &Secret) -> String {
        self.exchange
            .with_vault(|vault| vault.keep(hint, secret.clone()))
    }

    fn seal(&self, hint: &str, secret: &Secret) -> wit::Sealed {
        convert::to_sealed(
            self.exchange
                .with_sealer(|sealer| sealer.seal(hint, secret.clone())),
        )
    }

    fn value(&self, export: &'static str, name: &str) -> Result<Secret, CallFailure> {
        self.exchange
            .with_vault(|vault| vault.get(name).cloned())
            .ok_or_else(|| {
                broken(
                    export,
                    "it named a secret that this operation does not have",
                )
            })
    }
}

/// What the plugin is told of a setting: its text where the descriptor says that the field holds
/// text, otherwise the name of a secret, whatever the field is.
fn tell(
    loaded: &Loaded,
    exchange: &Exchange,
    field: &str,
    value: &SettingValue,
) -> wit::SettingValue {
    let is_text = loaded
        .descriptor()
        .field(field)
        .is_some_and(|it| it.kind.is_text());
    let secret = match value {
        SettingValue::Text(text) if is_text => return wit::SettingValue::Text(text.clone()),
        SettingValue::Text(text) => Secret::new(text.as_str()),
        SettingValue::Secret(secret) => secret.clone(),
    };
    let sealed = exchange.with_sealer(|sealer| sealer.seal(field, secret));
    wit::SettingValue::Secret(convert::to_sealed(sealed))
}

fn refused(error: wit::Error) -> Error {
    convert::refusal(error).into()
}

/// What the plugin returned cannot stand.
fn broken(export: &'static str, why: impl Into<String>) -> CallFailure {
    let failure = CallFailure {
        export,
        cause: Cause::Contract(why.into()),
        request_sent: false,
    };
    tracing::warn!(%failure, "a plugin's answer was not taken");
    failure
}
