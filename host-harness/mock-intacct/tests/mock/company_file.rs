//! A company from a TOML file: what it may say, and where it says something wrong.

use mock_intacct::{Company, MockIntacct, UserKind};
use rstest::rstest;

use crate::client::client_credentials;

#[test]
fn the_sample_file_is_the_sample_company() {
    assert_eq!(
        Company::from_toml(Company::sample_toml()),
        Ok(Company::sample())
    );
}

#[test]
fn a_company_survives_being_written_and_read() {
    assert_eq!(
        Company::from_toml(&Company::sample().to_toml()),
        Ok(Company::sample())
    );
}

#[test]
fn the_smallest_company_is_a_name_and_stands_well() {
    let company = Company::from_toml("id = 'C'").unwrap();
    assert!(company.active && company.web_services_subscription);
    assert_eq!(company.tokens.access_lifetime_seconds, 43_200);
}

#[test]
fn users_are_numbered_where_they_have_no_key() {
    let text = "id = 'C'\n[[users]]\nid = 'a'\nkind = 'regular'\n[[users]]\nid = 'b'\nkind = 'web-services'\nkey = '77'\n";
    let company = Company::from_toml(text).unwrap();
    let users: Vec<(&str, UserKind)> = company
        .users
        .iter()
        .map(|user| (user.key.as_str(), user.kind))
        .collect();
    assert_eq!(
        users,
        [("1", UserKind::Regular), ("77", UserKind::WebServices)]
    );
}

#[rstest]
#[case::no_toml("id = 'C'\nname =\n", &[2], "")]
#[case::an_unknown_setting("id = 'C'\nactiv = true\n", &[2], "unknown field `activ`")]
#[case::an_unknown_setting_of_a_user("id = 'C'\n[[users]]\nid = 'a'\nkind = 'regular'\npasword = 'x'\n", &[5], "unknown field `pasword`")]
#[case::an_unknown_kind("id = 'C'\n[[users]]\nid = 'a'\nkind = 'robot'\n", &[4], "expected `regular` or `web-services`")]
#[case::no_id("name = 'C'\n", &[1], "missing field `id`")]
#[case::an_http_redirect_uri("id = 'C'\n[[applications]]\nname = 'A'\nclient_id = 'a'\nclient_secret = 's'\nsender_id = 'x'\nredirect_uris = ['http://127.0.0.1/cb']\n", &[7], "is http, which Intacct refuses to register; use https")]
#[case::localhost("id = 'C'\n[[applications]]\nname = 'A'\nclient_id = 'a'\nclient_secret = 's'\nsender_id = 'x'\nredirect_uris = [\n 'https://app.example/',\n 'https://localhost/cb',\n]\n", &[9], "write https://127.0.0.1")]
#[case::a_user_twice("id = 'C'\n[[users]]\nid = 'a'\nkind = 'regular'\n[[users]]\nid = 'a'\nkind = 'regular'\n", &[6], "`a` stands twice in users")]
#[case::a_client_that_is_nowhere("id = 'C'\n[[authorized_clients]]\nclient_id = 'a'\n", &[3], "`a` is not among the applications; add it there")]
#[case::a_session_of_nobody("id = 'C'\n[[sessions]]\nname = 's'\nsession_id = 'x'\nuser = 'u'\nentity = 'e'\n", &[5, 6], "`u` is not among the users")]
fn a_mistake_is_told_with_its_line_and_what_to_do(
    #[case] text: &str,
    #[case] lines: &[usize],
    #[case] part: &str,
) {
    let error = Company::from_toml(text).unwrap_err();
    assert_eq!(error.lines().collect::<Vec<_>>(), lines, "{error}");
    let message = error.to_string();
    assert!(
        message.contains(part) && message.starts_with(&format!("line {}: ", lines[0])),
        "{message}"
    );
}

#[tokio::test]
async fn a_company_from_a_file_can_be_signed_in_to() {
    let company = Company::from_toml(Company::sample_toml()).unwrap();
    let mock = MockIntacct::builder()
        .company(company)
        .start()
        .await
        .unwrap();
    assert_eq!(client_credentials(&mock).await.status, 200);
}
