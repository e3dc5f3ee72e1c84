//! What the operator decides.

use std::io::{Read as _, Write as _};

use rstest::rstest;
use serde_json::json;

use crate::stage::{CLIENT_ID, CLIENT_SECRET, Stage, mock};

const ALLOWED: &str = "[[plugin]]\nbuiltin = true\norigins = [\"https://api.intacct.com\"]\n\
                       claims = [\"userId\", \"cnyId\"]\n";

#[test]
fn the_example_is_a_policy_that_can_be_used() {
    let stage = Stage::new();
    let example = stage.run(&["policy", "example"]).ends_with(0).stdout;
    stage.file("policy.toml", example);
    let json = stage
        .run(&["policy", "check", "policy.toml", "--json"])
        .ends_with(0)
        .json();
    assert_eq!(json["file"], "policy.toml");
    assert_eq!(json["plugins"][0]["builtin"], true);
    assert_eq!(
        json["plugins"][0]["origins"],
        json!(["https://api.intacct.com"])
    );
    assert_eq!(json["limits"]["cpu_time_ms"], 500);
}

#[test]
fn without_a_file_the_default_holds() {
    let json = Stage::new()
        .run(&["policy", "check", "--json"])
        .ends_with(0)
        .json();
    assert_eq!(json["file"], json!(null));
    assert_eq!(json["plugins"], json!(null));
}

#[test]
fn a_file_is_found_in_its_usual_place_by_variable_and_by_option() {
    let stage = Stage::new();
    let limit = |value: u32| format!("[limits]\nhandles = {value}\n");
    stage.file(".config/credential-harness/policy.toml", limit(1));
    stage.file("by-variable.toml", limit(2));
    stage.file("by-option.toml", limit(3));
    let check = |stage: &Stage, arguments: &[&str]| {
        let arguments = [&["policy", "check", "--json"], arguments].concat();
        stage.run(&arguments).json()["limits"]["handles"].clone()
    };
    assert_eq!(check(&stage, &[]), 1);
    let stage = stage.env("HARNESS_POLICY", "by-variable.toml");
    assert_eq!(check(&stage, &[]), 2);
    assert_eq!(check(&stage, &["--policy", "by-option.toml"]), 3);
}

#[test]
fn a_policy_in_the_folder_that_xdg_names_is_found() {
    let stage = Stage::new();
    let path = stage.file(
        "xdg/credential-harness/policy.toml",
        "[limits]\nhandles = 7\n",
    );
    let folder = path.ancestors().nth(2).unwrap().display().to_string();
    let json = stage
        .env("XDG_CONFIG_HOME", &folder)
        .run(&["policy", "check", "--json"])
        .json();
    assert_eq!(json["limits"]["handles"], 7);
}

#[rstest]
#[case::unknown_key("plugins = []", "1:1 unknown key `plugins`")]
#[case::no_toml("[[plugin]\n", "policy.toml cannot be used 1:")]
#[case::no_origin(
    "[[plugin]]\nbuiltin = true\norigins = [\"api.intacct.com\"]",
    "3:12 `api.intacct.com` is no origin"
)]
#[case::a_path_in_an_origin(
    "[[plugin]]\nbuiltin = true\norigins = [\"https://a.example/x\"]",
    "3:12 `https://a.example/x` is more than an origin"
)]
#[case::a_wildcard(
    "[[plugin]]\nbuiltin = true\norigins = [\"https://*.intacct.com\"]",
    "3:12 `https://*.intacct.com` has a wildcard, which matches nothing: write each host in full"
)]
#[case::a_wildcard_that_is_encoded(
    "[[plugin]]\nbuiltin = true\norigins = [\"https://%2A.intacct.com\"]",
    "3:12 `https://%2A.intacct.com` has a wildcard"
)]
#[case::a_user_in_an_origin(
    "[[plugin]]\nbuiltin = true\norigins = [\"https://u:p@a.example\"]",
    "3:12 `https://u:p@a.example` is more than an origin"
)]
#[case::an_empty_user_in_an_origin(
    "[[plugin]]\nbuiltin = true\norigins = [\"https://@a.example\"]",
    "3:12 `https://@a.example` is more than an origin"
)]
#[case::a_host_that_is_none(
    "[[plugin]]\nbuiltin = true\norigins = [\"https://{a,b}.example\"]",
    "3:12 `https://{a,b}.example` names no host"
)]
#[case::an_origin_without_tls(
    "[[plugin]]\nbuiltin = true\norigins = [\"http://a.example\"]",
    "3:12 `http://a.example` matches nothing: a plugin reaches https alone"
)]
#[case::a_wildcard_that_is_mapped(
    "[[map]]\nfrom = \"https://*.example\"\nto = \"http://127.0.0.1\"",
    "2:8 `https://*.example` has a wildcard"
)]
#[case::no_list_of_texts("[[plugin]]\nbuiltin = true\ntexts = \"x\"", "3:9 `texts`")]
#[case::no_digest("[[plugin]]\ndigest = \"sha256:00\"", "2:10 `sha256:00` is no digest")]
#[case::no_subject(
    "[[plugin]]\norigins = []",
    "1:1 this entry does not say which plugin it is about"
)]
#[case::twice(
    "[[plugin]]\nbuiltin = true\n[[plugin]]\nbuiltin = true",
    "3:1 a second entry for the plugin"
)]
#[case::no_target(
    "[[map]]\nfrom = \"https://a.example\"\nto = \"localhost\"",
    "3:6 `localhost` is no base URL"
)]
#[case::half_a_map(
    "[[map]]\nfrom = \"https://a.example\"",
    "1:1 `to` is missing in [[map]]"
)]
#[case::unknown_limit(
    "[limits]\ncpu_time = 1",
    "2:1 unknown key `cpu_time` in [limits] hint: did you mean `cpu_time_ms`?"
)]
#[case::limit_too_small("[limits]\nmemory_bytes = 1", "2:16 `memory_bytes` is at least 65536")]
#[case::negative_limit("[limits]\nhandles = -1", "2:11 `handles` is a whole number")]
#[case::no_certificate("trust = [\"policy.toml\"]", "1:10 ")]
#[case::no_proxy("proxy = \"proxy.example\"", "1:9 a proxy is named by a URL")]
#[case::another_kind_of_proxy(
    "proxy = \"socks5://proxy.example\"",
    "1:9 a proxy is asked by http or https"
)]
#[case::a_proxy_with_a_password(
    "proxy = \"http://u:not-a-real-password@proxy.example\"",
    "1:9 a proxy's user and password do not stand in its URL"
)]
#[case::a_proxys_password_in_clear(
    "[proxy]\nurl = \"http://proxy.example\"\nuser = \"u\"\npassword = \"not-a-real-password\"",
    "4:12 the proxy's password is a secret hint: write { env"
)]
#[case::half_a_login(
    "[proxy]\nurl = \"http://proxy.example\"\nuser = \"u\"",
    "1:1 a proxy's `user` and `password` stand together"
)]
#[case::a_proxy_without_a_place("[proxy]\nuser = \"u\"", "`url` is missing in [proxy]")]
#[case::more_of_a_proxy(
    "[proxy]\nurl = \"http://proxy.example\"\nusr = \"u\"",
    "3:1 unknown key `usr` in [proxy]"
)]
fn a_policy_that_cannot_be_used_stops_the_start(#[case] text: &str, #[case] expected: &str) {
    let stage = Stage::with_secret();
    stage.web_services_user();
    stage.file("policy.toml", text);
    for command in [
        &["policy", "check"][..],
        &["describe"],
        &["inspect"],
        &["validate", "credential.toml"],
        &["connect", "credential.toml"],
    ] {
        let arguments = [command, &["--policy", "policy.toml"]].concat();
        let run = stage.run(&arguments).ends_with(4);
        let run = run
            .says(expected)
            .says("who acts: whoever runs this platform");
        assert!(!run.everything().contains("not-a-real-password"), "{run:?}");
    }
}

/// A proxy on this machine that opens no tunnel; what it was asked.
fn refusing_proxy(answer: &'static str) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (said, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                client.read_exact(&mut byte).unwrap();
                head.extend(byte);
            }
            client.write_all(answer.as_bytes()).unwrap();
            said.send(String::from_utf8(head).unwrap()).unwrap();
        }
    });
    (url, heard)
}

#[test]
fn what_goes_to_the_internet_goes_through_the_proxy_that_the_policy_names() {
    let (url, heard) = refusing_proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let stage = Stage::with_secret();
    stage.web_services_user();
    stage.file("policy.toml", format!("proxy = \"{url}\"\n{ALLOWED}"));
    let connect = ["connect", "credential.toml", "--policy", "policy.toml"];
    stage
        .run(&connect)
        .ends_with(6)
        .says("The proxy that the policy names asks for a user and a password (407)");
    let head = heard.recv().unwrap();
    assert!(head.starts_with("CONNECT api.intacct.com:443 "), "{head}");
    assert!(
        !head.to_lowercase().contains("proxy-authorization"),
        "{head}"
    );
    stage.file("password", "not-a-real-password\n");
    let proxy = format!(
        "[proxy]\nurl = \"{url}\"\nuser = \"platform\"\npassword = {{ file = \"password\" }}\n"
    );
    stage.file("policy.toml", format!("{proxy}{ALLOWED}"));
    stage.run(&connect).ends_with(6);
    let head = heard.recv().unwrap();
    // base64 of `platform:not-a-real-password` (RFC 7617 section 2)
    assert!(
        head.contains("cGxhdGZvcm06bm90LWEtcmVhbC1wYXNzd29yZA=="),
        "{head}"
    );
    let check = ["policy", "check", "policy.toml"];
    stage.run(&check).ends_with(0).shows(&format!(
        "what is not mapped goes through the proxy {url}, as platform, password from the file"
    ));
}

/// Whoever can set a variable must not decide where requests go.
#[test]
fn a_proxy_that_a_variable_names_is_not_asked() {
    let (url, heard) = refusing_proxy("HTTP/1.1 407 No\r\n\r\n");
    let mock = mock();
    let stage = Stage::with_secret()
        .env("HTTPS_PROXY", &url)
        .env("ALL_PROXY", &url);
    stage.web_services_user();
    let to_mock = ["connect", "credential.toml", "--mock", &mock.origin(), "-v"];
    stage
        .run(&to_mock)
        .ends_with(0)
        .says("a proxy is named by a variable and not used; write `proxy` into the policy");
    assert!(heard.try_recv().is_err());
}

/// What a name may lead to and nobody should read, beside a file that is one byte too large.
fn without_files(stage: &Stage) {
    stage.file("folder/x", "");
    stage.file("large", vec![b'#'; (1 << 20) + 1]);
    let pipe = stage.path("pipe");
    let mode = rustix::fs::Mode::RUSR;
    rustix::fs::mknodat(rustix::fs::CWD, pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
}

#[rstest]
#[case::a_folder("folder", "it is a folder, a pipe or a device")]
#[case::a_pipe_that_nobody_writes_to("pipe", "it is a folder, a pipe or a device")]
#[case::a_device_without_end("/dev/zero", "it is a folder, a pipe or a device")]
#[case::a_device_without_a_byte("/dev/null", "it is a folder, a pipe or a device")]
#[case::too_large("large", "it is larger than 1024 KiB")]
fn only_a_regular_file_of_a_sensible_size_is_read(#[case] name: &str, #[case] why: &str) {
    let stage = Stage::new();
    without_files(&stage);
    stage
        .run(&["policy", "check", name])
        .ends_with(4)
        .says(&format!("{name} cannot be read: {why}"));
    stage
        .run(&["validate", name])
        .ends_with(3)
        .says(&format!("{name} cannot be read: {why}"));
    stage.file("policy.toml", format!("\ntrust = [\"{name}\"]\n"));
    stage
        .run(&["policy", "check", "policy.toml"])
        .ends_with(4)
        .says(&format!("2:10 {name} cannot be read: {why}"))
        .says("hint: name a PEM file");
}

#[test]
fn a_policy_that_is_not_there_or_not_readable_stops_the_start() {
    let stage = Stage::new();
    stage
        .run(&["describe", "--policy", "nothing.toml"])
        .ends_with(4)
        .says("nothing.toml cannot be read");
    // A folder in the file's usual place: there, and not to be read.
    stage.file(".config/credential-harness/policy.toml/x", "");
    stage
        .run(&["describe"])
        .ends_with(4)
        .says("policy.toml cannot be read");
}

#[test]
fn a_policy_that_everybody_can_change_stops_the_start() {
    let stage = Stage::new();
    stage.file_with_mode("policy.toml", ALLOWED, 0o666);
    stage
        .run(&["describe", "--policy", "policy.toml"])
        .ends_with(4)
        .says("policy.toml can be changed by others (mode 0666)")
        .says("hint: chmod go-w ");
}

#[test]
fn with_a_file_a_plugin_without_an_entry_may_reach_nothing() {
    let stage = Stage::with_secret();
    stage.web_services_user();
    stage.file("policy.toml", "");
    let run = stage
        .run(&["connect", "credential.toml", "--policy", "policy.toml"])
        .ends_with(4)
        .says("lets this plugin reach nothing, and it asks for https://api.intacct.com");
    // What it says to write is enough.
    let entry = run.stderr.split("\n\n").nth(1).unwrap().to_owned();
    stage.file("policy.toml", entry);
    let json = stage
        .run(&["inspect", "--policy", "policy.toml", "--json"])
        .json();
    assert_eq!(
        json["allowed"]["origins"],
        json!(["https://api.intacct.com"])
    );
}

#[test]
fn an_origin_that_is_mapped_leads_to_the_mock() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.web_services_user();
    let map = format!(
        "[[map]]\nfrom = \"https://api.intacct.com\"\nto = \"{}\"\n",
        mock.origin()
    );
    stage.file("policy.toml", format!("{ALLOWED}{map}"));
    stage
        .run(&["connect", "credential.toml", "--policy", "policy.toml"])
        .ends_with(0);
    mock.ledger().token_requests().assert_count(1);
}

#[test]
fn claims_that_the_policy_withholds_are_not_told() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.web_services_user();
    stage.file("policy.toml", ALLOWED.replace(", \"cnyId\"", ""));
    let json = stage
        .run(&[
            "connect",
            "credential.toml",
            "--policy",
            "policy.toml",
            "--json",
            "--mock",
            &mock.origin(),
        ])
        .json();
    assert_eq!(json["identity"]["user"], "ws-loader");
    assert_eq!(json["identity"]["company"], json!(null));
}

fn supplying(supply: &str) -> Stage {
    let stage = Stage::new().env("PLATFORM_SECRET", CLIENT_SECRET);
    stage.file(
        "policy.toml",
        format!("{ALLOWED}[plugin.supply]\n{supply}\n"),
    );
    stage
}

#[test]
fn the_platforms_application_fills_in_what_is_blank() {
    let mock = mock();
    let stage = supplying(&format!(
        "client_id = \"{CLIENT_ID}\"\nclient_secret = {{ env = \"PLATFORM_SECRET\" }}"
    ));
    stage.file(
        "credential.toml",
        "name = \"x\"\n[settings]\nclient_id = \"\"\nflow_type = \"web_services_user\"\n\
         username = \"ws-loader@Nordlicht-DEV\"\n",
    );
    let arguments = [
        "connect",
        "credential.toml",
        "--policy",
        "policy.toml",
        "--mock",
        &mock.origin(),
    ];
    stage.run(&arguments).ends_with(0);
    // A value of the customer's own goes before the platform's.
    stage.file(
        "credential.toml",
        "name = \"x\"\n[settings]\nclient_id = \"other.app.sage.com\"\n\
         flow_type = \"web_services_user\"\nusername = \"ws-loader@Nordlicht-DEV\"\n",
    );
    stage.run(&arguments).ends_with(1);
    let ledger = mock.ledger().token_requests();
    assert_eq!(ledger.entries()[0].form_field("client_id"), Some(CLIENT_ID));
    assert_eq!(
        ledger.entries()[1].form_field("client_id"),
        Some("other.app.sage.com")
    );
}

#[rstest]
#[case::in_clear(
    "client_secret = \"not-a-real-secret\"",
    "`client_secret` is secret, and stands here in clear"
)]
#[case::a_text_from_a_source(
    "client_id = { env = \"PLATFORM_SECRET\" }",
    "the plugin is told `client_id` as it stands, and a source is for secrets"
)]
#[case::a_secret_as_text(
    "client_secret = { env = \"PLATFORM_SECRET\", text = true }",
    "the form does not ask for `client_secret` as text"
)]
#[case::not_the_platforms(
    "username = \"x\"",
    "`username` is no field that a platform may supply"
)]
#[case::not_set(
    "client_secret = { env = \"NOWHERE\" }",
    "what the platform supplies for `client_secret` cannot be had"
)]
fn a_supply_that_cannot_be_used_is_the_operators_to_mend(
    #[case] supply: &str,
    #[case] expected: &str,
) {
    let stage = supplying(supply);
    stage.file("credential.toml", "name = \"x\"\n[settings]\n");
    let run = stage
        .run(&["validate", "credential.toml", "--policy", "policy.toml"])
        .ends_with(4)
        .says(expected)
        .says("who acts: whoever runs this platform");
    assert!(!run.everything().contains("not-a-real-secret"), "{run:#?}");
}

#[test]
fn a_limit_that_is_set_holds() {
    let stage = Stage::new();
    stage.file("policy.toml", "[limits]\ncomponent_bytes = 1000\n");
    stage
        .run(&["describe", "--policy", "policy.toml"])
        .ends_with(5)
        .says("more than the 1000 that are allowed");
}

#[test]
fn a_cache_that_cannot_be_used_costs_time_and_nothing_else() {
    let stage = Stage::new();
    let file = stage.file("no-folder", "").display().to_string();
    let stage = stage.env("XDG_CACHE_HOME", &file);
    assert_eq!(stage.run(&["describe"]).ends_with(0).stderr, "");
    stage
        .run(&["describe", "-v"])
        .ends_with(0)
        .says("compiled plugins are not kept");
}
