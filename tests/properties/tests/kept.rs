//! The inputs that fuzzing kept.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[test]
fn what_was_kept_of_components_holds() {
    assert!(corpora::replay("component", properties::component).unwrap() > 5);
}
