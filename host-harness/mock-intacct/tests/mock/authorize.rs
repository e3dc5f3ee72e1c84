//! The pages: what is shown, what is refused, and where the browser is sent.

use mock_intacct::MockIntacct;
use mock_intacct::browser::{self, Consent, Person, WalkError};
use rstest::rstest;

use crate::client::{
    ADMIN, DANA, Form, REDIRECT_URI, authorization_url, encode, mock, parameter, post, query_of,
    send,
};

/// What a browser gets that opens the URL.
async fn open(mock: &MockIntacct, url: &str) -> crate::client::Answer {
    let path = url.strip_prefix(&mock.origin()).unwrap();
    send(mock, "GET", path, &[], "").await.unwrap()
}

#[tokio::test]
async fn consent_sends_the_browser_back_with_code_and_state() {
    let mock = mock().await;
    let back = browser::sign_in(&authorization_url(&mock, &[]), DANA, Consent::Allow)
        .await
        .unwrap();
    assert!(back.starts_with(&format!("{REDIRECT_URI}?")), "{back}");
    let names: Vec<String> = query_of(&back).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["code", "state"]);
    assert_eq!(parameter(&back, "state").as_deref(), Some("a&b=c"));
}

#[tokio::test]
async fn every_regular_user_of_the_company_can_be_walked_through() {
    let mock = mock().await;
    let company = mock.company();
    for user in ["dana", "admin"] {
        let person = Person::of(&company, user).unwrap();
        let back = browser::sign_in(&authorization_url(&mock, &[]), person, Consent::Allow).await;
        assert!(parameter(&back.unwrap(), "code").is_some());
    }
    assert!(Person::of(&company, "nobody").is_none());
}

#[tokio::test]
async fn a_denial_sends_the_browser_back_with_access_denied() {
    let mock = mock().await;
    let back = browser::sign_in(&authorization_url(&mock, &[]), DANA, Consent::Deny)
        .await
        .unwrap();
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&back, "state").as_deref(), Some("a&b=c"));
    assert_eq!(parameter(&back, "code"), None);
    mock.ledger().assert_refused("access-denied");
    assert!(mock.issued().all().is_empty());
}

#[rstest]
#[case::no_response_type(&[("response_type", "")], "invalid_request")]
#[case::another_response_type(&[("response_type", "token")], "unsupported_response_type")]
#[case::another_scope(&[("scope", "everything")], "invalid_scope")]
#[case::one_scope_too_many(&[("scope", "offline_access everything")], "invalid_scope")]
#[case::plain_pkce(&[("code_challenge_method", "plain")], "invalid_request")]
#[case::pkce_without_a_method(&[("code_challenge_method", "")], "invalid_request")]
#[case::pkce_without_a_challenge(&[("code_challenge", "")], "invalid_request")]
#[case::a_challenge_of_another_length(&[("code_challenge", "abc")], "invalid_request")]
#[case::two_states(&[("state", "a"), ("state", "b")], "invalid_request")]
#[tokio::test]
async fn a_request_with_a_mistake_goes_back_to_the_client(
    #[case] changes: Form<'_>,
    #[case] error: &str,
) {
    let mock = mock().await;
    let answer = open(&mock, &authorization_url(&mock, changes)).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let location = answer.header("location");
    assert!(location.starts_with(REDIRECT_URI), "{location}");
    assert_eq!(parameter(location, "error").as_deref(), Some(error));
    assert!(parameter(location, "state").is_some());
}

#[rstest]
#[case::no_client(&[("client_id", "")], "no-client-id")]
#[case::an_unknown_client(&[("client_id", "nobody.app.sage.com")], "unknown-client")]
#[case::two_clients(&[("client_id", "a"), ("client_id", "b")], "several-client-ids")]
#[case::no_redirect_uri(&[("redirect_uri", "")], "redirect-uri-not-registered")]
#[case::an_http_redirect_uri(&[("redirect_uri", "http://127.0.0.1:49152/callback")], "redirect-uri-not-registered")]
#[case::another_path(&[("redirect_uri", "https://127.0.0.1:49152/callback/")], "redirect-uri-not-registered")]
#[case::another_host(&[("redirect_uri", "https://evil.example/callback")], "redirect-uri-not-registered")]
#[tokio::test]
async fn a_request_with_a_wrong_client_or_redirect_uri_goes_nowhere(
    #[case] changes: Form<'_>,
    #[case] name: &str,
) {
    let mock = mock().await;
    let answer = open(&mock, &authorization_url(&mock, changes)).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (400, ""),
        "{answer:?}"
    );
    mock.ledger().assert_refused(name);
}

#[rstest]
#[case::a_wrong_password(Person { password: "wrong", ..DANA }, "sign-in-password")]
#[case::an_unknown_user(Person { user: "nobody", ..DANA }, "sign-in-user")]
#[case::another_company(Person { company: "Elsewhere", ..DANA }, "sign-in-company")]
#[case::a_web_services_user(Person { user: "ws-loader", password: "", ..DANA }, "sign-in-web-services-user")]
#[tokio::test]
async fn a_sign_in_that_is_refused_shows_the_page_again(
    #[case] person: Person<'_>,
    #[case] name: &str,
) {
    let mock = mock().await;
    let error = browser::sign_in(&authorization_url(&mock, &[]), person, Consent::Allow)
        .await
        .unwrap_err();
    assert!(matches!(error, WalkError::SignInRefused(_)), "{error}");
    mock.ledger().assert_refused(name);
}

#[tokio::test]
async fn where_the_sender_is_not_authorized_an_administrator_must_consent() {
    let mock = mock().await;
    mock.change(|company| company.web_services_authorizations.clear());
    let url = authorization_url(&mock, &[]);
    let back = browser::sign_in(&url, DANA, Consent::Allow).await.unwrap();
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    let back = browser::sign_in(&url, ADMIN, Consent::Allow).await.unwrap();
    let tokens = crate::client::exchange(&mock, &parameter(&back, "code").unwrap()).await;
    assert_eq!(
        crate::client::refresh(&mock, &tokens.text_at("/refresh_token"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_consent_works_once() {
    let mock = mock().await;
    browser::sign_in(&authorization_url(&mock, &[]), DANA, Consent::Allow)
        .await
        .unwrap();
    let form = [
        ("step", "consent"),
        ("ticket", "not-a-real-ticket"),
        ("decision", "allow"),
    ];
    let answer = post(&mock, "/ia/api/v1/oauth2/authorize", &form).await;
    assert_eq!(answer.status, 400);
    mock.ledger().assert_refused("sign-in-over");
}

#[tokio::test]
async fn the_form_itself_cannot_be_given_another_redirect_uri() {
    let mock = mock().await;
    let form = [
        ("step", "sign-in"),
        ("response_type", "code"),
        ("client_id", crate::client::CLIENT_ID),
        ("redirect_uri", "https://evil.example/"),
        ("company", DANA.company),
        ("user", DANA.user),
        ("password", DANA.password),
    ];
    assert_eq!(
        post(&mock, "/ia/api/v1/oauth2/authorize", &form)
            .await
            .status,
        400
    );
    mock.ledger().assert_refused("redirect-uri-not-registered");
}

#[tokio::test]
async fn an_app_scheme_is_a_redirect_uri_too() {
    let mock = mock().await;
    let url = authorization_url(
        &mock,
        &[("redirect_uri", "com.example.nordlicht:/callback")],
    );
    let back = browser::sign_in(&url, DANA, Consent::Allow).await.unwrap();
    assert!(
        back.starts_with("com.example.nordlicht:/callback?code="),
        "{back}"
    );
}

#[tokio::test]
async fn what_the_request_says_is_escaped_on_the_page() {
    let mock = mock().await;
    let answer = open(
        &mock,
        &authorization_url(&mock, &[("state", "\"><script>alert(1)</script>")]),
    )
    .await;
    assert_eq!(answer.status, 200);
    assert!(!answer.text.contains("<script>"), "{}", answer.text);
    let query = encode(&[("client_id", "x<script>"), ("redirect_uri", "y<script>")]);
    let answer = send(
        &mock,
        "GET",
        &format!("/ia/api/v1/oauth2/authorize?{query}"),
        &[],
        "",
    )
    .await
    .unwrap();
    assert!(!answer.text.contains("<script>"), "{}", answer.text);
}

#[rstest]
#[case::of_the_real_service("https://api.intacct.com/ia/api/v1/oauth2/authorize")]
#[case::without_a_port("http://localhost/")]
#[case::no_url("nonsense")]
#[tokio::test]
async fn a_url_that_does_not_lead_to_the_mock_is_not_opened(#[case] url: &str) {
    let error = browser::sign_in(url, DANA, Consent::Allow)
        .await
        .unwrap_err();
    assert!(matches!(error, WalkError::Url(_)), "{error}");
}

#[tokio::test]
async fn a_page_that_leads_nowhere_is_told_with_its_text() {
    let mock = mock().await;
    let url = authorization_url(&mock, &[("client_id", "nobody")]);
    let error = browser::sign_in(&url, DANA, Consent::Allow)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("400") && error.contains("No application has this client ID"),
        "{error}"
    );
}
