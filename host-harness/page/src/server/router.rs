//! Which path leads where.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use credential_runtime::Origin;
use tower::ServiceExt as _;

use super::app::Page;
use super::failure::{Failure, method_not_allowed};
use super::guard::{Door, guard};
use super::prefix;
use super::visitor::Visitor;
use super::{acting, callback, drafting, ending, form, leaving, list, open, plugin, sheet};

/// Whether the page itself answers at a path, or under it.
pub(super) fn is_taken(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    let first = first.unwrap_or("");
    let ours = [
        "",
        "open",
        "s",
        "assets",
        "healthz",
        // Within a session; outside of it they would be mistaken for the page's.
        "sign-out",
        "new",
        "credentials",
        "validate",
    ];
    // What a router would read as a pattern is no path that is registered anywhere.
    ours.contains(&first) || path.contains(['{', '}'])
}

impl Page {
    /// The page. Mount it at the root of the origin that it was set up with. It answers under the base path, and
    /// to a proxy that strips the base path before it forwards.
    pub fn router(&self) -> Router {
        let mut router = assets()
            .route("/open", get(open::ask).post(open::open))
            .route("/s/{session}/", get(list::list))
            .route("/s/{session}/sign-out", post(open::sign_out))
            .route("/s/{session}/new", get(form::new).post(form::create))
            .route("/s/{session}/validate", post(drafting::validate))
            .nest("/s/{session}/credentials/{id}", credential())
            .fallback(nowhere);
        let (address, redirect) = (&self.0.address, &self.0.redirect);
        if redirect.is_at(address) {
            router = router.route(redirect.path(), get(callback::come_back));
        }
        self.guarded(router, Some(address.origin().clone()))
    }

    /// The way back from a service alone, for a listener of its own at the redirect URI.
    pub fn callback_router(&self) -> Router {
        let redirect = &self.0.redirect;
        let router = assets()
            .route(redirect.path(), get(callback::come_back))
            .fallback(async || Failure::not_found());
        self.guarded(router, Origin::of(&redirect.url))
    }

    fn guarded(&self, router: Router<Page>, origin: Option<Origin>) -> Router {
        let router = router
            .method_not_allowed_fallback(async || method_not_allowed())
            .with_state(self.clone());
        match origin.and_then(|it| Door::new(self.clone(), &it)) {
            Some(door) => self.under_base(router.layer(from_fn_with_state(door, guard))),
            // Cannot be: the address was looked at when the page was set up.
            None => Router::new(),
        }
    }

    /// The router knows paths without the base path, which is taken away before it looks.
    fn under_base(&self, router: Router) -> Router {
        let address = self.0.address.clone();
        if address.base_path().is_empty() {
            return router;
        }
        let strip = move |request| prefix::strip(&address, request);
        Router::new().fallback_service(router.map_request(strip))
    }
}

/// Any other path. Outside of a session, that is where somebody comes who has no link.
async fn nowhere(visitor: Result<Visitor, Failure>) -> Failure {
    match visitor {
        Ok(_) => Failure::not_found(),
        Err(no_session) => no_session,
    }
}

fn assets() -> Router<Page> {
    Router::new()
        .route("/assets/page.css", get(sheet::css))
        .route("/assets/page.js", get(sheet::js))
        .route("/assets/icon.svg", get(sheet::icon))
        .route("/assets/plugin/{plugin}/{file}", get(sheet::conditions))
}

fn credential() -> Router<Page> {
    Router::new()
        .route("/", get(form::credential).post(form::edit))
        .route("/connect", get(acting::question).post(acting::connect))
        .route("/identity", get(acting::question).post(acting::identity))
        .route("/sign-in", get(leaving::leaving))
        .route("/sign-in/leave", get(leaving::leave))
        .route("/test", post(acting::test))
        .route("/renew", post(acting::renew))
        .route("/plugin", post(plugin::accept))
        .route("/unused-field", post(plugin::delete_unused))
        .route(
            "/disconnect",
            get(ending::ask_disconnect).post(ending::disconnect),
        )
        .route("/revoke", get(ending::ask_revoke).post(ending::revoke))
        .route("/remove", get(ending::ask_remove).post(ending::remove))
        .route("/history", get(list::history))
}
