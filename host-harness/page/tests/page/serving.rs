//! Listening: what is bounded, and how it ends.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use mock_intacct::{Fault, FaultRule};
use rstest::rstest;

use crate::stage::World;

/// The first line of the answer to these bytes.
fn ask(world: &World, bytes: &str) -> String {
    let here = world.origin.strip_prefix("http://").unwrap();
    let mut tcp = TcpStream::connect(here).unwrap();
    // What is too long is answered before it is read to its end.
    let _ = tcp.write_all(bytes.replace("HERE", here).as_bytes());
    let mut answer = Vec::new();
    let _ = tcp.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_a_request_has_its_bounds() {
    let world = World::start().await;
    let get =
        |more: &str| format!("GET / HTTP/1.1\r\nHost: HERE\r\nConnection: close\r\n{more}\r\n");
    assert!(ask(&world, &get("")).contains("401"));
    let long = format!("X-Long: {}\r\n", "x".repeat(256 << 10));
    // The connection may be gone before the answer is read.
    let refused = ask(&world, &get(&long));
    assert!(refused.is_empty() || refused.contains("431"), "{refused}");
    let many = "X-Many: x\r\n".repeat(100);
    assert!(ask(&world, &get(&many)).contains("431"));
    assert!(ask(&world, "nonsense\r\n\r\n").contains("400"));
}

#[tokio::test]
async fn a_page_that_is_stopped_takes_no_more_connections() {
    let mut world = World::start().await;
    let mut browser = world.visitor().await;
    browser.get("/").await.is(200);
    world.stop().await;
    let here = world.origin.strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(here).is_err());
}

/// Row 2: a renewal that was begun on the page outlives its browser, and the page.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_stopped_ends_once_what_was_begun_on_it_has_ended() {
    let mut world = World::start().await;
    let mut browser = world.visitor().await;
    let path = world.signed_in(&mut browser, "Dana's", "dana").await;
    let before = world.only().await.generation;
    let held = world
        .mock
        .inject(FaultRule::new(Fault::SlowHead).on_path("/oauth2/token"));
    let asking = tokio::spawn(async move { browser.post(&format!("{path}/renew"), &[]).await });
    held.reached(1).await;
    asking.abort();
    let _ = asking.await;
    let stopping = world.stop();
    let released = async {
        tokio::task::yield_now().await;
        held.release();
    };
    tokio::join!(stopping, released);
    assert!(world.only().await.generation > before);
}

#[tokio::test]
async fn a_connection_that_says_nothing_takes_no_place_from_others() {
    let world = World::start().await;
    let here = world.origin.strip_prefix("http://").unwrap();
    let silent: Vec<_> = (0..40).map(|_| TcpStream::connect(here).unwrap()).collect();
    world.visitor().await.get("/").await.is(200);
    drop(silent);
}

/// Attack 19: what a local user sends and leaves unfinished, on more connections than there are slots.
#[rstest]
#[case::nothing("")]
#[case::half_a_head("GET / HTTP/1.1\r\nHost: HERE\r\nX-Half: ")]
#[case::half_a_form("POST /s/x/new HTTP/1.1\r\nHost: HERE\r\nContent-Length: 60000\r\n\r\n")]
#[case::half_a_link("POST /open?key=x HTTP/1.1\r\nHost: HERE\r\nContent-Length: 60000\r\n\r\nx")]
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_left_unfinished_shut_nobody_out(#[case] half: &str) {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let here = world.origin.strip_prefix("http://").unwrap();
    let half = half.replace("HERE", here);
    let mut held = Vec::new();
    for _ in 0..3 {
        for _ in 0..150 {
            let mut tcp = TcpStream::connect(here).unwrap();
            let _ = tcp.write_all(half.as_bytes());
            held.push(tcp);
        }
        browser.get("/").await.is(200);
    }
    world
        .stranger()
        .open(world.page.invite().url())
        .await
        .is(303);
    drop(held);
}

/// The way back from the service has connections of its own, with TLS.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_is_shut_by_nobody_either() {
    let world = World::start().await;
    let mut browser = world.visitor().await;
    let back = world.redirect_uri.strip_prefix("https://").unwrap();
    let back = back.strip_suffix("/callback").unwrap();
    let held: Vec<_> = (0..300)
        .map(|_| TcpStream::connect(back).unwrap())
        .collect();
    world.signed_in(&mut browser, "Dana's", "dana").await;
    drop(held);
}
