//! Whether the company lets an application act for a user: the switches that an administrator sets.

use crate::company::{Application, Company, ListsChecked, User};
use crate::refusal::{self, Refusal};

/// What everyone who asks for tokens must pass, in this order. The real order is not known (I);
/// this one goes from the company to the user.
pub(crate) fn admit<'a>(
    company: &'a Company,
    application: &Application,
    user: &str,
) -> Result<&'a User, Refusal> {
    if !company.active {
        return Err(refusal::INACTIVE_COMPANY);
    }
    if !company.web_services_subscription {
        return Err(refusal::SUBSCRIPTION_OFF);
    }
    let user = company.user(user).ok_or(refusal::UNKNOWN_USER)?;
    if !user.active {
        return Err(refusal::INACTIVE_USER);
    }
    let listed = company.authorizes_client(&application.client_id, &user.id);
    if !listed && company.tokens.lists_checked == ListsChecked::SignIn {
        return Err(refusal::APPLICATION_NOT_AUTHORIZED);
    }
    Ok(user)
}

/// The sender must be listed where no administrator has consented (S).
pub(crate) fn admit_sender(company: &Company, application: &Application) -> Result<(), Refusal> {
    let listed = company.authorizes_sender(&application.sender_id);
    if listed || company.tokens.lists_checked == ListsChecked::Call {
        Ok(())
    } else {
        Err(refusal::SENDER_NOT_AUTHORIZED)
    }
}
