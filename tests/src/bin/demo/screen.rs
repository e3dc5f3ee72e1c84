//! What the demonstration prints.

use std::time::Duration;

use credential_runtime::{
    Check, Condition, Descriptor, Diagnosis, Field, FieldKind, Identity, Outcome, Plugin, Reading,
    Requirement, Tokens,
};

/// How wide the column of names is.
const NAMES: usize = 16;

/// The terminal. Everything is printed through [`Screen::line`].
pub struct Screen {
    step: usize,
}

impl Screen {
    pub fn new() -> Self {
        Self { step: 0 }
    }

    #[expect(
        clippy::print_stdout,
        reason = "the demonstration's one place that prints"
    )]
    fn line(&mut self, text: &str) {
        println!("{text}");
    }

    fn named(&mut self, name: &str, text: &str) {
        self.line(&format!("  {name:<NAMES$}{text}"));
    }

    fn title(&mut self, title: &str) {
        self.line(&format!("\n{title}"));
    }

    pub fn step(&mut self, title: &str) {
        self.step += 1;
        let number = self.step;
        self.title(&format!("{number}. {title}"));
    }

    pub fn worked(&mut self, text: &str) {
        self.line(&format!("  ✓ {text}"));
    }

    pub fn failed(&mut self, text: &str) {
        self.line(&format!("\n  ✗ {text}\n\nNot all of it worked."));
    }

    pub fn plugin(&mut self, plugin: &Plugin) {
        let info = plugin.info();
        self.title("The plugin, a WebAssembly component");
        self.named("file", intacct_component::FILE_NAME);
        self.named("size", &kib(info.size));
        self.named("digest", &info.digest);
        for (index, import) in info.imports.iter().enumerate() {
            self.named(if index == 0 { "imports" } else { "" }, import);
        }
        for (index, export) in info.exports.iter().enumerate() {
            let name = if index == 0 { "exports" } else { "" };
            self.named(name, &export.interface);
            self.named("", &format!("  {}", export.functions.join(", ")));
        }
        let descriptor = plugin.descriptor();
        let reaches = descriptor.origins.iter();
        let reaches: Vec<String> = reaches
            .map(|it| format!("{} ({})", it.url, it.purposes.describe()))
            .collect();
        self.named("asks to reach", &reaches.join(", "));
        let members = descriptor.members.iter();
        let secrets = members.filter(|it| it.reading == Reading::Secret).count();
        self.named(
            "reads",
            &format!(
                "{} members of answers, {secrets} of them secrets by name; {} headers",
                descriptor.members.len(),
                descriptor.headers.len()
            ),
        );
    }

    pub fn form(&mut self, descriptor: &Descriptor) {
        self.title(&format!("The form it describes: {}", descriptor.title));
        self.named("Name", "required (the host's own field)");
        for field in &descriptor.fields {
            self.named(&field.label, &describe(field, descriptor));
        }
    }

    pub fn mock(&mut self, origin: &str) {
        self.title(&format!(
            "A mock Intacct at {origin} stands in for https://api.intacct.com.\n\
             The host maps the one to the other; the plugin does not notice."
        ));
    }

    pub fn tokens(&mut self, what: &str, tokens: &Tokens) {
        let whom = tokens.identity.as_ref().map(whom).unwrap_or_default();
        let lasts = tokens.expires_in_seconds.map(hours).unwrap_or_default();
        self.worked(&format!("{what}{whom}{lasts}"));
        self.named("", &format!("access   {}", tokens.access.masked()));
        if let Some(refresh) = &tokens.refresh {
            self.named("", &format!("refresh  {}", refresh.masked()));
        }
    }

    pub fn checks(&mut self, checks: &[Check]) {
        self.worked("tested with a real API call");
        for check in checks {
            let sign = match check.outcome {
                Outcome::Passed => "✓",
                Outcome::Failed => "✗",
                Outcome::Skipped => "–",
            };
            let detail = check
                .detail
                .as_deref()
                .map(|it| format!(": {it}"))
                .unwrap_or_default();
            self.named("", &format!("{sign} {}{detail}", check.title));
        }
    }

    pub fn refusal(&mut self, diagnosis: &Diagnosis, setup: Option<&str>) {
        self.line(&format!("  ✗ {} ({})", diagnosis.message, diagnosis.code));
        self.named("who acts", diagnosis.actor.describe());
        if let Some(hint) = &diagnosis.hint {
            self.named("what to do", hint);
        }
        if let Some(step) = setup {
            self.named("setup step", step);
        }
    }

    pub fn done(&mut self, took: Duration) {
        self.title(&format!(
            "All of it worked, in {:.1} s.",
            took.as_secs_f64()
        ));
    }
}

fn describe(field: &Field, descriptor: &Descriptor) -> String {
    let requirement = match &field.requirement {
        Requirement::Required => "required".to_owned(),
        Requirement::RequiredWhen(when) => format!("required for {}", label(descriptor, when)),
        Requirement::Optional if field.kind.is_filled_by_connecting() => {
            "fills itself in".to_owned()
        }
        Requirement::Optional => "optional".to_owned(),
    };
    let kind = match &field.kind {
        FieldKind::Text | FieldKind::AccessToken | FieldKind::RefreshToken | FieldKind::Learned => {
            String::new()
        }
        FieldKind::Secret => ", secret".to_owned(),
        FieldKind::Choice(choices) => {
            let labels: Vec<&str> = choices.iter().map(|it| it.label.as_str()).collect();
            format!(": {}", labels.join(" or "))
        }
        FieldKind::Other(name) => format!(", {name}"),
    };
    let platform = if field.platform_may_supply {
        ", a platform may supply it"
    } else {
        ""
    };
    format!("{requirement}{kind}{platform}")
}

/// What a person reads where a condition holds.
fn label<'a>(descriptor: &'a Descriptor, when: &'a Condition) -> &'a str {
    let choices = match descriptor.field(&when.field).map(|it| &it.kind) {
        Some(FieldKind::Choice(choices)) => choices.as_slice(),
        _ => &[],
    };
    let chosen = choices.iter().find(|it| it.id == when.equals);
    chosen.map_or(&when.equals, |it| &it.label)
}

fn whom(identity: &Identity) -> String {
    let user = identity.user.as_deref().unwrap_or("somebody");
    let company = identity
        .company
        .as_deref()
        .map(|it| format!(" of {it}"))
        .unwrap_or_default();
    format!(" as {user}{company}")
}

fn hours(seconds: u64) -> String {
    format!(", for {} h", seconds / 3600)
}

fn kib(bytes: usize) -> String {
    let tenths = bytes * 10 / 1024;
    format!("{}.{} KiB ({bytes} bytes)", tenths / 10, tenths % 10)
}
