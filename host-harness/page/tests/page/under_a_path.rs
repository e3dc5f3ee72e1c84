//! A page under a path, behind a reverse proxy that serves other tools under the same host name: one that
//! keeps the base path, and one that strips it.

use std::collections::{BTreeSet, VecDeque};

use mock_intacct::browser::Consent;
use reqwest::Method;
use reqwest::header::{HOST, ORIGIN};
use rstest::rstest;
use scraper::{Html, Selector};

use crate::browser::Answer;
use crate::proxy::{Forwarding, Proxy};
use crate::stage::{CLIENT_SECRET, Setting, World, regular_user};

/// A page behind such a proxy.
struct Behind {
    world: World,
    proxy: Proxy,
}

impl Behind {
    async fn start(forwarding: Forwarding, base: &'static str) -> Self {
        let proxy = Proxy::new(forwarding, base);
        let world = World::with(Setting {
            proxy: Some(proxy.clone()),
            ..Setting::default()
        });
        Self {
            world: world.await,
            proxy,
        }
    }

    /// No request of the page went to another tool.
    #[track_caller]
    fn assert_none_astray(&self) {
        assert_eq!(*self.proxy.astray.lock().unwrap(), Vec::<String>::new());
    }

    /// A request that goes to the page's listener, as a proxy would send it.
    async fn direct(
        &self,
        method: Method,
        path: &str,
        host: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut browser = self.world.stranger();
        let url = format!("http://{}{path}", self.world.listening);
        let own = self.world.origin.strip_prefix("https://").unwrap();
        let host = host.unwrap_or(own);
        let request = browser.request(method, &url).header(HOST, host);
        let request = headers
            .iter()
            .fold(request, |it, (name, value)| it.header(*name, *value));
        browser.send(request).await
    }
}

#[rstest]
#[tokio::test]
async fn a_whole_sign_in(
    #[values(Forwarding::Keeps, Forwarding::Strips)] forwarding: Forwarding,
    #[values("/intacct", "/tools/sage.intacct_1~a", "/credentials")] base: &'static str,
) {
    let behind = Behind::start(forwarding, base).await;
    let world = &behind.world;
    let link = world.page.invite();
    let expected = format!("{}{base}/open?key=", world.origin);
    assert!(link.url().starts_with(&expected), "{}", link.url());
    let mut browser = world.visitor().await;
    let form = browser.get(&format!("{}/new", browser.base)).await;
    assert!(
        form.is(200).text.contains(&world.redirect_uri),
        "{}",
        form.text
    );

    let path = world.signed_in(&mut browser, "Dana's", "dana").await;
    let page = browser.get(&path).await;
    page.is(200).says("Test connection");
    let tested = browser.post_and_follow(&format!("{path}/test"), &[]).await;
    tested.is(200);
    assert!(!tested.notice().is_empty());
    let asked = browser.validate(&path, &regular_user("Dana's")).await;
    asked.is(200);
    assert_eq!(asked.header("content-type"), "application/json");
    let out = browser.post("/sign-out", &[]).await;
    assert_eq!(out.is(303).location(), format!("{}{base}/", world.origin));
    let home = browser.get(out.location()).await;
    home.is(401).says("No session");
    world.assert_hides(&[CLIENT_SECRET]);
    behind.assert_none_astray();
}

/// What the browser sends back of a refusal stays under the path as well, links to the session included.
#[rstest]
#[tokio::test]
async fn a_second_return_is_told_so(
    #[values(Forwarding::Keeps, Forwarding::Strips)] forwarding: Forwarding,
) {
    let behind = Behind::start(forwarding, "/intacct").await;
    let world = &behind.world;
    let mut browser = world.visitor().await;
    let fields = [&regular_user("Dana's")[..], &[("action", "connect")]].concat();
    let begun = browser.post("/new", &fields).await;
    let address = browser.leave(&begun).await;
    let back = world.walk(&address, "dana", Consent::Allow).await;
    assert!(
        back.starts_with(&format!("{}/intacct/callback?", world.origin)),
        "{back}"
    );
    browser.get(&back).await.is(303);
    let again = browser.get(&back).await;
    again.is(410).says("Already answered");
    assert_stays(world, &again);
    let stranger = world.stranger().get(&back).await;
    stranger.is(403).says("Another browser");
    assert_stays(world, &stranger);
    behind.assert_none_astray();
}

/// Every address in a page: of links, forms, files, and of what its script asks.
fn addresses(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let names = ["href", "action", "src", "data-live", "formaction"];
    let selector = Selector::parse("[href], [action], [src], [data-live], [formaction]").unwrap();
    let found = page.select(&selector);
    let found = found.flat_map(|it| names.iter().filter_map(move |name| it.attr(name)));
    found.map(str::to_owned).collect()
}

/// All that an answer names is under the base path, or at another origin altogether.
#[track_caller]
fn assert_stays(world: &World, answer: &Answer) {
    let base = format!("{}/", world.root);
    let public = format!("{}{base}", world.origin);
    for address in addresses(&answer.text) {
        let away = address.starts_with('#') || is_elsewhere(world, &address);
        assert!(
            away || address.starts_with(&base) || address.starts_with(&public),
            "{address}"
        );
    }
    let location = answer.location();
    let away = location.is_empty() || is_elsewhere(world, location);
    assert!(away || location.starts_with(&public), "{location}");
    let refresh = answer.header("refresh");
    assert!(
        refresh.is_empty() || refresh.starts_with(&format!("0; url={base}")),
        "{refresh}"
    );
}

fn is_elsewhere(world: &World, address: &str) -> bool {
    address.starts_with("http") && !address.starts_with(&world.origin)
}

/// Follows every link of every page, and asks for every file.
#[rstest]
#[tokio::test]
async fn every_link_form_and_file_of_every_page_stays_under_the_path(
    #[values(Forwarding::Keeps, Forwarding::Strips)] forwarding: Forwarding,
) {
    let behind = Behind::start(forwarding, "/intacct").await;
    let world = &behind.world;
    let mut browser = world.visitor().await;
    let empty = browser.get("/").await;
    assert_stays(world, &empty);
    world.loader(&mut browser, "Loader").await;
    let path = world.signed_in(&mut browser, "Dana's", "dana").await;
    let wrong = browser
        .post(&path, &[("name", ""), ("action", "save")])
        .await;
    assert_stays(world, &wrong);
    browser
        .post(&format!("{path}/connect"), &[("confirm", "")])
        .await
        .is(303);

    let home = format!("{}/", browser.base);
    let mut seen: BTreeSet<String> = BTreeSet::from([home.clone()]);
    let mut open = VecDeque::from([home]);
    for page in ["/sign-in", "/connect", "/no-such-page"] {
        open.push_back(format!("{}{path}{page}", browser.base));
    }
    let mut kinds = BTreeSet::new();
    while let Some(address) = open.pop_front() {
        let answer = browser.get(&format!("{}{address}", world.origin)).await;
        let expected = if address.ends_with("/no-such-page") {
            404
        } else {
            200
        };
        let status = answer.status.as_u16();
        assert!(status == expected || status == 303, "{address}: {status}");
        kinds.insert(answer.header("content-type").to_owned());
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        assert_stays(world, &answer);
        let posts = actions(&answer.text);
        for found in addresses(&answer.text)
            .into_iter()
            .filter(|it| it.starts_with('/'))
        {
            if !posts.contains(&found) && seen.insert(found.clone()) {
                open.push_back(found);
            }
        }
    }
    assert!(seen.len() > 12, "{seen:?}");
    for kind in ["text/html", "text/css", "text/javascript", "image/svg+xml"] {
        assert!(
            kinds.iter().any(|it| it.starts_with(kind)),
            "{kind}: {kinds:?}"
        );
    }
    for path in ["/open?key=x", "/nothing", "/"] {
        let answer = world
            .stranger()
            .get(&format!("{}/intacct{path}", world.origin))
            .await;
        assert_stays(world, &answer);
    }
    behind.assert_none_astray();
}

/// Where forms are sent and what the script asks: nothing to follow.
fn actions(html: &str) -> BTreeSet<String> {
    let page = Html::parse_document(html);
    let selector = Selector::parse("form").unwrap();
    let forms: Vec<_> = page.select(&selector).collect();
    let named = forms
        .iter()
        .flat_map(|it| [it.attr("action"), it.attr("data-live")]);
    named.flatten().map(str::to_owned).collect()
}

#[rstest]
#[case::another_tool("/other")]
#[case::one_whose_name_begins_alike("/intacct2/open")]
#[case::a_part_of_the_name("/intac/open")]
#[case::in_other_case("/Intacct/open")]
#[case::encoded("/%69ntacct/open")]
#[case::with_an_encoded_slash("/intacct%2Fopen")]
#[case::with_two_slashes("//intacct/open")]
#[case::deeper("/x/intacct/open")]
#[tokio::test]
async fn outside_the_path_there_is_nothing(
    #[case] path: &str,
    #[values(Method::GET, Method::POST, Method::HEAD)] method: Method,
) {
    let behind = Behind::start(Forwarding::Keeps, "/intacct").await;
    let origin = behind.world.origin.clone();
    let answer = behind
        .direct(method, path, None, &[("origin", &origin)])
        .await;
    answer.is(404);
    assert!(
        ["Not found\n", ""].contains(&answer.text.as_str()),
        "{}",
        answer.text
    );
    let headers = format!("{:?}", answer.headers);
    assert!(
        !headers.contains("intacct") && !headers.contains("cookie"),
        "{headers}"
    );
}

/// The checks are the same as without a path: an origin has none.
#[rstest]
#[case::this_page("HERE", None, 303)]
#[case::with_the_path("HERE/intacct", None, 403)]
#[case::with_a_slash("HERE/", None, 403)]
#[case::another_site("https://evil.example", None, 403)]
#[case::no_origin_to_speak_of("null", None, 403)]
#[case::without_tls("PLAIN", None, 403)]
#[case::another_site_by_metadata("HERE", Some("cross-site"), 403)]
#[tokio::test]
async fn only_this_origin_may_send_forms(
    #[case] origin: &str,
    #[case] site: Option<&str>,
    #[case] status: u16,
    #[values(Forwarding::Keeps, Forwarding::Strips)] forwarding: Forwarding,
) {
    let behind = Behind::start(forwarding, "/intacct").await;
    let mut browser = behind.world.visitor().await;
    let here = behind.world.origin.clone();
    let origin = origin
        .replace("HERE", &here)
        .replace("PLAIN", &here.replace("https", "http"));
    let csrf = browser.csrf.clone();
    let request = browser
        .form("/sign-out", &[("csrf", &csrf)])
        .header(ORIGIN, origin);
    let request = match site {
        Some(site) => request.header("sec-fetch-site", site),
        None => request,
    };
    browser.send(request).await.is(status);
    let forged = browser.post("/new", &[]).await;
    assert_eq!(forged.status.as_u16() == 401, status == 303);
}

#[rstest]
#[case::another_host("evil.example")]
#[case::the_listeners_own("127.0.0.1:1")]
#[tokio::test]
async fn a_request_for_another_host_is_sent_away(
    #[case] host: &str,
    #[values("/intacct/open", "/open", "/intacct/", "/intacct/s/x/")] path: &str,
) {
    let behind = Behind::start(Forwarding::Keeps, "/intacct").await;
    let answer = behind.direct(Method::GET, path, Some(host), &[]).await;
    answer.is(421);
    assert!(!answer.text.contains("intacct"), "{}", answer.text);
}

#[rstest]
#[tokio::test]
async fn a_probe_is_answered_under_the_path_and_at_the_listener(
    #[values("/healthz", "/intacct/healthz")] path: &str,
) {
    let behind = Behind::start(Forwarding::Keeps, "/intacct").await;
    let answer = behind
        .direct(Method::GET, path, Some("10.244.0.5:8090"), &[])
        .await;
    assert_eq!(answer.is(200).text, "ok\n");
}
