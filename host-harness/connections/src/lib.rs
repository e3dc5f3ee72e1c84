//! The life of a credential: stored encrypted, renewed by one caller at a time, never lost.
//!
//! In scope: credentials of many tenants in one store ([`store::Store`]), on SQLite for one machine
//! or PostgreSQL for several; their secrets encrypted before they reach SQL, under a data key per
//! credential and a master key that can be rotated ([`master_key`]); leases, so that one caller
//! renews a credential at a time; connecting, renewing, handing out tokens, ending
//! ([`service::Connections`]), by rules that are pure ([`state`]). Not in scope: any knowledge of a
//! service, which is the plugin's; running plugins and sending requests, which is
//! `credential-runtime`'s; a command or a page.
//!
//! ```no_run
//! use std::sync::Arc;
//! use credential_connections::master_key::KeyFile;
//! use credential_connections::record::{Name, Tenant};
//! use credential_connections::service::{Connections, Installed};
//! use credential_connections::store::{StoreOptions, open};
//! use credential_runtime::{Policy, Runtime, Settings};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let keys = Arc::new(KeyFile::new("master.key"));
//! let store = open(&"credentials.db".parse()?, keys, &StoreOptions::default()).await?;
//! let plugin = Runtime::builder().build()?.load(&std::fs::read("plugin.wasm")?).await?;
//! let policy = Policy::nothing()
//!     .allow_origin("https://api.example.com".parse()?)
//!     .allow_text("client_id");
//! let connections = Connections::builder(store).plugin(Installed::new(plugin, policy)).build()?;
//!
//! let (tenant, name): (Tenant, Name) = (Tenant::default(), "Production".parse()?);
//! let settings = Settings::new().with_text("client_id", "my-client");
//! connections.add(&tenant, name.clone(), "my-plugin", settings).await?;
//! connections.connect(&tenant, &name, None).await?;
//! let token = connections.access_token(&tenant, &name).await?;
//! println!("good until {:?}", token.expires_at());
//! # Ok(())
//! # }
//! ```

mod crypto;
pub mod master_key;
pub mod record;
pub mod service;
pub mod state;
pub mod store;
pub mod words;
