//! A person who has no mouse.

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use serde_json::json;

use super::Browser;

/// Keys that are no characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Tab,
    ShiftTab,
    Enter,
    Space,
    Down,
}

/// More than any page has things to stop at.
const MOST_STOPS: usize = 80;

impl Browser {
    /// Presses a key and lets go of it.
    pub(crate) async fn key(&self, key: Key) {
        let sequence = match key {
            Key::Tab => vec![TAB],
            Key::ShiftTab => vec![SHIFT, TAB],
            Key::Enter => vec!['\u{E006}'],
            Key::Space => vec![' '],
            Key::Down => vec!['\u{E015}'],
        };
        self.press_keys(&sequence).await;
    }

    /// Types where the focus is.
    pub(crate) async fn type_keys(&self, text: &str) {
        for character in text.chars() {
            self.press_keys(&[character]).await;
        }
    }

    /// Presses Tab until the focus is on what a screen reader calls so.
    pub(crate) async fn tab_to(&self, role: &str, name: &str) {
        let mut seen = Vec::new();
        for _ in 0..MOST_STOPS {
            self.key(Key::Tab).await;
            let at = self.focused().await;
            if at == (role.to_owned(), name.to_owned()) {
                self.assert_focus_is_seen().await;
                return;
            }
            seen.push(at);
        }
        panic!("Tab never came to the {role} `{name}`, but to {seen:?}");
    }

    /// Role and name of what has the focus.
    pub(crate) async fn focused(&self) -> (String, String) {
        let element = self.client.active_element().await.unwrap();
        (self.role_of(&element).await, self.name_of(&element).await)
    }

    /// Something is drawn about what has the focus that is not drawn otherwise.
    async fn assert_focus_is_seen(&self) {
        let drawn = self.client.execute(FOCUS_STYLE, Vec::new()).await.unwrap();
        assert_ne!(
            drawn,
            json!(false),
            "nothing shows that {:?} has the focus",
            self.focused().await
        );
    }

    async fn press_keys(&self, keys: &[char]) {
        let down = keys.iter().map(|&value| KeyAction::Down { value });
        let up = keys.iter().rev().map(|&value| KeyAction::Up { value });
        let none = KeyActions::new("keyboard".to_owned());
        let actions = down.chain(up).fold(none, KeyActions::then);
        self.client.perform_actions(actions).await.unwrap();
    }
}

const TAB: char = '\u{E004}';
const SHIFT: char = '\u{E008}';

/// Whether an outline or a shadow stands around the focus, on the element or on what wraps it.
const FOCUS_STYLE: &str = "\
let at = document.activeElement;
for (let depth = 0; at && depth < 2; depth++, at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) return true;
    if (style.boxShadow !== 'none') return true;
}
return false;";
