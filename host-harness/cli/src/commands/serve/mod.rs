//! `harness serve`: the credential page.

mod announce;
mod place;
mod trial;
mod way_back;

use credential_page::{Page, PageBuilder, PageError};
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::place::Place;
use self::trial::Ground;
use self::way_back::WayBack;
use crate::browser;
use crate::exit::Exit;
use crate::output::Output;
use crate::report::Report;
use crate::serve_args::Serve;
use crate::signals::stopped;
use crate::stored::Stored;

/// Runs it.
pub(super) async fn run(args: Serve, output: Output) -> Result<Exit, Report> {
    // Before anybody is told that it runs, so that no signal comes too early.
    let stop = stopped()?;
    let place = Place::bind(&args).await?;
    let back = WayBack::open(&args.back, &place.origin).await?;
    let ground = Ground::prepare(args.mock.clone(), &args.kept).await?;
    let installed = args.installed(ground.target().cloned());
    let stored = Stored::with_plugins(ground.kept(), &installed).await?;
    let page = page(&stored, &place, &back, &ground).build()?;
    let link = page.invite();
    announce::begin(&page, &link, (&stored, &back, &ground), output)?;
    if args.open {
        browser::open(link.url());
    }
    let ended = serve(page, place.listener, back, &stored, stop).await;
    ground.leave().await;
    ended?;
    Ok(Exit::Ok)
}

fn page(stored: &Stored, place: &Place, back: &WayBack, ground: &Ground) -> PageBuilder {
    let page = Page::builder(stored.connections.clone())
        .tenant(stored.tenant.clone())
        .origin(place.origin.clone())
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
        Self::machine(error.to_string())
    }
}
