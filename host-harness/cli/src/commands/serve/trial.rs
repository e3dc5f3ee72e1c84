//! Trying the page without an account: a mock beside it, a form that is filled in, and a store that
//! is gone afterwards.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use credential_connections::master_key::KeyFile;
use credential_page::Trial;
use credential_runtime::{Descriptor, MappingTarget, Settings, SystemRandomness};
use mock_intacct::{Company, INTACCT_ORIGIN, MockIntacct, User, UserKind};
use tempfile::TempDir;
use url::Url;

use crate::credential_args::StoreArgs;
use crate::report::Report;

/// The port that `harness mock` takes as well.
const PORT: u16 = 8080;

/// What the page works on.
pub(super) enum Ground {
    /// The service itself.
    Real(StoreArgs),
    /// Something else that requests are sent to.
    Elsewhere(StoreArgs, MappingTarget),
    /// A mock of our own.
    Mock(Box<OwnMock>),
}

/// A mock that runs as long as the page.
pub(super) struct OwnMock {
    mock: MockIntacct,
    origin: Url,
    target: MappingTarget,
    kept: StoreArgs,
    /// Of the store, where none was named.
    folder: Option<TempDir>,
}

impl Ground {
    /// Starts what there is to start.
    pub(super) async fn prepare(
        mock: Option<Option<MappingTarget>>,
        kept: &StoreArgs,
    ) -> Result<Self, Report> {
        Ok(match mock {
            None => Self::Real(kept.clone()),
            Some(Some(target)) => Self::Elsewhere(kept.clone(), target),
            Some(None) => Self::Mock(Box::new(OwnMock::start(kept).await?)),
        })
    }

    /// Where requests go instead of to the service.
    pub(super) fn target(&self) -> Option<&MappingTarget> {
        match self {
            Self::Real(_) => None,
            Self::Elsewhere(_, target) => Some(target),
            Self::Mock(own) => Some(&own.target),
        }
    }

    /// The store to work on.
    pub(super) fn kept(&self) -> &StoreArgs {
        match self {
            Self::Real(kept) | Self::Elsewhere(kept, _) => kept,
            Self::Mock(own) => &own.kept,
        }
    }

    /// Whether what is entered is gone afterwards.
    pub(super) fn keeps_nothing(&self) -> bool {
        matches!(self, Self::Mock(own) if own.folder.is_some())
    }

    /// What the page says of it, with these plugins.
    pub(super) fn trial<'a>(&self, plugins: impl Iterator<Item = &'a Descriptor>) -> Option<Trial> {
        match self {
            Self::Real(_) => None,
            Self::Elsewhere(_, target) => Some(elsewhere(target)),
            Self::Mock(own) => Some(own.trial(plugins)),
        }
    }

    /// Ends what was started.
    pub(super) async fn leave(self) {
        if let Self::Mock(own) = self {
            own.mock.shutdown().await;
        }
    }
}

impl OwnMock {
    async fn start(kept: &StoreArgs) -> Result<Self, Report> {
        let mock = start_mock().await?;
        let origin = mock.origin();
        let unusable = |error: String| Report::machine(format!("the mock's address: {error}"));
        let (kept, folder) = with_store(kept)?;
        Ok(Self {
            target: origin.parse().map_err(|e| unusable(format!("{e}")))?,
            origin: origin.parse().map_err(|e| unusable(format!("{e}")))?,
            mock,
            kept,
            folder,
        })
    }

    fn trial<'a>(&self, plugins: impl Iterator<Item = &'a Descriptor>) -> Trial {
        let company = self.mock.company();
        let prefill = prefill(&company);
        let its = plugins.filter(|it| it.origins.iter().any(|it| it.url == INTACCT_ORIGIN));
        Trial {
            title: "Trying it out".to_owned(),
            detail: format!(
                "Everything goes to a mock of Sage Intacct on this machine, with the sample company \
                 {}. Turn one of its switches off, connect, and see what the page says.",
                company.id
            ),
            links: vec![("The mock's switches".to_owned(), self.origin.clone())],
            accounts: accounts(&company),
            name: "Sample company".to_owned(),
            prefill: its.map(|it| (it.id.clone(), prefill.clone())).collect(),
        }
    }
}

/// The usual port, or any that is free.
async fn start_mock() -> Result<MockIntacct, Report> {
    let start = |port| {
        let builder = MockIntacct::builder().company(Company::sample());
        builder
            .listen_on((Ipv4Addr::LOCALHOST, port).into())
            .start()
    };
    let started = match start(PORT).await {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => start(0).await,
        other => other,
    };
    started.map_err(|error| Report::machine(format!("the mock cannot be started: {error}")))
}

/// A store that nobody named is made for this run alone, with a key of which no copy is needed.
fn with_store(kept: &StoreArgs) -> Result<(StoreArgs, Option<TempDir>), Report> {
    if kept.store.is_some() {
        return Ok((kept.clone(), None));
    }
    let made = tempfile::tempdir();
    let folder =
        made.map_err(|error| Report::machine(format!("no folder for a store: {error}")))?;
    let inside = |name: &str| folder.path().join(name);
    let key = inside("master.key");
    let made = KeyFile::new(&key).create(&SystemRandomness);
    made.map_err(|error| Report::machine(error.to_string()))?;
    let kept = StoreArgs {
        store: Some(inside("credentials.db").display().to_string()),
        key_file: Some(key),
        tenant: kept.tenant.clone(),
    };
    Ok((kept, Some(folder)))
}

/// What a person would copy from the developer portal and from Intacct.
fn prefill(company: &Company) -> Settings {
    let settings = match company.applications.first() {
        Some(application) => Settings::new()
            .with_text("client_id", application.client_id.as_str())
            .with_secret("client_secret", application.client_secret.as_str()),
        None => Settings::new(),
    };
    let mut users = company.users.iter();
    match users.find(|it| it.kind == UserKind::WebServices) {
        Some(user) => settings.with_text("username", format!("{}@{}", user.id, company.id)),
        None => settings,
    }
}

/// How to sign in at the mock.
fn accounts(company: &Company) -> Vec<String> {
    let users = company.users.iter();
    let regular = users.filter(|it| it.kind == UserKind::Regular);
    let company = format!("To sign in there: company {}", company.id);
    std::iter::once(company)
        .chain(regular.map(account))
        .collect()
}

fn account(user: &User) -> String {
    let User { id, password, .. } = user;
    let role = if user.administrator {
        "administrator"
    } else {
        "user"
    };
    format!("{role} {id}, password {password}")
}

fn elsewhere(target: &MappingTarget) -> Trial {
    Trial {
        title: "Not the service itself".to_owned(),
        detail: format!("Everything that is meant for the service goes to {target}."),
        links: Vec::new(),
        accounts: Vec::new(),
        name: String::new(),
        prefill: BTreeMap::new(),
    }
}
