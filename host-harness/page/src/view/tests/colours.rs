//! Both themes: what is read, and what tells a state, stands out from what is behind it.

use std::collections::BTreeMap;

use crate::view::assets;

/// A theme's colours by name.
type Theme = BTreeMap<&'static str, [u8; 3]>;

fn colours(css: &'static str) -> Theme {
    let colour = |line: &'static str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
        let value = u32::from_str_radix(value.strip_suffix(';')?, 16).ok()?;
        let [_, red, green, blue] = value.to_be_bytes();
        Some((name, [red, green, blue]))
    };
    css.lines()
        .map_while(|line| (line != "}").then_some(line))
        .filter_map(colour)
        .collect()
}

fn themes() -> [(&'static str, Theme); 2] {
    let (light, rest) = assets::CSS
        .split_once("@media (prefers-color-scheme: dark) {")
        .unwrap();
    [("light", colours(light)), ("dark", colours(rest))]
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[track_caller]
fn check(pairs: &[(&str, &str)], least: f64) {
    for (theme, colours) in themes() {
        for (front, back) in pairs {
            let ratio = contrast(colours[front], colours[back]);
            assert!(ratio >= least, "{theme}: {front} on {back} has {ratio:.2}");
        }
    }
}

#[test]
fn contrast_is_computed_as_wcag_says() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
}

/// WCAG 2.2, success criterion 1.4.3.
#[test]
fn text_is_read_with_ease() {
    let inks = ["ink", "ink-soft", "accent", "bad", "wait"];
    let backs = ["paper", "wash"];
    let pairs: Vec<_> = inks
        .iter()
        .flat_map(|ink| backs.map(|back| (*ink, back)))
        .collect();
    check(&pairs, 4.5);
    check(
        &[
            ("on-accent", "accent"),
            ("on-accent", "accent-deep"),
            ("accent-deep", "paper"),
            ("ink-soft", "accent-wash"),
            ("ink-soft", "good-wash"),
            ("ink-soft", "bad-wash"),
            ("ink-soft", "wait-wash"),
            ("accent", "bad-wash"),
            ("paper", "bad"),
            ("paper", "bad-deep"),
            ("bad", "bad-wash"),
        ],
        4.5,
    );
}

/// WCAG 2.2, success criterion 1.4.11.
#[test]
fn edges_and_dots_are_seen() {
    let parts = ["edge", "accent", "good", "wait", "bad", "idle"];
    let backs = ["paper", "wash"];
    let pairs: Vec<_> = parts
        .iter()
        .flat_map(|part| backs.map(|back| (*part, back)))
        .collect();
    check(&pairs, 3.0);
}
