//! Every refusal, as it is sent.

use mock_intacct::refusal::{REFUSALS, Shape};
use mock_intacct::{Fault, FaultRule};

use crate::client::{client_credentials, mock};

/// Where the code of a shape stands.
fn pointer(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::A | Shape::C => Some("/ia::error/code"),
        Shape::B => Some("/ia::result/ia::error/errorId"),
        Shape::D => Some("/error/errorId"),
        Shape::E => Some("/error"),
        Shape::F => Some("/ia::result/ia::error/details/0/errorId"),
        Shape::G => Some("/code"),
        Shape::H | Shape::K => None,
    }
}

#[tokio::test]
async fn every_refusal_can_be_asked_for_by_name_and_comes_in_its_shape() {
    let mock = mock().await;
    for refusal in REFUSALS {
        mock.inject(FaultRule::new(
            Fault::named(&format!("refuse-{}", refusal.name)).unwrap(),
        ));
        let answer = client_credentials(&mock).await;
        assert_eq!(answer.status, refusal.status, "{}", refusal.name);
        match pointer(refusal.shape) {
            Some(pointer) => assert_eq!(answer.text_at(pointer), refusal.code, "{}", refusal.name),
            None if refusal.shape == Shape::K => {
                assert_eq!(answer.text_at("/message"), refusal.message);
                assert!(!answer.text_at("/request_id").is_empty());
            }
            None => {
                let number = format!("<errorno>{}</errorno>", refusal.code);
                assert!(answer.text.contains(&number), "{}", answer.text);
                assert_eq!(answer.header("content-type"), "text/xml; charset=utf-8");
            }
        }
        mock.ledger().assert_refused(refusal.name);
    }
}

#[tokio::test]
async fn details_are_an_array_in_one_shape_and_an_object_in_another() {
    let mock = mock().await;
    mock.inject(FaultRule::new(
        Fault::named("refuse-stale-gw-0040").unwrap(),
    ));
    assert!(client_credentials(&mock).await.json()["ia::error"]["details"].is_array());
    mock.inject(FaultRule::new(
        Fault::named("refuse-inactive-company").unwrap(),
    ));
    assert!(
        client_credentials(&mock).await.json()["ia::error"]["details"]["requestId"].is_string()
    );
}

#[tokio::test]
async fn each_refusal_has_a_reference_of_its_own() {
    let mock = mock().await;
    mock.change(|company| company.active = false);
    let mut references = Vec::new();
    for _ in 0..2 {
        references.push(
            client_credentials(&mock)
                .await
                .text_at("/ia::error/details/requestId"),
        );
    }
    assert_ne!(references[0], references[1]);
}
