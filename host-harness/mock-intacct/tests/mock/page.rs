//! The page at the root, as a person without scripts uses it.

use mock_intacct::FAULTS;

use crate::client::{CLIENT_ID, CLIENT_SECRET, client_credentials, mock, post, send};

#[tokio::test]
async fn the_page_shows_what_one_needs_to_begin_with() {
    let mock = mock().await;
    let page = send(&mock, "GET", "/", &[], "").await.unwrap();
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    let base_url = mock.base_url();
    for part in [
        base_url.as_str(),
        CLIENT_ID,
        CLIENT_SECRET,
        "ws-loader@Nordlicht-DEV",
        "not-a-real-password-dana",
    ] {
        assert!(page.text.contains(part), "{part} is missing");
    }
    for switch in mock.switches() {
        assert!(
            page.text.contains(&format!("<code>{}</code>", switch.name)),
            "{} is missing",
            switch.name
        );
    }
    for fault in FAULTS {
        assert!(page.text.contains(fault.name), "{} is missing", fault.name);
    }
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere_and_no_script() {
    let mock = mock().await;
    let page = send(&mock, "GET", "/", &[], "").await.unwrap().text;
    for part in ["<script", "<link", "<img", "@import", "url("] {
        assert!(!page.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_form_of_the_page_leads_back_to_it() {
    let mock = mock().await;
    let form = [("from", "page"), ("name", "company"), ("value", "off")];
    let answer = post(&mock, "/_mock/switches", &form).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
    assert!(!mock.company().active);
}

#[tokio::test]
async fn what_arrived_is_shown_escaped_and_masked() {
    let mock = mock().await;
    crate::client::client_credentials_as(&mock, "<script>@x").await;
    let tokens = client_credentials(&mock).await;
    let page = send(&mock, "GET", "/", &[], "").await.unwrap().text;
    assert!(page.contains("&lt;script&gt;@x") && !page.contains("<script>"));
    assert!(page.contains("unknown-company (GW-0011)"));
    assert!(!page.contains(&tokens.text_at("/access_token")));
}
