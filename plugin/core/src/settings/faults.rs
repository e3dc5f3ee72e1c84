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
pub(crate) const SESSION_WITH_ADDRESS: Fault = fault(
    Warning,
    "web-address",
    "Session ID holds a part of the browser's address, not the session alone.",
    "Enter only what stands between .sess= and &.uid.",
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
        username::Fault::Unseen => &UNSEEN,
        username::Fault::BlankAtAnEnd => &BLANK_AT_AN_END,
        username::Fault::DoubleBlank => &DOUBLE_BLANK,
        username::Fault::NoAt => &NO_AT,
        username::Fault::NoUser => &NO_USER,
        username::Fault::NoCompany => &NO_COMPANY,
        username::Fault::NoEntity => &NO_ENTITY,
        username::Fault::BarBeforeAt => &BAR_BEFORE_AT,
        username::Fault::ManyBars => &MANY_BARS,
        username::Fault::EntityNotAscii => &ENTITY_NOT_ASCII,
    }
}

const UNSEEN: Fault = fault(
    Error,
    "format",
    "Username contains a tab, a line break or a character that nobody sees.",
    "Type it by hand rather than paste it: username@companyID.",
);
const BLANK_AT_AN_END: Fault = fault(
    Error,
    "format",
    "Username has a blank before or after an ID.",
    "Remove the blank at the beginning, at the end, or beside the @ or the |. Single blanks inside \
     an ID stay.",
);
const DOUBLE_BLANK: Fault = fault(
    Error,
    "format",
    "Username has two blanks in a row.",
    "Keep one of them: an ID in Intacct has single blanks.",
);
const NO_AT: Fault = fault(
    Error,
    "format",
    "Username lacks the company.",
    "Add @ and the company ID: username@companyID. The company ID stands in Intacct under \
     Company → Setup → Company.",
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
    "Username has nothing after a |.",
    "Add the entity ID: username@companyID|entityID. Or remove the | for the whole company.",
);
const BAR_BEFORE_AT: Fault = fault(
    Warning,
    "unusual",
    "The | stands before the @, so it counts as part of the user ID.",
    "If it is to name an entity, put it at the end: username@companyID|entityID.",
);
const MANY_BARS: Fault = fault(
    Warning,
    "unusual",
    "Username has more than two |.",
    "An entity follows one: username@companyID|entityID. A login through a console has two.",
);
const ENTITY_NOT_ASCII: Fault = fault(
    Warning,
    "unusual",
    "The entity has a letter that the header of an API call cannot carry.",
    "If it is the entity's name, enter its ID. If it is the ID, leave it: the sign-in itself stays \
     within the entity.",
);
