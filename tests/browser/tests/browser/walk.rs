//! What a person does on the credential page and at the mock's sign-in, step by step.

use credential_runtime::Settings;

use crate::driver::Browser;
use crate::stage::Stage;

pub(crate) const CLIENT_ID: &str = "Client ID";
pub(crate) const CLIENT_SECRET: &str = "Client Secret";
pub(crate) const ACCESS_TOKEN: &str = "Access Token";
pub(crate) const REFRESH_TOKEN: &str = "Refresh Token";
pub(crate) const USERNAME: &str = "Username";
pub(crate) const SESSION_ID: &str = "Session ID";
pub(crate) const REGULAR: &str = "Regular User";
pub(crate) const WEB_SERVICES: &str = "Web Services User";

/// What stands for a token that is there.
pub(crate) const MASK: &str = "••••••••••••";

impl Browser {
    /// A fresh browser that has opened the page by its one-time link.
    pub(crate) async fn at(stage: &Stage) -> Self {
        let browser = Self::open().await;
        browser.enter(stage).await;
        browser
    }

    /// Opens the page by a one-time link.
    pub(crate) async fn enter(&self, stage: &Stage) {
        self.visit(&stage.link()).await;
        self.press("Open the page").await;
        self.is_at_home().await;
        assert_eq!(self.text("h1").await, "Credentials");
    }

    /// Fills in what both flows ask for.
    pub(crate) async fn fill_in_application(&self, stage: &Stage, name: &str) {
        let application = &stage.company().applications[0];
        self.fill("Name", name).await;
        self.fill(CLIENT_ID, &application.client_id).await;
        self.fill(CLIENT_SECRET, &application.client_secret).await;
    }

    /// Fills in the form for the sample company's Web Services user.
    pub(crate) async fn fill_in_loader(&self, stage: &Stage, name: &str) {
        self.fill_in_application(stage, name).await;
        self.choose(WEB_SERVICES).await;
        let username = format!("ws-loader@{}", stage.company().id);
        self.fill(USERNAME, &username).await;
    }

    /// Fills in the form for whoever signs in.
    pub(crate) async fn fill_in_regular(&self, stage: &Stage, name: &str) {
        self.fill_in_application(stage, name).await;
        self.choose(REGULAR).await;
    }

    /// The page leads on to the service by itself.
    pub(crate) async fn arrive_at_service(&self, stage: &Stage) {
        let service = stage.mock.origin();
        let there = async || self.address().await.as_str().starts_with(&service);
        self.until("the service", there).await;
    }

    /// The same; or back at the page with an answer, where the service asks nothing.
    pub(crate) async fn arrive_at_service_or_back(&self, stage: &Stage) -> bool {
        let service = stage.mock.origin();
        let at_service = async || self.address().await.as_str().starts_with(&service);
        let there = async || at_service().await || self.has("#notice").await;
        self.until("the service", there).await;
        at_service().await
    }

    /// Signs in at the service's page.
    pub(crate) async fn sign_in(&self, stage: &Stage, user: &str) {
        self.arrive_at_service(stage).await;
        assert_eq!(self.text("h1").await, "Sign in");
        let company = stage.company();
        self.fill("Company ID", &company.id).await;
        self.fill("User ID", user).await;
        self.fill("Password", &company.user(user).unwrap().password)
            .await;
        self.press("Sign in").await;
    }

    /// Signs in and allows.
    pub(crate) async fn consent(&self, stage: &Stage, user: &str) {
        self.sign_in(stage, user).await;
        assert_eq!(self.text("h1").await, "Allow access?");
        self.press("Allow").await;
    }

    /// Where the credential stands that this page is of.
    pub(crate) async fn state(&self) -> String {
        let state = self.attribute("[data-state]", "data-state").await;
        state.unwrap_or_default()
    }

    /// How the last thing that was done ended.
    pub(crate) async fn tone(&self) -> String {
        let tone = self.attribute("#notice", "data-tone").await;
        tone.unwrap_or_default()
    }

    /// The notice, as a person reads it.
    pub(crate) async fn notice(&self) -> String {
        self.text("#notice").await
    }

    pub(crate) async fn assert_connected(&self) {
        assert_eq!(
            self.state().await,
            "connected",
            "{}",
            self.whereabouts().await
        );
        assert_eq!(self.tone().await, "good", "{}", self.whereabouts().await);
        for token in [ACCESS_TOKEN, REFRESH_TOKEN] {
            assert_eq!(self.filled(token).await, MASK, "{token}");
        }
    }

    /// Tests the connection; no check fails.
    pub(crate) async fn test_connection(&self) {
        self.press("Test connection").await;
        let checks = self.all("#notice [data-passed]").await;
        assert!(checks.len() >= 3, "{}", self.whereabouts().await);
        assert!(
            !self.has("#notice [data-outcome=failed]").await,
            "{}",
            self.whereabouts().await
        );
    }
}

impl Stage {
    /// A credential with these settings, connected from outside the browser.
    pub(crate) async fn add_connected(&self, name: &str, settings: Settings) -> String {
        let address = self.add(name, settings).await;
        let name = name.parse().unwrap();
        self.connections
            .connect(&Default::default(), &name, None)
            .await
            .unwrap();
        address
    }
}
