//! The database's password: not in the URL, but where PostgreSQL's own programs look for it.

use rstest::rstest;
use test_stores::{Server, execute};

use crate::stage::{CLIENT_SECRET, Stage, block_on};

const PASSWORD: &str = "not-a-real:db\\password é";

/// The same in a password file.
const ESCAPED: &str = "not-a-real\\:db\\\\password é";

/// A server that asks the user `app` for its password.
struct Asking {
    server: Server,
}

impl Asking {
    fn start() -> Self {
        let server = Server::start(&[]);
        let url = server.url("postgres");
        let sql =
            format!("CREATE ROLE app LOGIN PASSWORD '{PASSWORD}'; CREATE DATABASE kept OWNER app");
        for sql in sql.split("; ") {
            block_on(execute(&url, sql));
        }
        let file = server.folder().join("data/pg_hba.conf");
        let rules = std::fs::read_to_string(&file).unwrap();
        std::fs::write(
            &file,
            format!("host all app 127.0.0.1/32 scram-sha-256\n{rules}"),
        )
        .unwrap();
        // Rules are read again before the next connection is let in.
        server.stop();
        server.start_again();
        Self { server }
    }

    fn stage(&self, options: &str) -> Stage {
        let url = format!(
            "postgres://app@127.0.0.1:{}/kept{options}",
            self.server.port()
        );
        let stage = Stage::new()
            .env("CLIENT_SECRET", CLIENT_SECRET)
            .env("HARNESS_STORE", &url)
            .env(
                "HARNESS_MASTER_KEY",
                "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
            );
        stage.web_services_user();
        stage
    }
}

const ADD: [&str; 3] = ["credentials", "add", "credential.toml"];

#[test]
fn a_password_is_found_where_it_may_be() {
    let asking = Asking::start();
    let line = format!("127.0.0.1:*:kept:app:{ESCAPED}\n");
    let list = ["credentials"];

    let stage = asking.stage("").env("PGPASSWORD", &format!("{PASSWORD}\n"));
    stage.run(&ADD).ends_with(0);

    let stage = asking.stage("").env("PGPASSFILE", "one.pgpass");
    stage.file("one.pgpass", &line);
    stage.run(&list).ends_with(0).shows("Sample");

    let stage = asking.stage("");
    stage.file(".pgpass", &line);
    stage.run(&list).ends_with(0).shows("Sample");

    let stage = asking.stage("?passfile=one.pgpass");
    stage.file("one.pgpass", &line);
    stage.run(&list).ends_with(0).shows("Sample");

    let written = "not-a-real%3Adb%5Cpassword%20%C3%A9";
    let url = format!(
        "postgres://app:{written}@127.0.0.1:{}/kept",
        asking.server.port()
    );
    let stage = asking.stage("").env("HARNESS_STORE", &url);
    stage.run(&list).ends_with(0).shows("Sample");
}

#[rstest]
#[case::nowhere("", None, "asks for a password")]
#[case::named_and_not_there("?passfile=gone", None, "the password file gone cannot be used")]
#[case::for_others("", Some((".pgpass", "other:*:*:*:not-a-real-secret\n", 0o600)), "has no line for 127.0.0.1")]
#[case::readable("", Some((".pgpass", "*:*:*:*:not-a-real-secret\n", 0o644)), "can be read by others")]
#[case::wrong("", Some((".pgpass", "*:*:*:*:not-a-real-secret\n", 0o600)), "password authentication failed")]
fn a_password_that_is_not_found_is_told(
    #[case] options: &str,
    #[case] file: Option<(&str, &str, u32)>,
    #[case] why: &str,
) {
    let asking = Asking::start();
    let stage = asking.stage(options);
    if let Some((name, text, mode)) = file {
        stage.file_with_mode(name, text, mode);
    }
    let run = stage.run(&ADD).ends_with(7).says(why);
    assert!(!run.everything().contains("not-a-real"), "{run:#?}");
    assert!(!run.everything().contains("at the moment"), "{run:#?}");
}

/// What is special in a URL has to be written otherwise: that is said, and nothing is shown.
#[test]
fn a_password_that_breaks_the_url_is_told_how_to_write_it() {
    let stage = Stage::with_secret().env(
        "HARNESS_STORE",
        "postgres://app:not@a:real/pass#w?rd@127.0.0.1/kept",
    );
    stage.web_services_user();
    let run = stage
        .run(&ADD)
        .ends_with(2)
        .says("`%40 %3A %2F %3F %23 %25`");
    assert!(!run.everything().contains("real/pass"), "{run:#?}");
}
