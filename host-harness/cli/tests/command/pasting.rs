//! `harness connect --paste`, and pasting while the command listens: the browser is somewhere else.

use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rstest::rstest;

use crate::browser::sign_in;
use crate::stage::{Running, Stage, mock};

#[test]
fn the_address_can_be_pasted() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let redirect_uri = "https://app.example.com/intacct/callback";
    let mut connect = stage.start_with_input(&[
        "connect",
        "credential.toml",
        "--paste",
        "--no-browser",
        "--redirect-uri",
        redirect_uri,
        "--mock",
        &mock.origin(),
    ]);
    let redirected = sign_in(&connect.address()).url;
    assert!(redirected.starts_with(redirect_uri), "{redirected}");
    connect.type_in(&format!("{redirected}\n"));
    connect.end().ends_with(0).shows("signed in as user dana");
}

#[rstest]
#[case::nothing("", "no address was pasted")]
#[case::no_url("hello\n", "that is no URL")]
#[case::elsewhere(
    "https://evil.example/?code=c&state=s\n",
    "is not where this sign-in leads back to"
)]
#[case::another_state(
    "https://127.0.0.1:8765/callback?code=c&state=s\n",
    "from another sign-in"
)]
fn what_is_pasted_wrongly_ends_it_without_a_token_request(
    #[case] pasted: &str,
    #[case] expected: &str,
) {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let arguments = [
        "connect",
        "credential.toml",
        "--paste",
        "--no-browser",
        "--mock",
        &mock.origin(),
    ];
    stage
        .run_with_input(&arguments, pasted)
        .ends_with(1)
        .says(expected);
    mock.ledger().token_requests().assert_count(0);
}

const PASTE: [&str; 4] = ["connect", "credential.toml", "--paste", "--no-browser"];

/// What is pasted through a pipe, each with the address at `URL` and its halves at `LEFT` and `RIGHT`.
#[rstest]
#[case::a_blank_inside("LEFT RIGHT\n")]
#[case::two_lines("LEFT\nRIGHT\n")]
#[case::markdown("Here it is: [link](<URL>)\n")]
#[case::html("HTML\n")]
#[case::words_first("no address yet\nURL\n")]
fn an_address_is_read_as_people_paste_it(#[case] pasted: &str) {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start_with_input(&[&PASTE[..], &["--mock", &mock.origin()]].concat());
    let url = sign_in(&connect.address()).url;
    let (left, right) = url.split_at(url.find("code=").unwrap() + 9);
    let html = url.replace('&', "&amp;");
    let pasted = pasted.replace("URL", &url).replace("HTML", &html);
    connect.type_in(&pasted.replace("LEFT", left).replace("RIGHT", right));
    connect.end().ends_with(0).shows("signed in as user dana");
    mock.ledger().token_requests().assert_count(1);
}

/// The same address with the state first, so that a code which is cut off reads as a whole one.
fn code_last(url: &str) -> String {
    let (before, query) = url.split_once('?').unwrap();
    let (code, others): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|it| it.starts_with("code="));
    format!("{before}?{}&{}", others.join("&"), code.join("&"))
}

/// Each with the address at `URL`, its halves at `LEFT` and `RIGHT`, cut inside the code.
#[rstest]
#[case::one_line("URL\n")]
#[case::without_a_line_end("URL")]
#[case::two_lines("LEFT\nRIGHT\n")]
#[case::two_lines_of_windows("LEFT\r\nRIGHT\r\n")]
#[case::an_empty_line_between("LEFT\n\nRIGHT\n")]
#[case::quoted_mail("> LEFT\n> RIGHT\n")]
#[case::without_a_last_line_end("LEFT\nRIGHT")]
#[case::words_behind("URL\nBest, Dana\n")]
fn a_code_at_the_end_is_read_to_its_end(#[case] pasted: &str, #[values(false, true)] typed: bool) {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let origin = mock.origin();
    let arguments = [&PASTE[..], &["--mock", &origin]].concat();
    let fill = |address: &str| {
        let url = code_last(&sign_in(address).url);
        let (left, right) = url.split_at(url.find("code=").unwrap() + 9);
        let pasted = pasted.replace("URL", &url);
        pasted.replace("LEFT", left).replace("RIGHT", right)
    };
    let run = if typed {
        let mut connect = AtTerminal::start(&stage, &arguments);
        let text = fill(&connect.running.address());
        connect.running.hear(|line| line.contains("shown)"));
        // A person presses Enter.
        let end = if text.ends_with('\n') { "" } else { "\n" };
        connect.paste(&format!("{text}{end}"));
        connect.running.wait();
        connect.running.end()
    } else {
        let mut connect = stage.start_with_input(&arguments);
        let text = fill(&connect.address());
        connect.type_in(&text);
        connect.end()
    };
    run.ends_with(0).shows("signed in as user dana");
    mock.ledger().token_requests().assert_count(1);
}

/// One word behind the code may be its rest: nothing is sent.
#[test]
fn a_word_behind_a_code_is_not_left_out_by_guess() {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let mut connect = stage.start_with_input(&[&PASTE[..], &["--mock", &mock.origin()]].concat());
    let url = code_last(&sign_in(&connect.address()).url);
    connect.type_in(&format!("{url}\nrest\n"));
    connect.end().ends_with(1).says("could be a part of it");
    mock.ledger().token_requests().assert_count(0);
}

/// A command whose stdin is a terminal, and the side of a person at it.
struct AtTerminal {
    running: Running,
    keyboard: std::fs::File,
    terminal: OwnedFd,
}

impl AtTerminal {
    fn start(stage: &Stage, arguments: &[&str]) -> Self {
        use rustix::fs::{Mode, OFlags};
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let terminal = rustix::fs::open(name, flags, Mode::empty()).unwrap();
        let stdin = Stdio::from(terminal.try_clone().unwrap());
        Self {
            running: stage.start_with(arguments, stdin),
            keyboard: keyboard.into(),
            terminal,
        }
    }

    fn paste(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    fn has_line_buffer_and_echo(&self) -> (bool, bool) {
        use rustix::termios::{LocalModes, tcgetattr};
        let modes = tcgetattr(&self.terminal).unwrap().local_modes;
        (
            modes.contains(LocalModes::ICANON),
            modes.contains(LocalModes::ECHO),
        )
    }
}

/// What is no address of this sign-in is asked for again, and a line may be longer than the terminal's
/// own line buffer.
#[rstest]
#[case::without_a_listener(&["--paste"])]
#[case::while_listening(&["--redirect-uri", "https://127.0.0.1:0/callback"])]
fn at_a_terminal_a_wrong_paste_is_asked_for_again(#[case] way: &[&str]) {
    let (stage, mock) = (Stage::with_secret(), mock());
    stage.regular_user();
    let origin = mock.origin();
    let arguments = [
        "connect",
        "credential.toml",
        "--no-browser",
        "--mock",
        &origin,
    ];
    let mut connect = AtTerminal::start(&stage, &[&arguments[..], way].concat());
    let url = sign_in(&connect.running.address()).url;
    connect.running.hear(|line| line.contains("shown)"));
    let cut = &url[..url.len() - 5];
    for (wrong, why) in [
        ("what is this".to_owned(), "that is no URL"),
        (cut.to_owned(), "from another sign-in"),
        (
            url.replacen("https://", "https://evil.example/", 1),
            "leads back to",
        ),
        ("x".repeat(70_000), "longer than an address"),
    ] {
        connect.paste(&format!("{wrong}\n"));
        let said = connect.running.hear(|line| line.contains("Not accepted"));
        assert!(said.contains(why), "{said}");
        connect.running.hear(|line| line.contains("shown)"));
    }
    mock.ledger().token_requests().assert_count(0);
    let (before, answer) = url.split_once('?').unwrap();
    let long = format!("{before}?padding={}&{answer}", "x".repeat(6_000));
    connect.paste(&format!("\u{feff}<{long}>\r"));
    connect.running.wait();
    assert_eq!(connect.has_line_buffer_and_echo(), (true, true));
    connect
        .running
        .end()
        .ends_with(0)
        .shows("signed in as user dana");
    mock.ledger().token_requests().assert_count(1);
}
