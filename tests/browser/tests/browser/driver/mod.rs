//! Chromium over WebDriver.
//!
//! In scope: the server that drives browsers, browsers and how they are set up, and what a person does
//! with one: reads by role and name, types, clicks, presses keys. Not in scope: what is on a page.

mod browser;
mod chromedriver;
mod keyboard;
mod person;
mod settings;

pub(crate) use browser::Browser;
pub(crate) use keyboard::Key;
pub(crate) use settings::Scheme;
