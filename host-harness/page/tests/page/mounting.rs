//! A page under a path in a platform's own router: merged at the root, or nested at the path; and the way back
//! at an origin of its own.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use credential_page::Page;
use http_body_util::BodyExt as _;
use rstest::rstest;
use tower::ServiceExt as _;

use crate::stage::World;

const HOST: &str = "connect.example.com";

fn page(world: &World, redirect_uri: &str) -> Page {
    let page = Page::builder(world.connections.clone());
    let page = page.origin("https://connect.example.com/intacct".parse().unwrap());
    page.redirect_uri(redirect_uri).build().unwrap()
}

async fn ask(router: &Router, method: &str, path: &str, headers: [(&str, &str); 2]) -> Response {
    let request = Request::builder().method(method).uri(path);
    let request = headers
        .iter()
        .fold(request, |it, (name, value)| it.header(*name, *value));
    let request = request.body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

async fn text(response: Response) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[rstest]
#[case::merged(|page: Router| Router::new().merge(page), "/intacct")]
#[case::merged_behind_a_proxy_that_strips(|page: Router| Router::new().merge(page), "")]
#[case::nested(|page: Router| Router::new().nest_service("/intacct", page), "/intacct")]
#[tokio::test]
async fn a_router_of_a_platform_may_hold_the_page(
    #[case] mount: fn(Router) -> Router,
    #[case] forwarded: &str,
) {
    let world = World::start().await;
    let page = page(&world, "https://connect.example.com/intacct/callback");
    let router = mount(page.router());
    let invitation = page.invite();
    let public = "https://connect.example.com/intacct";
    let at = |url: &str| format!("{forwarded}{}", url.strip_prefix(public).unwrap());
    let link = at(invitation.url());
    let here = ("origin", "https://connect.example.com");
    let opened = ask(&router, "POST", &link, [("host", HOST), here]).await;
    assert_eq!(opened.status(), 303);
    let cookie = header(&opened, "set-cookie").split(';').next().unwrap();
    let home = at(header(&opened, "location"));
    let visitor = [("host", HOST), ("cookie", cookie)];
    assert_eq!(ask(&router, "GET", &home, visitor).await.status(), 200);
    // A page that looks at the path it was asked for.
    let mut other = world.visitor().await;
    let path = world.loader(&mut other, "Loader").await;
    let question = format!("{home}{}/revoke", path.trim_start_matches('/'));
    let question = ask(&router, "GET", &question, visitor).await;
    assert_eq!(question.status(), 200);
    let expected = "action=\"/intacct/s/";
    let question = text(question).await;
    assert!(
        question.contains(expected) && question.contains("/revoke\""),
        "{question}"
    );
    let back = format!("{forwarded}/callback?code=x&state=y");
    assert_eq!(ask(&router, "GET", &back, visitor).await.status(), 400);
}

/// A listener at the redirect URI alone serves the files of its pages where its pages look for them, and its
/// policy names its own origin.
#[rstest]
#[case::outside_of_the_path("https://127.0.0.1:8443/callback", "/callback")]
#[case::under_the_same_path("https://127.0.0.1:8443/intacct/callback", "/intacct/callback")]
#[tokio::test]
async fn the_way_back_at_another_origin(#[case] redirect_uri: &str, #[case] path: &str) {
    let world = World::start().await;
    let router = page(&world, redirect_uri).callback_router();
    let headers = [("host", "127.0.0.1:8443"), ("accept", "*/*")];
    let ending = ask(&router, "GET", path, headers).await;
    assert_eq!(ending.status(), 403);
    let policy = header(&ending, "content-security-policy");
    let expected = "style-src https://127.0.0.1:8443/intacct/assets/;";
    assert!(policy.contains(expected), "{policy}");
    let sheet = "/intacct/assets/page.css";
    let ending = text(ending).await;
    assert!(ending.contains(&format!("href=\"{sheet}\"")), "{ending}");
    assert_eq!(ask(&router, "GET", sheet, headers).await.status(), 200);
    assert_eq!(
        ask(&router, "GET", "/intacct/open", headers).await.status(),
        404
    );
}
