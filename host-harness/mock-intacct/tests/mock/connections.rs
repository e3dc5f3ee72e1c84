//! Faults that break a connection or keep it waiting.

use std::time::Duration;

use mock_intacct::{Fault, FaultRule, Outcome};
use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{client_credentials, mock, raw, raw_token_request};
use crate::faults::{injected, issued};

#[tokio::test]
async fn a_dropped_request_is_not_acted_on() {
    let (mock, fault) = injected("drop-before-reading").await;
    assert_eq!(
        raw(&mock, &raw_token_request()).await,
        "",
        "no byte comes back"
    );
    assert_eq!((issued(&mock), fault.hits()), (0, 1));
    let entry = mock.ledger().last().unwrap().clone();
    assert_eq!((entry.outcome, entry.form.len()), (Outcome::Broken, 0));
    assert_eq!(entry.fault.as_deref(), Some("drop-before-reading"));
    assert_eq!(
        client_credentials(&mock).await.status,
        200,
        "the next request is answered"
    );
}

#[tokio::test]
async fn a_request_whose_body_never_comes_is_dropped_by_its_head_alone() {
    let (mock, _fault) = injected("drop-before-reading").await;
    let request = raw_token_request();
    let head = request.split_inclusive("\r\n\r\n").next().unwrap();
    assert_eq!(raw(&mock, head).await, "");
}

#[tokio::test]
async fn a_request_is_dropped_by_its_grant_without_being_acted_on() {
    let mock = mock().await;
    mock.inject(FaultRule::new(Fault::DropBeforeReading).for_grant("client_credentials"));
    assert_eq!(raw(&mock, &raw_token_request()).await, "");
    assert_eq!(issued(&mock), 0);
}

#[tokio::test]
async fn a_dropped_answer_was_acted_on() {
    let (mock, _fault) = injected("drop-after-acting").await;
    assert_eq!(raw(&mock, &raw_token_request()).await, "");
    assert_eq!(issued(&mock), 1);
    assert_eq!(mock.ledger().last().unwrap().outcome, Outcome::Broken);
}

#[tokio::test]
async fn a_truncated_answer_breaks_off_half_way() {
    let (mock, _fault) = injected("truncated-body").await;
    let received = raw(&mock, &raw_token_request()).await;
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    let announced: usize = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap()
        .parse()
        .unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body.len(), announced / 2);
    assert_eq!(issued(&mock), 1);
}

#[tokio::test]
async fn a_slow_head_comes_when_it_is_released() {
    let (mock, fault) = injected("slow-head").await;
    let mut stream = TcpStream::connect(mock.address()).await.unwrap();
    stream
        .write_all(raw_token_request().as_bytes())
        .await
        .unwrap();
    fault.reached(1).await;
    assert_eq!((issued(&mock), fault.held()), (1, 1), "it has acted by now");
    assert_eq!(mock.ledger().last().unwrap().outcome, Outcome::Pending);
    assert_eq!(
        stream.try_read(&mut [0; 1]).unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock
    );
    fault.release();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
    mock.ledger().assert_statuses(&[200]);
}

#[tokio::test]
async fn a_slow_body_comes_half_way_and_the_rest_when_it_is_released() {
    let (mock, fault) = injected("slow-body").await;
    let mut stream = TcpStream::connect(mock.address()).await.unwrap();
    stream
        .write_all(raw_token_request().as_bytes())
        .await
        .unwrap();
    fault.reached(1).await;
    let mut received = vec![0; 4096];
    let read = stream.read(&mut received).await.unwrap();
    let received = String::from_utf8_lossy(&received[..read]).into_owned();
    assert!(
        received.starts_with("HTTP/1.1 200") && !received.ends_with('}'),
        "{received}"
    );
    fault.release();
    let mut rest = vec![0; 4096];
    let read = stream.read(&mut rest).await.unwrap();
    assert!(rest[..read].ends_with(b"}"));
}

#[rstest]
#[case::slow_head("slow-head")]
#[case::slow_body("slow-body")]
#[tokio::test]
async fn a_client_that_goes_away_is_noticed(#[case] name: &str) {
    let (mock, fault) = injected(name).await;
    let mut stream = TcpStream::connect(mock.address()).await.unwrap();
    stream
        .write_all(raw_token_request().as_bytes())
        .await
        .unwrap();
    fault.reached(1).await;
    drop(stream);
    fault.let_go().await;
    assert_eq!(
        mock.ledger().last().unwrap().outcome,
        Outcome::ClientWentAway
    );
}

#[tokio::test]
async fn a_slow_answer_may_have_a_time_of_its_own() {
    let mock = mock().await;
    mock.inject(FaultRule::new(Fault::SlowHead).for_at_most(Duration::from_millis(1)));
    assert_eq!(client_credentials(&mock).await.status, 200);
}
