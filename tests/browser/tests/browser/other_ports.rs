//! Another program on another port of the same host, in a real browser: it gets the cookie, and the
//! cookie opens nothing.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::driver::Browser;
use crate::stage::Stage;

/// What a program on another port is sent when the browser comes from a page of the session.
async fn heard_on_another_port(browser: &Browser) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let hearing = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 64 << 10];
        let length = tcp.read(&mut head).await.unwrap();
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\
                      Connection: close\r\n\r\n<h1>x</h1";
        tcp.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&head[..length]).into_owned()
    });
    let follow = format!("location.href = '{address}'");
    browser.client.execute(&follow, Vec::new()).await.unwrap();
    hearing.await.unwrap()
}

#[tokio::test]
async fn a_program_on_another_port_gets_the_cookie_and_can_do_nothing_with_it() {
    let stage = Stage::start().await;
    let path = stage.add_loader("Loader").await;
    let (person, thief) = Browser::open_two().await;
    person.enter(&stage).await;
    person.visit(&path).await;
    let key = person.address().await;
    let key = key.path().split('/').nth(2).unwrap().to_owned();
    let heard = heard_on_another_port(&person).await;
    let cookie = heard
        .lines()
        .find(|it| it.to_ascii_lowercase().starts_with("cookie:"))
        .expect("a browser sends cookies to every port of a host");
    assert!(cookie.contains("credential-page-"), "{cookie}");
    assert!(!heard.contains(&key), "the key in the path stays: {heard}");

    thief.visit(&stage.origin).await;
    let plant = format!("document.cookie = '{}; path=/'", cookie[7..].trim());
    thief.client.execute(&plant, Vec::new()).await.unwrap();
    for address in [
        stage.origin.clone(),
        format!("{}/new", stage.origin),
        format!("{}{path}", stage.origin),
        format!("{}/s/not-a-real-key/", stage.origin),
    ] {
        thief.visit(&address).await;
        assert_eq!(thief.text("h1").await, "No session", "{address}");
    }
    thief
        .visit(&format!(
            "{}?state=not-a-real-state&code=x",
            stage.redirect_uri
        ))
        .await;
    assert_eq!(thief.text("h1").await, "Not this sign-in");
    assert!(!thief.client.source().await.unwrap().contains(&key));

    person.visit(&path).await;
    assert_eq!(person.text("h1").await, "Loader");
}

#[tokio::test]
async fn looking_at_a_link_spends_nothing() {
    let stage = Stage::start().await;
    let browser = Browser::open().await;
    let link = stage.link();
    for _ in 0..3 {
        browser.visit(&link).await;
        assert_eq!(browser.text("h1").await, "Open the credential page");
        let cookies = browser.client.get_all_cookies().await.unwrap();
        assert!(cookies.is_empty(), "{cookies:?}");
    }
    browser.press("Open the page").await;
    assert_eq!(browser.text("h1").await, "Credentials");
    browser.visit(&link).await;
    assert_eq!(browser.text("h1").await, "Link used");
}
