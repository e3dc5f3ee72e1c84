//! What people read where Intacct gave no code: no answer, an answer that makes no sense, a token
//! that does not do.

use crate::{
    model::{Actor, Diagnosis, Error, ErrorKind},
    setup,
};
use alloc::borrow::Cow;

/// A diagnosis before anything of an answer is added to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Shown where Intacct gave no code of its own.
    pub code: &'static str,
    /// Who has to act.
    pub actor: Actor,
    /// The step of the setup guide that puts it right.
    pub setup_step: Option<&'static str>,
    /// What happened.
    pub message: &'static str,
    /// What to do about it.
    pub hint: Option<&'static str>,
}

impl Notice {
    /// The diagnosis, with this plugin's code and no support ID.
    #[must_use]
    pub fn diagnosis(&self) -> Diagnosis {
        Diagnosis {
            code: Cow::Borrowed(self.code),
            message: self.message,
            hint: self.hint,
            actor: self.actor,
            setup_step: self.setup_step,
            support_id: None,
        }
    }

    /// An error that says this.
    pub(crate) fn error(&self, kind: ErrorKind) -> Error {
        Error {
            kind,
            diagnosis: self.diagnosis(),
            retry_after_seconds: None,
        }
    }
}

pub(crate) const fn notice(
    code: &'static str,
    actor: Actor,
    setup_step: Option<&'static str>,
    message: &'static str,
    hint: &'static str,
) -> Notice {
    Notice {
        code,
        actor,
        setup_step,
        message,
        hint: Some(hint),
    }
}

/// The form cannot be used as it is. The message and the hint are those of its first problem.
pub const INVALID_SETTINGS: Notice = notice(
    "invalid-settings",
    Actor::User,
    None,
    "The form has to be corrected first.",
    "Correct the fields that are marked, then try again.",
);
/// A browser's grant for a Web Services User.
pub const NOT_AT_THE_BROWSER: Notice = notice(
    "other-flow",
    Actor::User,
    None,
    "A Web Services User does not sign in at the browser.",
    "Connect without a browser, or choose Regular User as Flow Type.",
);
/// Client credentials for a Regular User.
pub const AT_THE_BROWSER_ALONE: Notice = notice(
    "other-flow",
    Actor::User,
    None,
    "A Regular User signs in at the browser, not by client credentials.",
    "Connect through the browser, or choose Web Services User as Flow Type.",
);
/// An extension grant (RFC 6749 section 4.5).
pub const NO_SUCH_GRANT: Notice = notice(
    "no-such-grant",
    Actor::Platform,
    None,
    "Sage Intacct takes an authorization code, client credentials or a refresh token, and no other \
     grant.",
    "Whoever runs the platform has to connect in one of these ways.",
);
/// The redirect address is one that Intacct does not register (S, T).
pub const REDIRECT_REFUSED: Notice = notice(
    "redirect-address",
    Actor::Platform,
    Some(setup::REDIRECT),
    "Sage Intacct does not send the browser back to an http or a localhost address.",
    "Use an https address; on your own machine https://127.0.0.1 with a port.",
);
/// The host refused the request; it says why.
pub const DENIED: Notice = notice(
    "denied",
    Actor::Platform,
    None,
    "The request to Sage Intacct was not allowed to leave the platform.",
    "Whoever runs the platform has to allow it. The credential is not the cause.",
);
/// No address for Intacct's name.
pub const UNRESOLVED: Notice = notice(
    "no-address",
    Actor::Platform,
    None,
    "The address of Sage Intacct could not be found.",
    "Check the platform's network and DNS, then try again. The credential is not the cause.",
);
/// No connection.
pub const UNREACHABLE: Notice = notice(
    "no-connection",
    Actor::Platform,
    None,
    "Sage Intacct could not be reached.",
    "Check the platform's network, then try again. The credential is not the cause.",
);
/// A certificate that does not fit.
pub const UNTRUSTED: Notice = notice(
    "no-trust",
    Actor::Platform,
    None,
    "The connection to Sage Intacct was not trusted, so nothing was sent.",
    "Something between the platform and Intacct may be reading along. Check the platform's \
     network and certificates.",
);
/// The request did not leave, for another reason.
pub const NOT_SENT: Notice = notice(
    "not-sent",
    Actor::Platform,
    None,
    "The request to Sage Intacct could not be sent.",
    "Try again later. The credential is not the cause.",
);
/// The request may have left; nothing came back.
pub const NO_ANSWER: Notice = notice(
    "no-answer",
    Actor::Service,
    None,
    "The request went out, and no answer came back from Sage Intacct.",
    "It may have taken effect. If the next attempt is refused, connect again.",
);
/// The answer was larger than the host takes.
pub const ANSWER_TOO_LARGE: Notice = notice(
    "answer-too-large",
    Actor::Platform,
    None,
    "An answer came back that is far too large to be one of Sage Intacct's.",
    "It may have taken effect. If the next attempt is refused, connect again; check what stands \
     between the platform and Intacct.",
);
/// A question that changes nothing had no answer.
pub const NO_ANSWER_TO_TEST: Notice = notice(
    "no-answer",
    Actor::Service,
    None,
    "Sage Intacct did not answer the test.",
    "Try again later. The test changes nothing.",
);
/// An answer that is not Intacct's: a page, a redirect, XML of somebody else's (I).
pub const MAINTENANCE: Notice = notice(
    "maintenance",
    Actor::Service,
    None,
    "The answer is not one of Sage Intacct's: most likely Intacct is being maintained.",
    "Try again later; the credential is in order. status.sage.com shows maintenance (Saturdays 02:30 \
     to 05:30 UTC and other windows). If it shows none, check for a proxy or a sign-in page between \
     the platform and Intacct.",
);
/// What a stale token is called where Intacct gave no code.
pub(crate) const STALE_CODE: &str = "token-stale";
/// The API refuses a token that was only just given (T).
pub const REFUSED_WHEN_NEW: Notice = notice(
    "token-refused-when-new",
    Actor::Administrator,
    Some(setup::CLIENT),
    "Sage Intacct refuses the token that it has just given: most likely the company has not \
     authorized the application.",
    "An administrator opens Company → Setup → Company → Security tab → Edit and checks two lists: \
     Web Services authorizations must hold the sender ID (upper and lower case matter), Authorized \
     client applications the Client ID, both Active. Connecting again does not help. If both are \
     right, give Sage's support the code and the support ID.",
);
/// A token answer without an access token.
pub const NO_ACCESS_TOKEN: Notice = notice(
    "no-access-token",
    Actor::Plugin,
    None,
    "Sage Intacct's answer holds no access token.",
    "Report it to the author of this plugin: Intacct may have changed its answers.",
);
/// A token that is presented in another way.
pub const NOT_BEARER: Notice = notice(
    "token-type",
    Actor::Plugin,
    None,
    "Sage Intacct gave a token of a kind that this plugin cannot use.",
    "Report it to the author of this plugin: Intacct may have changed its answers.",
);
/// A consent without a refresh token (I: better told now than when the access token ends).
pub const NO_REFRESH_TOKEN: Notice = notice(
    "no-refresh-token",
    Actor::User,
    Some(setup::REDIRECT),
    "Sage Intacct gave no refresh token, so this connection would end within hours.",
    "Intacct may withhold offline_access from the application. Allow it in the Sage developer \
     portal (whoever supplies the Client ID can), then connect again.",
);
/// A session without a refresh token: nothing could renew it.
pub const NO_REFRESH_TOKEN_FOR_SESSION: Notice = notice(
    "no-refresh-token",
    Actor::User,
    None,
    "Sage Intacct gave no refresh token for this session, so the connection would end within \
     hours.",
    "Clear Session ID and enter Username: it can be renewed without a refresh token.",
);
/// The token is not the expected user's.
pub const OTHER_IDENTITY: Notice = notice(
    "other-identity",
    Actor::User,
    None,
    "The token belongs to another user or company than the Username says.",
    "Compare Username with the user and the company shown here, upper and lower case included, \
     then connect again.",
);
/// Nothing to revoke.
pub const NO_TOKEN: Notice = notice(
    "no-token",
    Actor::User,
    None,
    "There is no token that could be revoked.",
    "Nothing was sent to Sage Intacct. Connect first, or delete the credential here.",
);
/// `{"revoked": false}`.
pub const NOT_REVOKED: Notice = notice(
    "not-revoked",
    Actor::Administrator,
    Some(setup::CLIENT),
    "Sage Intacct answered that it did not revoke the token.",
    "Try again. To end the access for certain, set the application to Inactive in Intacct: \
     Company → Setup → Company → Security tab → Edit → Authorized client applications.",
);
