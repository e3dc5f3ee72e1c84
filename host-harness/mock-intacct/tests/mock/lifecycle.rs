//! Starting, stopping, and what a mock says of itself.

use mock_intacct::{Clock, Fault, FaultRule, MockIntacct, TokenKind};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::client::{client_credentials, mock, raw_token_request};

#[tokio::test]
async fn each_mock_has_a_port_of_its_own_on_loopback() {
    let (first, second) = (mock().await, mock().await);
    assert_ne!(first.address(), second.address());
    assert!(first.address().ip().is_loopback());
    assert_eq!(
        first.base_url(),
        format!("http://{}/ia/api/v1", first.address())
    );
}

#[tokio::test]
async fn the_same_seed_gives_the_same_tokens_and_no_seed_gives_others() {
    let token = async |seed: Option<u64>| {
        let builder = MockIntacct::builder().clock(Clock::fixed_at(0));
        let builder = seed.map_or(MockIntacct::builder().clock(Clock::fixed_at(0)), |seed| {
            builder.seed(seed)
        });
        let mock = builder.start().await.unwrap();
        client_credentials(&mock).await;
        mock.issued().last(TokenKind::Access).unwrap().value.clone()
    };
    assert_eq!(token(Some(7)).await, token(Some(7)).await);
    assert_ne!(token(Some(7)).await, token(Some(8)).await);
    assert_ne!(token(None).await, token(None).await);
}

#[tokio::test]
async fn a_stopped_mock_takes_no_connection() {
    let mock = mock().await;
    let address = mock.address();
    mock.shutdown().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn stopping_does_not_wait_for_what_a_fault_holds() {
    let mock = mock().await;
    let fault = mock.inject(FaultRule::new(Fault::SlowHead));
    let mut stream = TcpStream::connect(mock.address()).await.unwrap();
    stream
        .write_all(raw_token_request().as_bytes())
        .await
        .unwrap();
    fault.reached(1).await;
    mock.shutdown().await;
    assert_eq!(fault.held(), 0);
}

#[test]
fn a_caller_without_a_runtime_has_one_too() {
    let mock = MockIntacct::builder().start_on_own_thread().unwrap();
    let mut stream = std::net::TcpStream::connect(mock.address()).unwrap();
    std::io::Write::write_all(&mut stream, raw_token_request().as_bytes()).unwrap();
    let mut start = [0; 12];
    std::io::Read::read_exact(&mut stream, &mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
}

#[tokio::test]
async fn a_url_of_the_real_service_is_mapped_and_no_other() {
    let mock = mock().await;
    let origin = mock.origin();
    assert_eq!(
        mock.map("https://api.intacct.com/a?b=c"),
        format!("{origin}/a?b=c")
    );
    for other in [
        "https://api.intacct.com.evil.example/",
        "http://api.intacct.com/",
        "https://127.0.0.1:1/callback",
    ] {
        assert_eq!(mock.map(other), other);
    }
}

#[tokio::test]
async fn the_banner_has_addresses_credentials_and_a_switch_to_flip() {
    let mock = mock().await;
    let banner = mock.banner();
    let flip = format!(
        "curl -d value=off {}/_mock/switches/web-services-subscription",
        mock.origin()
    );
    for part in [
        mock.base_url().as_str(),
        crate::client::CLIENT_ID,
        crate::client::CLIENT_SECRET,
        flip.as_str(),
    ] {
        assert!(banner.contains(part), "{part} is missing from\n{banner}");
    }
}

#[tokio::test]
async fn what_is_changed_holds_for_the_next_request() {
    let mock = mock().await;
    let users = mock.change(|company| {
        company.users.retain(|user| user.id != "ws-loader");
        company.users.len()
    });
    assert_eq!((users, client_credentials(&mock).await.status), (4, 400));
    mock.ledger().assert_refused("unknown-user");
}

#[tokio::test]
async fn a_command_runs_it_until_it_is_told_to_stop() {
    let (address, told) = tokio::sync::oneshot::channel();
    let started = |mock: &MockIntacct| address.send(mock.address()).unwrap();
    let stop = async {
        let address = told.await.unwrap();
        TcpStream::connect(address).await.unwrap();
    };
    MockIntacct::builder().serve(stop, started).await.unwrap();
}
