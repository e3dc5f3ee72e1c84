//! An operation knows every secret of its credential: those, too, that are in memory alone. A service
//! that tells one of them where the plugin reads a support ID is not repeated.

use std::sync::{Arc, Mutex};

use credential_connections::record::Name;
use credential_connections::service::{Connections, Error};
use mock_intacct::browser::Consent;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::relay::message;
use crate::stage::{self, REDIRECT_URI, SESSION, World, tenant};

crate::on_both! {
    a_support_id_that_is_no_secret_is_told,
    the_state_of_an_open_sign_in_is_known_to_a_test,
    tokens_that_wait_for_a_confirmation_are_known_to_a_test,
}

/// The way to the mock, which hears what passes, and can answer in the mock's place.
#[derive(Clone, Default)]
struct Gossip {
    support_id: Arc<Mutex<Option<String>>>,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Gossip {
    async fn start(world: &World) -> (Self, Connections) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let mock = world.mock.origin();
        let mock = mock.strip_prefix("http://").unwrap().to_owned();
        let gossip = Self::default();
        let serving = gossip.clone();
        tokio::spawn(async move {
            while let Ok((mut caller, _)) = listener.accept().await {
                let (gossip, mock) = (serving.clone(), mock.clone());
                tokio::spawn(async move {
                    while let Some(request) = message(&mut caller).await {
                        let answer = gossip.answer(&mock, &request).await;
                        caller.write_all(&answer).await.unwrap();
                    }
                });
            }
        });
        let builder = stage::builder(&world.store, &origin, &world.clock, "gossip").await;
        (gossip, builder.build().unwrap())
    }

    /// From now on each request is refused, with this support ID.
    fn refuses_with(&self, support_id: &str) {
        *self.support_id.lock().unwrap() = Some(support_id.to_owned());
    }

    async fn answer(&self, mock: &str, request: &[u8]) -> Vec<u8> {
        if let Some(support_id) = &*self.support_id.lock().unwrap() {
            let body = format!(
                r#"{{"ia::error":{{"code":"GW-0099","message":"No.","supportId":"{support_id}"}}}}"#
            );
            let length = body.len();
            let head = format!(
                "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
            );
            return (head + &body).into_bytes();
        }
        let mut mock = TcpStream::connect(mock).await.unwrap();
        mock.write_all(request).await.unwrap();
        let answer = message(&mut mock).await.unwrap();
        self.heard.lock().unwrap().extend(&answer);
        answer
    }

    /// Part of the access token that was heard last: an identifier by its length and its characters.
    fn part_of_newest_token(&self) -> String {
        let heard = String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned();
        let (_, token) = heard.rsplit_once(r#""access_token":""#).unwrap();
        let (token, _) = token.split_once('"').unwrap();
        token[token.len() - 30..].to_owned()
    }
}

/// The support ID that a person is shown after a test.
async fn support_id(connections: &Connections, name: &Name) -> Option<String> {
    let checks = connections.test(tenant(), name).await;
    let diagnosis = match checks {
        Ok(checks) => checks.into_iter().find_map(|check| check.diagnosis),
        Err(Error::Plugin(error)) => error.refusal().map(|it| it.diagnosis.clone()),
        Err(error) => panic!("{error:?}"),
    };
    diagnosis.expect("a diagnosis").support_id
}

async fn a_support_id_that_is_no_secret_is_told(world: World) {
    let dana = world.dana().await;
    let (gossip, connections) = Gossip::start(&world).await;
    gossip.refuses_with("Ab12Cd34Ef56Gh78");
    let shown = support_id(&connections, &dana).await;
    assert_eq!(shown.as_deref(), Some("Ab12Cd34Ef56Gh78"));
}

async fn the_state_of_an_open_sign_in_is_known_to_a_test(world: World) {
    let dana = world.dana().await;
    let (gossip, connections) = Gossip::start(&world).await;
    let begun = connections.begin_connect(tenant(), &dana, REDIRECT_URI, SESSION, None);
    let url: url::Url = begun.await.unwrap().url.parse().unwrap();
    let (_, state) = url.query_pairs().find(|(name, _)| name == "state").unwrap();
    gossip.refuses_with(&state);
    assert_eq!(support_id(&connections, &dana).await, None);
    gossip.refuses_with(&state[4..16].to_uppercase());
    assert_eq!(support_id(&connections, &dana).await, None, "in part");
}

async fn tokens_that_wait_for_a_confirmation_are_known_to_a_test(world: World) {
    let dana = world.dana().await;
    let (gossip, connections) = Gossip::start(&world).await;
    let begun = connections.begin_connect(tenant(), &dana, REDIRECT_URI, SESSION, None);
    let url = begun.await.unwrap().url;
    // At the mock itself: the way to it is for requests, not for browsers.
    let at_mock = url.replacen(&origin_of(&url), &world.mock.origin(), 1);
    let redirected = world.browse(&at_mock, "admin", Consent::Allow).await;
    let finished = connections.finish_connect(SESSION, &redirected).await;
    assert!(
        matches!(finished, Err(Error::OtherIdentity(_))),
        "{finished:?}"
    );
    gossip.refuses_with(&gossip.part_of_newest_token());
    assert_eq!(support_id(&connections, &dana).await, None);
}

fn origin_of(url: &str) -> String {
    let url: url::Url = url.parse().unwrap();
    url.origin().ascii_serialization()
}
