//! What a page is set up with.

use std::time::Duration;

use credential_page::{Pace, Page, PageBuilder, PageError, PageTerms};
use rstest::rstest;

use crate::stage::World;

type Change = fn(PageBuilder) -> PageBuilder;

fn at(builder: PageBuilder, origin: &str) -> PageBuilder {
    builder.origin(origin.parse().unwrap())
}

fn under(builder: PageBuilder, redirect_uri: &str) -> PageBuilder {
    at(builder, "https://a.example/intacct").redirect_uri(redirect_uri)
}

fn outside(redirect_uri: &str) -> PageError {
    PageError::RedirectOutside {
        redirect_uri: redirect_uri.to_owned(),
        address: "https://a.example/intacct".to_owned(),
    }
}

fn back(builder: PageBuilder, redirect_uri: &str) -> PageBuilder {
    at(builder, "http://127.0.0.1:8090").redirect_uri(redirect_uri)
}

#[rstest]
#[case::no_origin(|it| it, PageError::NoOrigin)]
#[case::no_url(|it| back(it, "callback"), PageError::RedirectUri("callback".into()))]
#[case::an_apps_scheme(|it| back(it, "app:/cb"), PageError::RedirectUri("app:/cb".into()))]
#[case::a_query(|it| back(it, "https://a.example/cb?x"), PageError::RedirectUri("https://a.example/cb?x".into()))]
#[case::the_root(|it| back(it, "https://a.example/"), PageError::PathTaken("https://a.example/".into()))]
#[case::a_page(|it| back(it, "https://a.example/new"), PageError::PathTaken("https://a.example/new".into()))]
#[case::a_session(|it| back(it, "https://a.example/s/x"), PageError::PathTaken("https://a.example/s/x".into()))]
#[case::an_asset(|it| back(it, "https://a.example/assets/x"), PageError::PathTaken("https://a.example/assets/x".into()))]
#[case::outside_the_path(|it| under(it, "https://a.example/callback"), outside("https://a.example/callback"))]
#[case::beside_the_path(|it| under(it, "https://a.example/intacct2/cb"), outside("https://a.example/intacct2/cb"))]
#[case::the_path_itself(|it| under(it, "https://a.example/intacct"), PageError::PathTaken("https://a.example/intacct".into()))]
#[case::a_page_under_the_path(|it| under(it, "https://a.example/intacct/open"), PageError::PathTaken("https://a.example/intacct/open".into()))]
#[case::the_path_twice(|it| under(it, "https://a.example/intacct/intacct/cb"), PageError::PathTaken("https://a.example/intacct/intacct/cb".into()))]
#[case::an_asset_of_the_path_elsewhere(|it| under(it, "https://b.example/intacct/assets/x"), PageError::PathTaken("https://b.example/intacct/assets/x".into()))]
#[case::no_time(|it| at(it, "http://127.0.0.1:8090").terms(PageTerms { requests: Pace::new(1, Duration::ZERO), ..PageTerms::default() }), PageError::Pace)]
#[tokio::test]
async fn what_does_not_fit_is_refused(#[case] change: Change, #[case] expected: PageError) {
    let world = World::start().await;
    let built = change(Page::builder(world.connections.clone())).build();
    assert_eq!(built.unwrap_err(), expected);
}

#[rstest]
#[case::beside_it("https://127.0.0.1:8443/oauth/callback")]
#[case::a_path_that_begins_alike("http://127.0.0.1:8090/news")]
#[case::on_another_host("https://app.example.com/intacct/callback")]
#[tokio::test]
async fn a_way_back_may_be_anywhere_else(#[case] redirect_uri: &str) {
    let world = World::start().await;
    let page = back(Page::builder(world.connections.clone()), redirect_uri).build();
    let page = page.unwrap();
    let (_, _) = (page.router(), page.callback_router());
}

#[rstest]
#[case::under_it("https://a.example/intacct/callback")]
#[case::deep_under_it("https://a.example/intacct/oauth/callback")]
#[case::by_the_default_port("https://a.example:443/intacct/callback")]
#[case::on_another_host("https://b.example/callback")]
#[case::on_another_host_under_that_path("https://b.example/intacct/callback")]
#[tokio::test]
async fn the_way_back_of_a_page_under_a_path(#[case] redirect_uri: &str) {
    let world = World::start().await;
    let page = under(Page::builder(world.connections.clone()), redirect_uri).build();
    let page = page.unwrap();
    let (_, _) = (page.router(), page.callback_router());
}
