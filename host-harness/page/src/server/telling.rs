//! What a person is told of a connection, before and after it is made.

use credential_connections::record::Identity;
use credential_connections::service::{Connected, EndsAnother, OtherIdentity};

use super::app::Named;
use super::ending::listed;
use super::explain::done;
use crate::view::{Notice, Question, Tone};

/// Whom the credential stands for now, and what that may have ended.
pub(super) fn told(connected: &Connected) -> Notice {
    let mut notice = done("Connected");
    if let Some(it) = &connected.identity {
        notice = notice.message(format!("It stands for {}.", whom(it)));
    }
    if connected.others.is_empty() {
        return notice.hint("Test the connection to see what the service lets it do.");
    }
    let others = listed(&connected.others);
    notice.hint(format!(
        "{others} stands for the same user and company; the service may have ended it."
    ))
}

/// Another credential may end.
pub(super) fn ends_another(named: &Named, it: &EndsAnother) -> Question {
    let others = listed(&it.others);
    let consequence = if it.certain {
        format!("{others} stands for the same user and company.")
    } else {
        format!("You may be about to sign in as the same user and company as {others}.")
    };
    Question {
        title: format!("Connect {} all the same?", named.name),
        consequences: vec![consequence, it.warning.clone()],
        action: format!("{}/connect", named.path()),
        confirm: Some(it.confirm.as_str().to_owned()),
        verb: "Connect anyway".to_owned(),
        back: named.path(),
        tone: Tone::Neutral,
    }
}

/// The credential would stand for somebody else.
pub(super) fn other_identity(named: &Named, it: &OtherIdentity) -> Question {
    Question {
        title: format!("Connect {} as another user?", named.name),
        consequences: vec![
            format!("So far it stood for {}.", whom(&it.was)),
            format!(
                "Now {} has signed in, and it would stand for them.",
                whom(&it.is)
            ),
            "Until you decide, nothing is changed.".to_owned(),
        ],
        action: format!("{}/identity", named.path()),
        confirm: Some(it.confirm.as_str().to_owned()),
        verb: "Connect as the other user".to_owned(),
        back: named.path(),
        tone: Tone::Neutral,
    }
}

fn whom(it: &Identity) -> String {
    let user = it
        .user
        .as_deref()
        .unwrap_or("a user whom the service does not name");
    let company = it.company.as_deref().map(|it| format!(" at {it}"));
    let entity = it.entity.as_deref().map(|it| format!(", entity {it}"));
    [Some(user.to_owned()), company, entity]
        .into_iter()
        .flatten()
        .collect()
}
