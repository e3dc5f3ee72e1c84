//! `harness serve`: the credential page.

mod announce;
mod link_socket;
mod place;
mod trial;
mod way_back;

use std::convert::Infallible;

use credential_page::{Invitation, Page, PageBuilder, PageError};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::link_socket::LinkSocket;
use self::place::Place;
use self::trial::Ground;
use self::way_back::WayBack;
use crate::browser::{self, HandedFile};
use crate::exit::Exit;
use crate::output::{Output, talk};
use crate::report::Report;
use crate::serve_args::Serve;
use crate::signals::stopped;
use crate::stored::Stored;
use crate::text::Page as TextPage;

/// Runs it.
pub(super) async fn run(args: Serve, output: Output) -> Result<Exit, Report> {
    if args.link {
        let link = link_socket::ask(args.listen).await?;
        output.verbatim(&format!("{}\n", *link), &json!({ "url": *link }))?;
        return Ok(Exit::Ok);
    }
    // Before anybody is told that it runs, so that no signal comes too early.
    let stop = stopped()?;
    let place = Place::bind(&args).await?;
    let back = WayBack::open(&args.back, &place.public).await?;
    let ground = Ground::prepare(args.mock.clone(), &args.kept).await?;
    let installed = args.installed(ground.target().cloned());
    let stored = Stored::with_plugins_or_make(ground.kept(), &installed).await?;
    let page = page(&stored, &place, &back, &ground).build()?;
    let link = page.invite();
    let links = links(&place);
    announce::begin(
        &page,
        &link,
        place.address,
        (&stored, &back, &ground),
        output,
    )?;
    let file = if args.open {
        browser::open(link.url())
    } else {
        None
    };
    let beside = beside(page.clone(), links, (link, file));
    let ended = tokio::select! {
        ended = serve(page, place.listener, back, &stored, stop) => ended,
        never = beside => match never {},
    };
    ground.leave().await;
    ended?;
    Ok(Exit::Ok)
}

/// Where the owner asks for another link. The page works without.
fn links(place: &Place) -> Option<LinkSocket> {
    let bound = LinkSocket::bind(place.address);
    bound
        .inspect_err(|error| {
            let page = TextPage::new();
            talk(&page.line(format!("`harness serve --link` cannot be used: {error}")));
        })
        .ok()
}

/// Gives links, and removes the file with the first one once the page was opened with it.
async fn beside(
    page: Page,
    links: Option<LinkSocket>,
    (link, file): (Invitation, Option<HandedFile>),
) -> Infallible {
    let giving = async {
        if let Some(links) = links {
            links.serve(&page).await;
        }
    };
    let removing = async {
        link.opened().await;
        drop(file);
    };
    tokio::join!(giving, removing);
    std::future::pending().await
}

fn page(stored: &Stored, place: &Place, back: &WayBack, ground: &Ground) -> PageBuilder {
    let page = Page::builder(stored.connections.clone())
        .tenant(stored.tenant.clone())
        .origin(place.public.clone())
        .redirect_uri(back.redirect_uri());
    let page = match back.certificate_note() {
        Some(note) => page.certificate_note(note),
        None => page,
    };
    let plugins = stored.connections.plugins();
    match ground.trial(plugins.map(|it| it.plugin().descriptor())) {
        Some(trial) => page.trial(trial),
        None => page,
    }
}

/// The page, and the renewals that keep what it shows alive, until somebody asks for the end.
async fn serve(
    page: Page,
    listener: TcpListener,
    back: WayBack,
    stored: &Stored,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let (end, ended) = watch::channel(());
    let serving = credential_page::serve(page, listener, back.into_listener(), over(ended.clone()));
    let renewing = stored.connections.watch(over(ended));
    let stopping = async {
        stop.await;
        drop(end);
    };
    let (served, (), ()) = tokio::join!(serving, renewing, stopping);
    served
}

/// Done once the sender is gone.
async fn over(mut ended: watch::Receiver<()>) {
    while ended.changed().await.is_ok() {}
}

impl From<PageError> for Report {
    fn from(error: PageError) -> Self {
        let message = error.to_string();
        match error {
            PageError::RedirectOutside { .. } => Self::new(Exit::Usage, message),
            _ => Self::machine(message),
        }
    }
}
