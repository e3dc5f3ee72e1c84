//! The store refuses new tokens that are in hand and nowhere else, for a reason that somebody can put
//! right: they are stored once it does not.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use credential_connections::master_key::KeyFile;
use credential_connections::record::{Name, Owner};
use credential_connections::service::{AccessToken, Error};
use credential_connections::state::State;
use credential_runtime::SystemRandomness;
use mock_intacct::{Fault, FaultRule, InjectedFault};
use test_stores::{Server, connect, execute};
use tokio::task::JoinHandle;

use crate::log::{Log, until};
use crate::stage::{LEASE, LIFE, World, open_store, tenant};
use crate::store_trouble::{assert_stored_is_newest, call};

crate::on_both! {
    tokens_that_are_refused_for_an_unknown_reason_are_stored_once_they_are_not,
    tokens_whose_lease_was_lost_and_cannot_be_had_are_stored_once_it_can,
    tokens_that_come_while_the_key_file_is_away_are_stored_once_it_is_back,
    tokens_of_somebody_else_wait_for_the_person_and_for_the_store,
}

/// What is said of a write that is to be made again.
const AGAIN: &str = "cannot be stored yet";

/// A renewal whose answer is on its way.
struct Held {
    answer: InjectedFault,
    caller: JoinHandle<Result<AccessToken, Error>>,
}

impl Held {
    async fn begin(world: &World, name: &Name) -> Self {
        world.advance(LIFE);
        let answer = world.inject(FaultRule::new(Fault::SlowHead));
        let caller = call(&world.connections, name);
        answer.reached(1).await;
        Self { answer, caller }
    }

    /// The answer comes, and the store refuses what was in it, with these words.
    async fn is_refused(&self, log: &Log, words: &str) {
        self.answer.release();
        let said = || log.lines(AGAIN).iter().any(|line| line.contains(words));
        until(|| said() || self.caller.is_finished()).await;
        assert!(said(), "{words}: {:?}", log.lines(""));
        assert!(!self.caller.is_finished(), "{words}");
    }

    async fn assert_stored(self, world: &World, name: &Name) {
        self.caller.await.unwrap().unwrap();
        assert_stored_is_newest(world, name).await;
        assert_eq!(world.state(name).await, State::Connected);
    }
}

async fn refuse(world: &World, table: &str, sqlstate: &str) {
    let sql = if world.is_postgres() {
        format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{sqlstate}'; END $$; \
             CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table} \
             FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    } else {
        let verb = if table == "credential" {
            "UPDATE"
        } else {
            "INSERT"
        };
        format!(
            "CREATE TRIGGER refuse BEFORE {verb} ON {table} \
             BEGIN SELECT RAISE(ABORT, 'not now'); END"
        )
    };
    world.execute(&sql).await;
}

async fn accept(world: &World, table: &str) {
    let sql = if world.is_postgres() {
        format!("DROP TRIGGER refuse ON {table}; DROP FUNCTION refuse()")
    } else {
        "DROP TRIGGER refuse".to_owned()
    };
    world.execute(&sql).await;
}

async fn tokens_that_are_refused_for_an_unknown_reason_are_stored_once_they_are_not(world: World) {
    let dana = world.dana().await;
    // Internal error, object in use, a code of nobody's, no right, a table that is renamed, a pooler, a
    // password that is rotated, a database that is moved.
    let states = [
        "XX000", "55006", "ZZ001", "42501", "42P01", "26000", "28P01", "3D000",
    ];
    let states = if world.is_postgres() {
        &states[..]
    } else {
        &states[..1]
    };
    for (renewals, state) in (1..).zip(states) {
        let log = Log::default();
        let _listening = log.listen();
        let held = Held::begin(&world, &dana).await;
        refuse(&world, "credential_event", state).await;
        held.is_refused(&log, "not now").await;
        accept(&world, "credential_event").await;
        held.assert_stored(&world, &dana).await;
        world.renewals().assert_count(renewals);
    }
}

async fn tokens_whose_lease_was_lost_and_cannot_be_had_are_stored_once_it_can(world: World) {
    let log = Log::default();
    let _listening = log.listen();
    let dana = world.dana().await;
    let id = world.status(&dana).await.overview.id;
    let held = Held::begin(&world, &dana).await;
    world.advance(LEASE);
    let other = Owner::parse("other").unwrap();
    let (store, now) = (&world.store, world.now());
    let taken = store.acquire(tenant(), id, &other, now, LEASE).await;
    drop(taken.unwrap());
    // The one who took it over was killed, and nobody can take it again.
    world.advance(LEASE);
    refuse(&world, "credential", "XX000").await;
    held.is_refused(&log, "not now").await;
    accept(&world, "credential").await;
    held.assert_stored(&world, &dana).await;
    world.renewals().assert_count(1);
}

/// Another process has rotated the master key, and the file that this one reads comes late.
async fn tokens_that_come_while_the_key_file_is_away_are_stored_once_it_is_back(world: World) {
    let log = Log::default();
    let _listening = log.listen();
    let dana = world.dana().await;
    let held = Held::begin(&world, &dana).await;
    let (here, new) = (world.key(), world.key().with_extension("new"));
    std::fs::copy(&here, &new).unwrap();
    KeyFile::new(&new).add(&SystemRandomness).unwrap();
    let rotating = open_store(&world.location, &new).await;
    rotating.begin_rotation().await.unwrap();
    while rotating.rewrap(100).await.unwrap() > 0 {}
    held.is_refused(&log, "wrong master key").await;
    std::fs::remove_file(&here).unwrap();
    held.is_refused(&log, "master.key").await;
    std::fs::rename(&new, &here).unwrap();
    held.assert_stored(&world, &dana).await;
    world.renewals().assert_count(1);
}

/// Neither is the person asked twice to sign in, nor are their tokens lost where they confirm.
async fn tokens_of_somebody_else_wait_for_the_person_and_for_the_store(world: World) {
    let log = Log::default();
    let _listening = log.listen();
    let dana = world.dana().await;
    let begun = world.walk(&dana, "admin", mock_intacct::browser::Consent::Allow);
    let redirected = begun.await.unwrap();
    let answer = world.inject(FaultRule::new(Fault::SlowHead));
    let connections = world.connections.clone();
    let finishing = tokio::spawn(async move {
        let session = crate::stage::SESSION;
        connections.finish_connect(session, &redirected).await
    });
    answer.reached(1).await;
    refuse(&world, "credential_event", "XX000").await;
    answer.release();
    let error = finishing.await.unwrap().unwrap_err();
    let Error::OtherIdentity(other) = error else {
        panic!("{error:?}");
    };
    let (connections, confirmed) = (world.connections.clone(), dana.clone());
    let confirming = tokio::spawn(async move {
        let confirm = &other.confirm;
        connections
            .confirm_identity(tenant(), &confirmed, confirm)
            .await
    });
    until(|| !log.lines(AGAIN).is_empty() || confirming.is_finished()).await;
    assert!(!confirming.is_finished());
    accept(&world, "credential_event").await;
    let connected = confirming.await.unwrap().unwrap();
    assert_eq!(connected.identity.unwrap().user.as_deref(), Some("admin"));
    assert_stored_is_newest(&world, &dana).await;
}

#[tokio::test]
async fn tokens_that_come_while_the_password_is_rotated_are_stored_with_the_new_one() {
    let server = tokio::task::spawn_blocking(|| Arc::new(Server::start(&[])));
    let server = server.await.unwrap();
    let (folder, owner) = (tempfile::tempdir().unwrap(), server.url("postgres"));
    execute(&owner, "CREATE ROLE app LOGIN PASSWORD 'not-a-real-old'").await;
    execute(&owner, "CREATE DATABASE kept OWNER app").await;
    let file = folder.path().join("pgpass");
    set_password(&file, "not-a-real-old");
    ask_for_passwords(&server).await;
    let location = format!(
        "postgres://app@127.0.0.1:{}/kept?passfile={}",
        server.port(),
        file.display()
    );
    let world = World::on(location, folder).await;
    let log = Log::default();
    let _listening = log.listen();
    let dana = world.dana().await;
    let held = Held::begin(&world, &dana).await;
    let administrator = connect(&owner).await;
    let rotate = "ALTER ROLE app PASSWORD 'not-a-real-new'; \
                  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'";
    administrator.batch_execute(rotate).await.unwrap();
    held.is_refused(&log, "28P01").await;
    set_password(&file, "not-a-real-new");
    held.assert_stored(&world, &dana).await;
    world.renewals().assert_count(1);
}

fn set_password(file: &Path, password: &str) {
    std::fs::write(file, format!("*:*:*:app:{password}\n")).unwrap();
    std::fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
}

/// Of the user `app`, from the next connection on.
async fn ask_for_passwords(server: &Server) {
    let file = server.folder().join("data/pg_hba.conf");
    let rules = std::fs::read_to_string(&file).unwrap();
    let asking = format!("host all app 127.0.0.1/32 scram-sha-256\n{rules}");
    std::fs::write(&file, asking).unwrap();
    execute(&server.url("postgres"), "SELECT pg_reload_conf()").await;
}
