//! `harness credentials export` and `import`: a file without secrets.

use std::io::Read as _;
use std::path::Path;

use credential_connections::record::Name;
use credential_connections::service::{Export, Imported};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::credential_args::StoreArgs;
use crate::exit::Exit;
use crate::output::{Output, talk};
use crate::report::Report;
use crate::stored::Stored;
use crate::text::Page;

pub(super) async fn export(
    kept: &StoreArgs,
    file: Option<&Path>,
    output: Output,
) -> Result<Exit, Report> {
    let stored = Stored::open(kept).await?;
    let exported = stored.connections.export(&stored.tenant).await;
    let exported = exported.map_err(|error| stored.explain_in_general(error))?;
    let text = serde_json::to_string_pretty(&exported).map_err(std::io::Error::from)? + "\n";
    // As everywhere, `-` is stdout.
    let Some(path) = file.filter(|it| *it != Path::new("-")) else {
        output.verbatim(&text, &exported)?;
        return Ok(Exit::Ok);
    };
    write(path, &text)?;
    let count = exported.credentials.len();
    let page = Page::new().line(format!("Exported to {}: {count}", path.display()));
    output.data(&page, &json!({ "file": path, "exported": count }))?;
    Ok(Exit::Ok)
}

/// Names of customers and users stand in it, though no secret: it is its owner's alone.
fn write(path: &Path, text: &str) -> Result<(), Report> {
    private_files::create(path, text.as_bytes())
        .map_err(|error| Report::machine(format!("{} cannot be written: {error}", path.display())))
}

pub(super) async fn import(kept: &StoreArgs, file: &Path, output: Output) -> Result<Exit, Report> {
    let export = read(file)?;
    let stored = Stored::open_or_make(kept).await?;
    let imported = stored.connections.import(&stored.tenant, &export).await;
    output.data(&page(&stored, &imported), &document(&imported))?;
    if imported.refused.is_empty() {
        return Ok(Exit::Ok);
    }
    for it in &imported.refused {
        talk(&Page::new().line(format!("error: {}: {}", it.name, it.reason)));
    }
    Ok(Exit::Settings)
}

/// Ten thousand credentials, each with a form of several kilobytes.
const MOST_BYTES: u64 = 64 << 20;

fn read(path: &Path) -> Result<Export, Report> {
    let unusable = |why: String| {
        Report::new(
            Exit::Settings,
            format!("{} cannot be used: {why}", path.display()),
        )
        .hint("`harness credentials export` writes such a file")
    };
    let bytes = if path == Path::new("-") {
        read_stdin().map_err(|error| unusable(error.to_string()))?
    } else {
        private_files::read_regular(path, MOST_BYTES)
            .map_err(|error| unusable(error.to_string()))?
    };
    // The place alone: serde's words may quote what stands there.
    serde_json::from_slice(&bytes).map_err(|error| {
        unusable(format!(
            "it is no export (line {}, column {})",
            error.line(),
            error.column()
        ))
    })
}

/// One byte more than is taken: it is no export then.
fn read_stdin() -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    std::io::stdin()
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn page(stored: &Stored, imported: &Imported) -> Page {
    let count = imported.added.len();
    Page::new()
        .line(format!("Imported: {count}"))
        .each(&imported.added, |page, (name, secrets)| {
            page.item(2, 6, "next:", &next(stored, name, secrets))
        })
}

/// A secret is typed in again; one without secrets can be connected.
fn next(stored: &Stored, name: &Name, secrets: &[String]) -> String {
    if secrets.is_empty() {
        return stored.suggest("credentials connect", name);
    }
    let prompts: String = secrets.iter().map(|it| format!(" --prompt {it}")).collect();
    stored.suggest_with("credentials edit", name, &prompts)
}

fn document(imported: &Imported) -> Value {
    let added = imported.added.iter();
    let added = added.map(|(name, secrets)| json!({ "name": name, "secrets_needed": secrets }));
    let refused = imported.refused.iter();
    let refused = refused.map(|it| json!({ "name": it.name, "reason": it.reason }));
    json!({
        "added": added.collect::<Vec<_>>(),
        "refused": refused.collect::<Vec<_>>(),
    })
}
