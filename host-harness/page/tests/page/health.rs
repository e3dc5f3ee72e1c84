//! Health checks: what an orchestrator's prober gets, which knows neither the page's name nor a link.

use reqwest::Method;
use reqwest::header::HOST;
use rstest::rstest;

use crate::stage::World;

#[rstest]
#[case::the_pages_own_host(None)]
#[case::a_pods_address(Some("10.244.0.5:18090"))]
#[case::a_name(Some("connect.example.com:443"))]
#[tokio::test]
async fn a_probe_is_answered_whatever_its_host(
    #[case] host: Option<&str>,
    #[values(Method::GET, Method::HEAD)] method: Method,
) {
    let world = World::start().await;
    let client = reqwest::Client::new();
    let url = format!("{}/healthz", world.origin);
    let mut request = client.request(method.clone(), url);
    if let Some(host) = host {
        request = request.header(HOST, host);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!answer.headers().contains_key("set-cookie"));
    let body = answer.text().await.unwrap();
    assert_eq!(body, if method == Method::GET { "ok\n" } else { "" });
}

#[tokio::test]
async fn a_probe_fails_while_the_store_takes_no_writes_and_tells_nothing_else() {
    let world = World::start().await;
    world.take_the_store_away();
    let url = format!("{}/healthz", world.origin);
    let answer = reqwest::get(&url).await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.text().await.unwrap(), "not ok\n");
}

#[tokio::test]
async fn many_probes_are_all_answered() {
    let world = World::start().await;
    let url = format!("{}/healthz", world.origin);
    let client = reqwest::Client::new();
    for _ in 0..200 {
        assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn only_a_question_is_a_probe() {
    let world = World::start().await;
    let url = format!("{}/healthz", world.origin);
    let client = reqwest::Client::new();
    let answer = client.post(&url).header(HOST, "10.244.0.5").send().await;
    assert_eq!(answer.unwrap().status(), 421);
}
