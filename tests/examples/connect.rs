//! The host as a library: connect a Web Services User and look at the connection.

use std::sync::Arc;

use credential_runtime::{Error, Grant, Policy, Runtime, Sender, Settings, Severity};

#[expect(clippy::print_stdout, reason = "an example")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Once: load the component. What it may do is yours to say; the default is nothing.
    let runtime = Runtime::builder().build()?;
    let plugin = runtime.load(intacct_component::COMPONENT).await?;
    let policy = Policy::nothing()
        .allow_origin("https://api.intacct.com".parse()?)
        .allow_claim("userId")
        .allow_claim("cnyId");
    // What the plugin may be told as it stands; anything else of the form is a secret to it.
    let texts = plugin.descriptor().text_fields();
    let policy = Arc::new(texts.fold(policy, Policy::allow_text));

    // For each credential: the form, filled in. The secret never reaches the plugin.
    let settings = Settings::new()
        .with_text("client_id", std::env::var("CLIENT_ID")?)
        .with_secret("client_secret", std::env::var("CLIENT_SECRET")?)
        .with_text("flow_type", "web_services_user")
        .with_text("username", std::env::var("USERNAME_AT_COMPANY")?);

    let operation = plugin.operation(&settings, &policy);
    for problem in operation.validate().await? {
        println!("{}: {}", problem.field, problem.message);
        if problem.severity == Severity::Error {
            return Ok(());
        }
    }
    match operation
        .obtain_tokens(&Grant::ClientCredentials, Sender::Host)
        .await
    {
        Ok(tokens) => {
            println!("connected: {}", tokens.access.masked());
            for check in operation.test(&tokens.access).await? {
                println!("{}: {:?}", check.title, check.outcome);
            }
        }
        // Every refusal says what to do next, and who has to do it.
        Err(Error::Refused(refusal)) => {
            let it = &refusal.diagnosis;
            println!("{} ({}; {})", it.message, it.code, it.actor.describe());
        }
        Err(Error::Failed(failure)) => println!("{failure}"),
    }
    Ok(())
}
