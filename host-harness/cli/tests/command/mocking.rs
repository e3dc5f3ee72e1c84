//! `harness mock`

use rustix::process::{Pid, Signal, kill_process};

use crate::stage::Stage;

#[test]
fn it_announces_itself_serves_and_ends_on_ctrl_c() {
    let stage = Stage::with_secret();
    stage.web_services_user();
    let mut mock = stage.start(&["mock", "--port", "0", "--json"]);
    let line = mock.hear(|line| line.starts_with("Sign in with"));
    let origin = line.rsplit(' ').next().unwrap().to_owned();
    stage
        .run(&["connect", "credential.toml", "--mock", &origin])
        .ends_with(0);
    let pid = Pid::from_raw(mock.id().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let run = mock.end().ends_with(0);
    assert_eq!(run.json()["origin"], origin);
    assert_eq!(run.json()["company"], "Nordlicht-DEV");
}

#[test]
fn the_sample_company_can_be_changed_and_played() {
    let stage = Stage::new();
    let sample = stage.run(&["mock", "--print-company"]).ends_with(0).stdout;
    stage.file("company.toml", sample.replace("Nordlicht-DEV", "Other-DEV"));
    let mut mock = stage.start(&["mock", "--port", "0", "--company", "company.toml"]);
    mock.hear(|line| line == "Ctrl-C ends it.");
    let pid = Pid::from_raw(mock.id().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    mock.end().ends_with(0).shows("Company Other-DEV");
}

#[test]
fn a_company_that_cannot_be_read_is_told_with_its_line() {
    let stage = Stage::new();
    stage.file("company.toml", "id = \"x\"\nnmae = \"y\"\n");
    stage
        .run(&["mock", "--company", "company.toml"])
        .ends_with(3)
        .says("company.toml cannot be used")
        .says("line 2");
}

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    Stage::new()
        .run(&["mock", "--port", &port])
        .ends_with(7)
        .says("in use by another program")
        .says("--port 0");
}
