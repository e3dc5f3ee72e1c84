use super::*;

fn plugin(digest: &str, origins: &[&str], reads: &[&str]) -> PluginRef {
    let owned = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
    PluginRef {
        id: "test".to_owned(),
        digest: Digest::of(digest.as_bytes()),
        bound: Some(Bound {
            origins: owned(origins),
            reads: owned(reads),
            sends: Some(Vec::new()),
        }),
    }
}

#[test]
fn the_same_plugin_that_reaches_no_more_differs_in_nothing() {
    let accepted = plugin(
        "a",
        &["https://a.example", "https://b.example"],
        &["x", "y"],
    );
    assert_eq!(difference(&accepted, &accepted), None);
    assert_eq!(
        difference(&accepted, &plugin("a", &["https://b.example"], &["x"])),
        None
    );
}

#[test]
fn whatever_is_more_is_shown() {
    let accepted = plugin("a", &["https://a.example"], &["x"]);
    let now = plugin(
        "b",
        &["https://a.example", "https://evil.example"],
        &["x", "y"],
    );
    let difference = difference(&accepted, &now).unwrap();
    assert_eq!(difference.reaches_more, ["https://evil.example"]);
    assert_eq!(difference.reads_more, ["y"]);
    let words = difference.to_string();
    assert!(
        words.contains("it would reach https://evil.example; it would read y"),
        "{words}"
    );
}

#[test]
fn another_digest_alone_is_a_difference() {
    let accepted = plugin("a", &["https://a.example"], &["x"]);
    let now = plugin("b", &["https://a.example"], &["x"]);
    assert!(difference(&accepted, &now).is_some());
    let unknown = PluginRef {
        bound: None,
        ..accepted.clone()
    };
    assert!(difference(&unknown, &accepted).is_some_and(|it| !it.noted));
}
