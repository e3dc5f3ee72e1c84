//! The form as data: the page "Sage Intacct REST Credentials", field by field.
//!
//! Two of its sentences need a reading:
//! - *Username is required for a Web Services User.* The form marks it so, and `validate` asks for
//!   it, unless a Session ID is given, which stands in for it (T, two sources).
//! - *Session ID is optional* is all that is said of it. So it is shown for either flow, its help
//!   says what it is for, and `validate` warns where it would not be used.

use crate::{
    endpoints,
    model::{Choice, Condition, Descriptor, Field, FieldKind, Requirement},
    reading, setup, waiting,
};

/// The field Client ID.
pub const CLIENT_ID: &str = "client_id";
/// The field Client Secret.
pub const CLIENT_SECRET: &str = "client_secret";
/// The field Access Token.
pub const ACCESS_TOKEN: &str = "access_token";
/// The field Refresh Token.
pub const REFRESH_TOKEN: &str = "refresh_token";
/// The field Flow Type.
pub const FLOW_TYPE: &str = "flow_type";
/// The field Username.
pub const USERNAME: &str = "username";
/// The field Session ID.
pub const SESSION_ID: &str = "session_id";

/// Flow Type: a person signs in at a browser.
pub const REGULAR_USER: &str = "regular_user";
/// Flow Type: a user made for programs, without a browser.
pub const WEB_SERVICES_USER: &str = "web_services_user";

/// The claims that the plugin reads. Never `sessionId`, which is a credential itself.
pub const CLAIMS: &[&str] = &["userId", "cnyId", "entityId", "exp", "iat"];

/// What the plugin says of itself.
pub(crate) fn descriptor() -> Descriptor {
    Descriptor {
        id: "sage-intacct-rest",
        version: env!("CARGO_PKG_VERSION"),
        title: "Sage Intacct REST Credentials",
        summary: "Signs in to the Sage Intacct REST API, as a person through the browser or as a \
                  Web Services user without one.",
        documentation: "https://developer.sage.com/intacct/docs/developer-portal/guides/oauth2",
        origins: &[endpoints::ORIGIN],
        claims: CLAIMS,
        members: reading::declared(),
        headers: waiting::HEADERS,
        request_headers: &[endpoints::ENTITY_HEADER],
        fields: FIELDS,
        setup: setup::STEPS,
    }
}

/// Holds for a Regular User.
pub(crate) const FOR_REGULAR_USER: Condition = Condition {
    field: FLOW_TYPE,
    equals: REGULAR_USER,
};
/// Holds for a Web Services User.
pub(crate) const FOR_WEB_SERVICES_USER: Condition = Condition {
    field: FLOW_TYPE,
    equals: WEB_SERVICES_USER,
};

const FIELDS: &[Field] = &[
    Field {
        id: CLIENT_ID,
        label: "Client ID",
        help: "Names the application that reaches the Intacct REST API. You find it in the Sage \
               developer portal. Upper and lower case matter. If you bought your platform through \
               Sage Data Flows, the platform fills it in.",
        example: Some("0123456789abcdef0123.app.sage.com"),
        kind: FieldKind::Text,
        requirement: Requirement::Required,
        shown_when: None,
        platform_may_supply: true,
    },
    Field {
        id: CLIENT_SECRET,
        label: "Client Secret",
        help: "Belongs to the Client ID and stands beside it in the Sage developer portal. Upper \
               and lower case matter. Share it with nobody: it opens your Intacct account. If you \
               bought your platform through Sage Data Flows, the platform fills it in.",
        example: None,
        kind: FieldKind::Secret,
        requirement: Requirement::Required,
        shown_when: None,
        platform_may_supply: true,
    },
    Field {
        id: ACCESS_TOKEN,
        label: "Access Token",
        help: "Leave blank. Connecting fills it in.",
        example: None,
        kind: FieldKind::AccessToken,
        requirement: Requirement::Optional,
        shown_when: None,
        platform_may_supply: false,
    },
    Field {
        id: REFRESH_TOKEN,
        label: "Refresh Token",
        help: "Leave blank. Connecting fills it in.",
        example: None,
        kind: FieldKind::RefreshToken,
        requirement: Requirement::Optional,
        shown_when: None,
        platform_may_supply: false,
    },
    Field {
        id: FLOW_TYPE,
        label: "Flow Type",
        help: "Who signs in to Intacct.",
        example: None,
        kind: FieldKind::Choice(FLOWS),
        requirement: Requirement::Required,
        shown_when: None,
        platform_may_supply: false,
    },
    Field {
        id: USERNAME,
        label: "Username",
        help: "The Web Services user and the company, as username@companyID; a sandbox's company \
               ID is companyID-name. Add |entityID to stay within one entity. Upper and lower \
               case matter. Not needed where you give a Session ID.",
        example: Some("ws-reader@ACME"),
        kind: FieldKind::Text,
        requirement: Requirement::RequiredWhen(FOR_WEB_SERVICES_USER),
        shown_when: Some(FOR_WEB_SERVICES_USER),
        platform_may_supply: false,
    },
    Field {
        id: SESSION_ID,
        label: "Session ID",
        help: "For a Web Services User only, and rarely needed: a running Intacct session that \
               signs in instead of the Username. In the browser's address it stands between \
               .sess= and &.uid. It ends by itself. The connection then lasts as long as Intacct \
               renews it; after that it needs a fresh Session ID.",
        example: None,
        kind: FieldKind::Secret,
        requirement: Requirement::Optional,
        shown_when: None,
        platform_may_supply: false,
    },
];

const FLOWS: &[Choice] = &[
    Choice {
        id: REGULAR_USER,
        label: "Regular User",
        help: "You sign in to Intacct in the browser and allow the access. The connection acts \
               with your permissions.",
    },
    Choice {
        id: WEB_SERVICES_USER,
        label: "Web Services User",
        help: "A user that an administrator made for programs. No browser is needed.",
    },
];
