//! What people read for each row of the table.

use super::super::notice::{Notice, STALE_CODE, notice};
use crate::{
    model::Actor::{Administrator, Platform, Plugin, Service, User},
    setup,
};

pub(super) const TOO_MANY: Notice = notice(
    "too-many-requests",
    Service,
    None,
    "Sage Intacct is asked too often at the moment.",
    "Wait, then try again. The credential is in order; other programs of the company count too.",
);
pub(super) const BUSY: Notice = notice(
    "service-busy",
    Service,
    None,
    "Sage Intacct is busy or being maintained.",
    "Wait, then try again. The credential is in order. status.sage.com shows maintenance.",
);
pub(super) const TROUBLE: Notice = notice(
    "service-trouble",
    Service,
    None,
    "Sage Intacct has trouble of its own.",
    "Try again later. The credential is in order; status.sage.com shows outages. Give Sage's support \
     the support ID if it lasts.",
);
pub(super) const USERNAME_FORMAT: Notice = notice(
    "username-format",
    User,
    Some(setup::USER),
    "Sage Intacct cannot read the Username.",
    "Enter it as username@companyID, or username@companyID|entityID. The company ID stands in \
     Intacct under Company → Setup → Company.",
);
pub(super) const USERNAME_EMPTY: Notice = notice(
    "username-empty",
    User,
    None,
    "Sage Intacct received no Username.",
    "Fill in Username as username@companyID. If it is filled in, report this to the author of \
     this plugin.",
);
pub(super) const SESSION_NOT_TAKEN: Notice = notice(
    "username-empty",
    User,
    None,
    "Sage Intacct asks for a Username and does not take the Session ID in its place.",
    "Enter Username as username@companyID and clear Session ID.",
);
pub(super) const USERNAME_REPEATED: Notice = notice(
    "username-repeated",
    Plugin,
    None,
    "Sage Intacct received more than one Username.",
    REPORT,
);
pub(super) const NOT_AUTHORIZED: Notice = notice(
    "not-authorized",
    Administrator,
    Some(setup::CLIENT),
    "The company has not authorized this application in Sage Intacct.",
    "An administrator opens Company → Setup → Company → Security tab → Edit → Authorized client \
     applications and adds the Client ID, for a Web Services User with its user ID, Status \
     Active. The list Web Services authorizations beside it must hold the sender ID. If both are \
     there, compare the Client ID letter by letter.",
);
pub(super) const INACTIVE: Notice = notice(
    "inactive",
    Administrator,
    Some(setup::SENDER),
    "The company, the sender ID or the Client ID is unknown to Sage Intacct or inactive.",
    "An administrator opens Company → Setup → Company → Security tab and checks that the sender \
     ID stands in Web Services authorizations and the Client ID in Authorized client \
     applications, both with Status Active. Connecting again does not help before that.",
);
pub(super) const CLIENT_REFUSED: Notice = notice(
    "client-refused",
    User,
    Some(setup::APPLICATION),
    "Sage Intacct does not accept the Client ID with this Client Secret.",
    "Copy both again from the Sage developer portal, without blanks; upper and lower case \
     matter. Connect once more before you create a new secret: this refusal sometimes passes.",
);
pub(super) const LOGIN_REFUSED: Notice = notice(
    "login-refused",
    User,
    Some(setup::APPLICATION),
    "Sage Intacct could not authenticate this sign-in: the application or the user.",
    "First compare Client ID and Client Secret with the Sage developer portal, then Username with \
     the user ID under Company → Admin → Web Services users and with the company ID; upper and lower \
     case matter.",
);
pub(super) const LOGIN_ENDED: Notice = notice(
    "login-ended",
    User,
    None,
    "Sage Intacct could not authenticate this connection when it was to be renewed.",
    "Connect again. If that is refused too, it says what to put right.",
);
pub(super) const ENTITY: Notice = notice(
    "entity-refused",
    User,
    None,
    "Sage Intacct refused the request, most likely for the entity in the Username.",
    "In Username, compare what stands behind the | with the entity's ID in Intacct, upper and lower \
     case included; or remove | and entity for the whole company.",
);
pub(super) const SENDER_NOT_AUTHORIZED: Notice = notice(
    "sender-not-authorized",
    Administrator,
    Some(setup::SENDER),
    "The company has not authorized the application's sender ID in Sage Intacct.",
    "An administrator opens Company → Setup → Company → Security tab → Edit → Web Services \
     authorizations and adds the sender ID, Status Active; upper and lower case matter.",
);
pub(super) const NETWORK: Notice = notice(
    "network-refused",
    Platform,
    None,
    "Something before Sage Intacct does not let the platform's network through.",
    "Whoever runs the platform checks proxy, firewall, and whether Intacct admits the platform's IP \
     address. The credential is not the cause.",
);
pub(super) const CLIENT_LIMITED: Notice = notice(
    "client-limited",
    Administrator,
    Some(setup::CLIENT),
    "The application may not sign in to Sage Intacct in this way.",
    "An administrator opens Company → Setup → Company → Security tab → Edit → Authorized client \
     applications: the row with the Client ID must be Active and, for a Web Services User, name \
     that user. For a Regular User compare the redirect address in the Sage developer portal.",
);
pub(super) const SCOPE_WITHHELD: Notice = notice(
    "scope-withheld",
    User,
    Some(setup::REDIRECT),
    "Sage Intacct does not let this application stay connected.",
    "Allow offline_access for the application in the Sage developer portal; whoever supplies the \
     Client ID can. Then connect again.",
);
pub(super) const CONSENT_DENIED: Notice = notice(
    "access-denied",
    User,
    Some(setup::SENDER),
    "The access was declined on Sage Intacct's page.",
    "Connect again and allow it. If nobody declined it, let an administrator of the company sign \
     in there once, or authorize the sender ID first.",
);
pub(super) const SIGNED_OUT: Notice = notice(
    "signed-out",
    User,
    None,
    "The browser's session at Sage ended before the access was allowed.",
    "Connect again, sign in on Sage's page and allow the access.",
);
pub(super) const REFRESH_DEAD: Notice = notice(
    "grant-ended",
    User,
    None,
    "Sage Intacct no longer accepts this connection's refresh token.",
    "Connect again. It ends when it is revoked, goes unused for long, or when the same user of \
     the same company connects a second time.",
);
pub(super) const SESSION_DEAD: Notice = notice(
    "session-ended",
    User,
    None,
    "Sage Intacct no longer accepts this session: sessions end by themselves.",
    "Take a fresh Session ID from a running Intacct session (in its address between .sess= and \
     &.uid), enter it and connect again. To be independent of sessions, clear Session ID and enter \
     Username.",
);
pub(super) const CODE_REFUSED: Notice = notice(
    "code-refused",
    Administrator,
    Some(setup::SUBSCRIPTION),
    "Sage Intacct did not complete the sign-in.",
    "Connect once more: a sign-in is good for a short time and only once. If it is refused again, \
     an administrator switches Web Services On under Company → Admin → Subscriptions and checks \
     the sender ID under Company → Setup → Company → Security tab → Web Services authorizations.",
);
pub(super) const USER_REFUSED: Notice = notice(
    "user-refused",
    Administrator,
    Some(setup::SUBSCRIPTION),
    "Sage Intacct does not let this user sign in as a Web Services User.",
    "An administrator checks three things: Company → Admin → Subscriptions, Web Services is On; \
     Company → Setup → Company → Security tab → Authorized client applications names the Client \
     ID with this user; Company → Admin → Web Services users lists the user, Active, spelt as in \
     Username. A regular user cannot sign in this way.",
);
pub(super) const TOKEN_STALE: Notice = notice(
    STALE_CODE,
    Service,
    None,
    "The access token has expired or was withdrawn.",
    "It is renewed and the request repeated once; nobody has to do anything.",
);
pub(super) const TOKEN_STALE_AT_REVOCATION: Notice = notice(
    STALE_CODE,
    User,
    None,
    "Sage Intacct does not know this token any more, so it was not revoked.",
    "If it was an access token, renew the connection and revoke again. If it was the refresh \
     token, the connection has ended already.",
);
pub(super) const NO_PERMISSION: Notice = notice(
    "no-permission",
    Administrator,
    Some(setup::PERMISSIONS),
    "The sign-in works, but this user may not read what was asked for.",
    "An administrator opens the user under Company → Admin → Users, or Web Services users, and \
     gives it a role or permissions for what is to be read.",
);
const REPORT: &str = "Report this to the author of this plugin, with the code and the support ID. \
                      Connecting again does not help.";
pub(super) const DEFECT_FORMAT: Notice =
    defect("Sage Intacct took the request for one of its XML API.");
pub(super) const DEFECT_MEMBER: Notice = defect("Sage Intacct misses something in the request.");
pub(super) const DEFECT_GRANT: Notice = defect("Sage Intacct cannot read the request for tokens.");
pub(super) const DEFECT_PATH: Notice = defect("Sage Intacct knows no such address.");
pub(super) const DEFECT_BEARER: Notice =
    defect("Sage Intacct did not find the token in the request.");
pub(super) const DEFECT_EMPTY: Notice = defect("Sage Intacct received an empty request.");
pub(super) const DEFECT_CLIENT: Notice =
    defect("Sage Intacct received no Client ID, or more than one.");
pub(super) const DEFECT_REQUEST: Notice = defect("Sage Intacct cannot make sense of the request.");
pub(super) const NOT_FOUND: Notice = notice(
    "not-found",
    Plugin,
    None,
    "Sage Intacct knows no such address.",
    REPORT,
);
pub(super) const NOT_UNDERSTOOD: Notice = notice(
    "not-understood",
    Plugin,
    None,
    "Sage Intacct refused the request for a reason that this plugin does not know.",
    "Give the code and the support ID to Sage's support, or to the author of this plugin.",
);

const fn defect(message: &'static str) -> Notice {
    notice("defect", Plugin, None, message, REPORT)
}
