//! The README's pictures, taken by `UPDATE_SCREENSHOTS=1 cargo test -p browser-tests screenshots`.

use std::path::{Path, PathBuf};

use crate::driver::{Browser, Scheme};
use crate::stage::Stage;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/images");

/// In CSS pixels.
const SIZE: (u32, u32) = (1120, 880);

/// What a README may cost, in bytes a picture.
const MOST_BYTES: usize = 150 << 10;

/// At the top, with no caret that blinks.
const UNFOCUS: &str = "scrollTo(0, 0); document.activeElement.blur()";

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn path(screen: &str, scheme: Scheme) -> PathBuf {
    Path::new(FOLDER).join(format!("page-{screen}-{}.png", scheme.name()))
}

/// Takes the picture, and keeps it where that is asked for.
async fn shoot(browser: &Browser, screen: &str) {
    for scheme in Scheme::ALL {
        browser.prefer(scheme).await;
        browser.client.execute(UNFOCUS, Vec::new()).await.unwrap();
        let picture = browser.client.screenshot().await.unwrap();
        let path = path(screen, scheme);
        if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
            std::fs::create_dir_all(FOLDER).unwrap();
            std::fs::write(&path, &picture).unwrap();
        }
        assert_picture(&picture, screen);
        assert_picture(&std::fs::read(&path).expect(HOW), screen);
    }
}

const HOW: &str = "a picture; UPDATE_SCREENSHOTS=1 takes it";

/// A PNG of this size (its header holds width and height) that is no bigger than it may be.
#[track_caller]
fn assert_picture(picture: &[u8], screen: &str) {
    assert!(picture.starts_with(PNG), "{screen}");
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), SIZE, "{screen}");
    assert!(
        (10 << 10..MOST_BYTES).contains(&picture.len()),
        "{screen}: {} bytes",
        picture.len()
    );
}

#[tokio::test]
async fn the_pictures_of_the_readme_are_there_and_can_be_taken() {
    let stage = Stage::start().await;
    let refused = stage.add_loader("Nordlicht sandbox").await;
    let browser = Browser::at(&stage).await;
    browser.resize(SIZE.0, SIZE.1, 1).await;
    let subscription = "web-services-subscription";
    stage.mock.set_switch(subscription, "off").unwrap();
    browser.visit(&refused).await;
    browser.press("Connect").await;
    shoot(&browser, "refused").await;
    stage.mock.set_switch(subscription, "on").unwrap();
    browser.visit("/new").await;
    browser.fill_in_loader(&stage, "Nordlicht production").await;
    shoot(&browser, "form").await;
    browser.press("Connect").await;
    browser.press("Test connection").await;
    shoot(&browser, "connected").await;
    stage.add_regular("Dana's reports").await;
    browser.follow("Credentials").await;
    shoot(&browser, "list").await;
}
