//! Texts of a plugin that a terminal would obey, wherever a description is shown.

use rstest::rstest;
use test_guests::Description;

use crate::stage::Stage;

fn is_obeyed(c: char) -> bool {
    c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'))
}

#[rstest]
#[case::the_form(&["describe", "--plugin", "other.wasm"])]
#[case::the_form_for_programs(&["describe", "--plugin", "other.wasm", "--json"])]
#[case::a_file_to_fill_in(&["describe", "--template", "--plugin", "other.wasm"])]
#[case::what_it_asks_for(&["inspect", "other.wasm", "-vvv"])]
#[case::the_proof(&["prove", "other.wasm"])]
fn a_description_cannot_take_over_the_terminal(#[case] arguments: &[&str]) {
    let stage = Stage::new();
    let component = test_guests::describing(Description::Escapes).unwrap();
    stage.file("other.wasm", component);
    let run = stage.run(arguments).ends_with(0);
    assert!(!run.everything().contains(is_obeyed), "{run:#?}");
    let forged = run.stdout.lines().any(|line| line.starts_with("Connected"));
    assert!(!forged, "{run:#?}");
}

#[rstest]
#[case::a_name(Description::ControlledName)]
#[case::an_origin(Description::NoOrigin)]
fn a_refusal_quotes_nothing_that_a_terminal_obeys(#[case] description: Description) {
    let stage = Stage::new();
    let component = test_guests::describing(description).unwrap();
    stage.file("other.wasm", component);
    let run = stage
        .run(&["inspect", "other.wasm", "-vvv"])
        .ends_with(5)
        .says("description is not usable");
    assert!(!run.everything().contains(is_obeyed), "{run:#?}");
}

#[test]
fn what_a_damaged_file_says_is_harmless_too() {
    let stage = Stage::new();
    let mut component = test_guests::MISBEHAVING.to_vec();
    let name = b"connector:credential/http";
    let at = component
        .windows(name.len())
        .position(|it| it == name)
        .unwrap();
    component[at..at + 7].copy_from_slice(b"\x1b[2J\x07\x08a");
    stage.file("damaged.wasm", component);
    let run = stage.run(&["inspect", "damaged.wasm", "-vvv"]).ends_with(5);
    assert!(!run.everything().contains(is_obeyed), "{run:#?}");
}
