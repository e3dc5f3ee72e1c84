//! `harness mock`: a mock Intacct for people.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use mock_intacct::{Company, MockIntacct};
use serde_json::json;

use crate::args::Mock;
use crate::exit::Exit;
use crate::output::{Output, talk};
use crate::report::Report;
use crate::signals::stopped;
use crate::text::Page;

pub(super) async fn run(args: &Mock, output: Output) -> Result<Exit, Report> {
    if args.print_company {
        let company = Company::sample_toml();
        output.verbatim(company, &json!({ "company": company }))?;
        return Ok(Exit::Ok);
    }
    let company = match &args.company {
        Some(path) => read(path)?,
        None => Company::sample(),
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let started = MockIntacct::builder()
        .company(company)
        .listen_on(address)
        .start()
        .await;
    let mock = started.map_err(|error| refused(address, &error))?;
    // Before anybody is told of it, so that no signal comes too early.
    let stop = stopped()?;
    announce(&mock, output)?;
    stop.await;
    mock.shutdown().await;
    Ok(Exit::Ok)
}

/// More than this is no company that a person wrote.
const MOST_BYTES: u64 = 1 << 20;

fn read(path: &Path) -> Result<Company, Report> {
    let refuse = |why: &dyn std::fmt::Display| {
        let message = format!("{} cannot be read: {why}", path.display());
        Report::new(Exit::Settings, message)
    };
    let bytes = private_files::read_regular(path, MOST_BYTES).map_err(|error| refuse(&error))?;
    let text = str::from_utf8(&bytes).map_err(|_| refuse(&"it is no text in UTF-8"))?;
    Company::from_toml(text).map_err(|error| {
        Report::new(Exit::Settings, format!("{} cannot be used", path.display()))
            .hint("`harness mock --print-company` shows every table")
            .copy(error.to_string())
    })
}

fn refused(address: SocketAddr, error: &io::Error) -> Report {
    if error.kind() == io::ErrorKind::AddrInUse {
        return Report::machine(format!("{address} is in use by another program"))
            .hint("choose another port with --port, or any that is free with --port 0");
    }
    Report::machine(format!("{address} cannot be listened at: {error}"))
}

fn announce(mock: &MockIntacct, output: Output) -> Result<(), Report> {
    let json = json!({
        "origin": mock.origin(),
        "base_url": mock.base_url(),
        "page": format!("{}/", mock.origin()),
        "company": mock.company().id,
    });
    output.data(&Page::new().verbatim(&mock.banner()), &json)?;
    talk(
        &Page::new()
            .line(format!(
                "Sign in with: harness connect CREDENTIAL --mock {}",
                mock.origin()
            ))
            .line("Ctrl-C ends it."),
    );
    Ok(())
}
