//! Which path leads where.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use url::Url;

use super::app::Page;
use super::failure::{Failure, method_not_allowed};
use super::guard::{Door, guard};
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
    /// The page. Mount it at the root of the origin that it was set up with.
    pub fn router(&self) -> Router {
        let mut router = assets()
            .route("/open", get(open::ask).post(open::open))
            .route("/s/{session}/", get(list::list))
            .route("/s/{session}/sign-out", post(open::sign_out))
            .route("/s/{session}/new", get(form::new).post(form::create))
            .route("/s/{session}/validate", post(drafting::validate))
            .nest("/s/{session}/credentials/{id}", credential())
            .fallback(nowhere);
        if same_origin(&self.0.origin, &self.0.redirect.url) {
            router = router.route(self.0.redirect.url.path(), get(callback::come_back));
        }
        self.guarded(router, &self.0.origin)
    }

    /// The way back from a service alone, for a listener of its own at the redirect URI.
    pub fn callback_router(&self) -> Router {
        let redirect = &self.0.redirect.url;
        let router = assets()
            .route(redirect.path(), get(callback::come_back))
            .fallback(async || Failure::not_found());
        self.guarded(router, redirect)
    }

    fn guarded(&self, router: Router<Page>, address: &Url) -> Router {
        let router = router
            .method_not_allowed_fallback(async || method_not_allowed())
            .with_state(self.clone());
        match Door::new(self.clone(), address) {
            Some(door) => router.layer(from_fn_with_state(door, guard)),
            // Cannot be: the address was looked at when the page was set up.
            None => Router::new(),
        }
    }
}

/// Any other path. Outside of a session, that is where somebody comes who has no link.
async fn nowhere(visitor: Result<Visitor, Failure>) -> Failure {
    match visitor {
        Ok(_) => Failure::not_found(),
        Err(no_session) => no_session,
    }
}

fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
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
