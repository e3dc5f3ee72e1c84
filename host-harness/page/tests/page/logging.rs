//! What the log says of requests, and what it does not.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

use credential_runtime::occurrences;
use tracing_subscriber::filter::LevelFilter;

use crate::stage::{CLIENT_SECRET, World, regular_user};

thread_local! {
    /// What this thread says, while somebody keeps it.
    static KEPT: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

struct Kept;

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        KEPT.with_borrow_mut(|kept| {
            if let Some(kept) = kept {
                kept.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One log for the whole process, from the first test on: where each test had its own, one that began
/// meanwhile could switch the other's off.
pub fn begin() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::DEBUG)
            .with_ansi(false)
            .with_writer(|| Kept)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

/// Every crate's log, down to its finest: the link, the cookie, the token of the forms, what was
/// typed, the state, the code.
#[tokio::test]
async fn the_log_names_routes_and_nothing_that_opens_anything() {
    KEPT.set(Some(Vec::new()));
    let world = World::start().await;
    let invitation = world.page.invite();
    let key = invitation.url().split_once("key=").unwrap().1.to_owned();
    let mut browser = world.stranger();
    browser.open(invitation.url()).await.is(303);
    browser.get("/").await.is(200);
    let fields = [&regular_user("Dana's")[..], &[("action", "connect")]].concat();
    let begun = browser.post("/new", &fields).await;
    let address = browser.leave(&begun).await;
    let state = crate::browser::between(&address, "state=", "&")
        .unwrap()
        .to_owned();
    world.come_back(&mut browser, &begun, "dana").await;
    let cookie = browser.cookie.clone().unwrap();
    let cookie = cookie.split_once('=').unwrap().1;
    let issued = world.mock.issued().secrets();
    let path = browser.base.strip_prefix("/s/").unwrap();
    let own = [
        key.as_str(),
        cookie,
        path,
        &browser.csrf,
        CLIENT_SECRET,
        &state,
    ];
    let needles: Vec<&str> = issued.iter().map(String::as_str).chain(own).collect();
    let log = String::from_utf8(KEPT.take().unwrap()).unwrap();
    assert_ne!(log, "", "nothing was logged at all");
    let ours = log.lines().filter(|it| it.contains("credential_page"));
    let ours = ours.collect::<Vec<_>>().join("\n");
    for line in [
        "GET route=\"/open\" status=200",
        "POST route=\"/open\" status=303",
        "POST route=\"/s/{session}/new\" status=303",
        "route=\"/callback\" status=303",
        "route=\"/s/{session}/credentials/{id}\" status=200",
    ] {
        assert!(ours.contains(line), "{line} is not in: {ours}");
    }
    assert_eq!(occurrences(ours.as_bytes(), &needles), [0; 0]);
}
