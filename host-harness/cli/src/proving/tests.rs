use super::*;

fn proved() -> Proved {
    Proved {
        plugin: String::new(),
        digest: String::new(),
        exports: BTreeMap::new(),
        requests: BTreeMap::new(),
        pair: Pair::default(),
        warnings: Vec::new(),
        unseen: 0,
        secrets: 1,
        spellings: 1,
        given: Given::default(),
        searched: BTreeMap::new(),
        files: Vec::new(),
        findings: Vec::new(),
        control: BTreeMap::from([(LOG, true), (MEMORY, true)]),
    }
}

#[test]
fn nothing_is_proved_where_something_was_found_missed_or_not_looked_at() {
    assert!(proved().holds());
    let mut found = proved();
    found.findings.push(Found {
        secret: "code".to_owned(),
        place: "memory",
        at: "oauth/plan".to_owned(),
    });
    assert!(!found.holds());
    let mut blind = proved();
    blind.control.insert(LOG, false);
    assert!(!blind.holds());
    let mut unseen = proved();
    unseen.unseen = 1;
    assert!(!unseen.holds());
}

/// A plugin that repeats what it is told, with a canary among what it is told: it is found in its
/// memory and in what it returns.
#[tokio::test]
async fn a_secret_that_a_plugin_is_told_is_found() {
    let onlooker = Arc::new(Onlooker::default());
    let runtime = Runtime::builder()
        .witness(Arc::clone(&onlooker) as Arc<dyn Witness>)
        .build()
        .unwrap();
    let plugin = runtime.load(test_guests::MISBEHAVING).await.unwrap();
    let mut run = Run::begin(&plugin, &onlooker).await.unwrap();
    let canary = run.canaries.draw("a secret in the wrong field");
    let settings = credential_runtime::Settings::new()
        .with_text("behaviour", "tell-settings")
        .with_text("argument", canary);
    let operation = plugin.operation(
        &settings,
        &Arc::new(
            Policy::nothing()
                .allow_text("behaviour")
                .allow_text("argument"),
        ),
    );
    run.outcomes = format!("{:?}", operation.plan().await);
    run.search_memory();
    let (outcomes, canaries) = (run.outcomes.clone(), run.canaries.all());
    run.search_bytes(OUTCOMES, "", outcomes.as_bytes(), &canaries);
    let places: Vec<&str> = run.proved.findings.iter().map(|it| it.place).collect();
    assert_eq!(places, ["memory", "return value", OUTCOMES]);
}
