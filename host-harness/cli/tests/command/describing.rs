//! `harness describe`

use crate::stage::Stage;

#[test]
fn the_form_and_the_guide_are_shown() {
    Stage::new()
        .run(&["describe"])
        .ends_with(0)
        .shows("Sage Intacct REST Credentials (sage-intacct-rest)")
        .shows("client_secret: Client Secret, required; secret; the platform may fill it in")
        .shows("username: Username, required where flow_type is web_services_user")
        .shows("Switch on the Web Services subscription");
}

#[test]
fn json_has_the_plugins_description_and_digest() {
    let json = Stage::new()
        .run(&["describe", "--json"])
        .ends_with(0)
        .json();
    assert_eq!(json["descriptor"]["id"], "sage-intacct-rest");
    assert_eq!(json["descriptor"]["fields"][1]["id"], "client_secret");
    assert_eq!(json["descriptor"]["fields"][1]["kind"], "secret");
    let digest = json["plugin"]["digest"].as_str().unwrap();
    assert!(
        digest.starts_with("sha256:") && digest.len() == 71,
        "{digest}"
    );
}

/// Whoever fills the template in has a credential file.
#[test]
fn the_template_is_a_credential_file() {
    let stage = Stage::with_secret();
    let template = stage.run(&["describe", "--template"]).ends_with(0).stdout;
    let filled = template
        .replacen("name = \"\"", "name = \"Mine\"", 1)
        .replacen(
            "client_id = \"\"",
            "client_id = \"0123456789abcdef0123.app.sage.com\"",
            1,
        );
    stage.file("credential.toml", filled);
    stage.run(&["validate", "credential.toml"]).ends_with(0);
}

#[test]
fn every_line_of_the_template_can_be_taken_into_use() {
    let stage = Stage::with_secret().env("SESSION_ID", "not-a-real-session-id");
    let template = stage.run(&["describe", "--template"]).stdout;
    let uncommented = template
        .replace("\n# username", "\nusername")
        .replace("\n# session_id", "\nsession_id")
        .replacen("name = \"\"", "name = \"Mine\"", 1);
    stage.file("credential.toml", uncommented);
    let json = stage
        .run(&["validate", "credential.toml", "--json"])
        .ends_with(3)
        .json();
    assert_eq!(json["problems"][0]["field"], "client_id");
}
