//! The setup guide: what to do in Intacct first, where to click, what goes wrong without it.
//!
//! Intacct has two lists under Company, Security, and they are easily taken for one another. *Web
//! Services authorizations* admits a sender ID. *Authorized client applications* admits a Client
//! ID (S: "Applications not listed cannot send REST API calls"). An application needs both.

use crate::{
    form::{FOR_REGULAR_USER, FOR_WEB_SERVICES_USER},
    model::SetupStep,
};

/// Get a developer license and register the application. From the form's page.
pub const APPLICATION: &str = "developer-application";
/// Register the redirect address. S.
pub const REDIRECT: &str = "redirect-address";
/// Switch the Web Services subscription on. From the form's page, its step 1.
pub const SUBSCRIPTION: &str = "web-services-subscription";
/// Admit the sender ID. From the form's page, its step 2.
pub const SENDER: &str = "web-services-authorization";
/// Admit the Client ID. S.
pub const CLIENT: &str = "authorized-client-application";
/// Create the Web Services user. From the form's page, its step 3; the menu, S.
pub const USER: &str = "web-services-user";
/// Give the user the permissions. From the form's page, its step 3.
pub const PERMISSIONS: &str = "user-permissions";

/// The steps in the order in which they are done.
pub const STEPS: &[SetupStep] = &[
    SetupStep {
        id: APPLICATION,
        title: "Register an application with Sage",
        detail: "Needs an active Sage Intacct Web Services developer license, which comes with a \
                 sender ID and a sender password. In the Sage developer portal \
                 (developer.sage.com/intacct), open Applications, add one, give it that sender ID \
                 and create API keys: they are the Client ID and the Client Secret. All \
                 applications of one Web Services account use the same sender ID and password. \
                 Skip this step if your platform fills in Client ID and Client Secret. Without it \
                 Intacct knows no client and answers invalid_client.",
        needed_when: None,
    },
    SetupStep {
        id: REDIRECT,
        title: "Register the platform's redirect address",
        detail: "In the Sage developer portal, open the application and enter, under Redirect \
                 URIs, the address that your platform shows, letter for letter. It begins with \
                 https; http and localhost are refused. Let the application ask for \
                 offline_access. Skip this step if your platform fills in Client ID and Client \
                 Secret. Without it the sign-in page ends in an error, or the connection cannot \
                 be renewed.",
        needed_when: Some(FOR_REGULAR_USER),
    },
    SetupStep {
        id: SUBSCRIPTION,
        title: "Switch on the Web Services subscription",
        detail: "In Intacct: Company → Admin → Subscriptions, scroll to Web Services, switch it \
                 On. Without it Intacct refuses every sign-in of a program with invalid_grant. \
                 Sign-ins also fail in maintenance (Saturdays 02:30 to 05:30 UTC and other \
                 windows, see status.sage.com); connections stay.",
        needed_when: None,
    },
    SetupStep {
        id: SENDER,
        title: "Authorize the sender ID",
        detail: "In Intacct: Company → Setup → Company → Security tab → Edit → Web Services \
                 authorizations → Add. Enter the application's sender ID and leave its status at \
                 Active. This list holds sender IDs, not Client IDs; upper and lower case matter. \
                 Without it Intacct answers that the sender is unknown or inactive, or gives a \
                 token and refuses every call with it; for a Regular User it is enough that an \
                 administrator signs in and allows the access once.",
        needed_when: None,
    },
    SetupStep {
        id: CLIENT,
        title: "Authorize the client application",
        detail: "In Intacct: Company → Setup → Company → Security tab → Edit → Authorized client \
                 applications → Add. Enter the Client ID; for the Web Services User flow enter the \
                 Web Services user ID in the same row; leave its status at Active. This is another \
                 list than Web Services authorizations, on the same page: it holds Client IDs, not \
                 sender IDs. Applications that are not in it cannot make REST calls; Intacct \
                 answers REST-1216, or gives a token and refuses every call with it.",
        needed_when: None,
    },
    SetupStep {
        id: USER,
        title: "Create a Web Services user",
        detail: "In Intacct: Company → Admin → Web Services users → Add. Leave its status at \
                 Active. Its user ID and your company ID (Company → Setup → Company) make the \
                 Username: username@companyID. A sandbox's company ID is companyID-name. IDs may \
                 hold single blanks; upper and lower case matter. A Web Services user has no \
                 single sign-on (SSO) and no second factor (MFA), and its password does not \
                 expire. A regular user cannot sign in this way; without a Web Services user \
                 Intacct answers invalid_grant. A Session ID, which may take the place \
                 of the Username, stands in the address of a browser that is signed in, between \
                 .sess= and &.uid.",
        needed_when: Some(FOR_WEB_SERVICES_USER),
    },
    SetupStep {
        id: PERMISSIONS,
        title: "Give the user its permissions",
        detail: "In Intacct: Company → Admin → Users, or Web Services users: open the user and \
                 give it a role, or permissions, for what is to be read. Intacct signs in even a \
                 user who may do nothing; its calls then fail with status 403.",
        needed_when: None,
    },
];
