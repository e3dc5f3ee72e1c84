//! What the README shows is what there is.

const README: &str = include_str!("../../../README.md");

#[test]
fn the_library_example_is_the_one_that_compiles() {
    let example = include_str!("../../examples/connect.rs");
    let code = example
        .find("use std::sync::Arc;")
        .map(|start| example[start..].trim_end());
    assert!(
        README.contains(code.unwrap()),
        "copy tests/examples/connect.rs into README.md"
    );
}

#[test]
fn the_size_of_the_component_is_as_it_says() {
    let size = intacct_component::COMPONENT.len();
    let thousands = format!("{},{:03}", size / 1000, size % 1000);
    assert!(
        README.contains(&thousands),
        "the component is {thousands} bytes; say so in README.md"
    );
}
