//! The guide says what there is: every switch, every fault, and an example that can be used.

use mock_intacct::{Company, FAULTS};

const GUIDE: &str = include_str!("../../../../docs/mock-intacct.md");

/// Whether the guide has this in a table or a sentence, as code.
fn names(text: &str) -> bool {
    GUIDE.contains(&format!("`{text}`"))
}

#[test]
fn the_guides_example_is_a_company() {
    let example = GUIDE
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let company = Company::from_toml(example).unwrap();
    assert!(company.authorizes_client("0123456789abcdef.app.sage.com", "loader"));
}

#[test]
fn the_guide_has_every_switch() {
    for switch in Company::sample().switches() {
        let kind = switch.name.split(':').next().unwrap();
        let named = names(kind) || names(&format!("{kind}:ID")) || names(&format!("{kind}:NAME"));
        assert!(named, "{kind} is missing");
    }
}

#[test]
fn the_guide_has_every_fault() {
    for fault in FAULTS {
        let ending = ["throttled-429", "unavailable-503"]
            .iter()
            .find_map(|kind| {
                fault
                    .name
                    .strip_prefix(kind)
                    .filter(|ending| names(kind) && (ending.is_empty() || names(ending)))
            });
        assert!(
            names(fault.name) || ending.is_some(),
            "{} is missing",
            fault.name
        );
    }
}
