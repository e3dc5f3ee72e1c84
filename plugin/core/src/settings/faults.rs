//! What the form says to the person who fills it in.

use super::username;
use crate::model::Severity::{self, Error, Warning};

/// A problem before it is known in which field.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) severity: Severity,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    pub(crate) hint: Option<&'static str>,
}

const fn fault(
    severity: Severity,
    code: &'static str,
    message: &'static str,
    hint: &'static str,
) -> Fault {
    Fault {
        severity,
        code,
        message,
        hint: Some(hint),
    }
}

pub(crate) const NO_CLIENT_ID: Fault = fault(
    Error,
    "required",
    "Client ID is missing.",
    "Copy it from the application in the Sage developer portal.",
);
pub(crate) const BLANK_IN_CLIENT_ID: Fault = fault(
    Warning,
    "format",
    "Client ID contains a blank or a line break.",
    "Copy it again, without anything before or after it.",
);
pub(crate) const UNUSUAL_CLIENT_ID: Fault = fault(
    Warning,
    "format",
    "This is an unusual Client ID: most end in .app.sage.com.",
    "Compare it with the one in the Sage developer portal; a sender ID or an application's name \
     does not belong here.",
);
pub(crate) const NO_CLIENT_SECRET: Fault = fault(
    Error,
    "required",
    "Client Secret is missing.",
    "Copy it from the application in the Sage developer portal.",
);
pub(crate) const TOKEN_FILLED_IN: Fault = fault(
    Warning,
    "not-applicable",
    "What stands here is not used: connecting fills this field in.",
    "Leave it blank.",
);
pub(crate) const NO_FLOW_TYPE: Fault = fault(
    Error,
    "required",
    "Flow Type is missing.",
    "Choose Regular User or Web Services User.",
);
pub(crate) const UNKNOWN_FLOW_TYPE: Fault = fault(
    Error,
    "unknown-choice",
    "There is no such Flow Type.",
    "Choose Regular User or Web Services User.",
);
pub(crate) const NO_USERNAME: Fault = fault(
    Error,
    "required",
    "Username is missing.",
    "Enter the Web Services user as username@companyID, or give a Session ID in its place.",
);
pub(crate) const USERNAME_OF_REGULAR_USER: Fault = fault(
    Warning,
    "not-applicable",
    "Username is not used for a Regular User, who signs in at the browser.",
    "Leave it blank, or choose Web Services User.",
);
pub(crate) const SESSION_OF_REGULAR_USER: Fault = fault(
    Warning,
    "not-applicable",
    "Session ID is not used for a Regular User, who signs in at the browser.",
    "Leave it blank, or choose Web Services User.",
);
pub(crate) const SESSION_BESIDE_USERNAME: Fault = fault(
    Warning,
    "takes-precedence",
    "The Session ID signs in here; Username only says whose session it should be.",
    "Clear Session ID to sign in with Username, which can be renewed without end.",
);

pub(crate) const REPEATED: Fault = fault(
    Error,
    "repeated",
    "This field has two values.",
    "Save the form again with one of them.",
);
pub(crate) const SEALED_TEXT: Fault = fault(
    Error,
    "format",
    "This field was handed over as a secret and cannot be read.",
    "Whoever runs the platform has to pass it on as text.",
);
pub(crate) const OPEN_SECRET: Fault = fault(
    Error,
    "format",
    "This field was handed over in the open and is not used.",
    "Whoever runs the platform has to keep it as a secret.",
);

pub(crate) const SURROUNDING_WHITESPACE: Fault = fault(
    Warning,
    "surrounding-whitespace",
    "There is a blank or a line break before or after the value.",
    "Paste it again without it.",
);
pub(crate) const INNER_WHITESPACE: Fault = fault(
    Warning,
    "inner-whitespace",
    "There is a blank or a line break inside the value.",
    "Paste it again; it may be two values, or one that was wrapped.",
);
pub(crate) const CONTROL_CHARACTERS: Fault = fault(
    Warning,
    "control-characters",
    "The value contains a tab, a line break or another character that nobody sees.",
    "Paste it again as plain text.",
);
pub(crate) const NON_ASCII: Fault = fault(
    Warning,
    "non-ascii",
    "The value contains a character that Intacct does not give out, such as a curly quote or a \
     long dash.",
    "Paste it again from the Sage developer portal, not from a document or a mail.",
);

/// What a fault of the Username is called.
pub(crate) const fn of_username(fault: username::Fault) -> &'static Fault {
    match fault {
        username::Fault::Blank => &BLANK,
        username::Fault::NoAt => &NO_AT,
        username::Fault::SeveralAts => &SEVERAL_ATS,
        username::Fault::SeveralBars => &SEVERAL_BARS,
        username::Fault::BarBeforeAt => &BAR_BEFORE_AT,
        username::Fault::NoUser => &NO_USER,
        username::Fault::NoCompany => &NO_COMPANY,
        username::Fault::NoEntity => &NO_ENTITY,
        username::Fault::EntityNotAscii => &ENTITY_NOT_ASCII,
    }
}

const BLANK: Fault = fault(
    Error,
    "format",
    "Username contains a blank, or a character that nobody sees.",
    "Type it without one, as username@companyID.",
);
const NO_AT: Fault = fault(
    Error,
    "format",
    "Username lacks the company.",
    "Add @ and the company ID: username@companyID. The company ID stands in Intacct under \
     Company → Setup → Company.",
);
const SEVERAL_ATS: Fault = fault(
    Error,
    "format",
    "Username contains more than one @.",
    "Enter the user ID, not an e-mail address: username@companyID.",
);
const SEVERAL_BARS: Fault = fault(
    Error,
    "format",
    "Username names more than one entity.",
    "Keep one: username@companyID|entityID.",
);
const BAR_BEFORE_AT: Fault = fault(
    Error,
    "format",
    "The entity stands before the company.",
    "Put it at the end: username@companyID|entityID.",
);
const NO_USER: Fault = fault(
    Error,
    "format",
    "Username has nothing before the @.",
    "Put the Web Services user ID there: username@companyID.",
);
const NO_COMPANY: Fault = fault(
    Error,
    "format",
    "Username has no company ID after the @.",
    "Add it: username@companyID. It stands in Intacct under Company → Setup → Company.",
);
const NO_ENTITY: Fault = fault(
    Error,
    "format",
    "Username has no entity ID after the |.",
    "Add it: username@companyID|entityID. Or remove the | for the whole company.",
);
const ENTITY_NOT_ASCII: Fault = fault(
    Error,
    "format",
    "The entity ID contains a letter that Intacct's API cannot take.",
    "Enter the entity's ID, not its name.",
);
