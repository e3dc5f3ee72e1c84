//! PostgreSQL over TLS: only a server that can prove its name is talked to.

use std::path::Path;
use std::sync::Arc;

use credential_connections::master_key::MasterKeys;
use credential_connections::store::{Store, StoreError, open};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::sample::{create, tenant};
use crate::stage::{Database, Stage};
use test_stores::Server;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Writes a certificate for that name and its key where the server finds them.
fn certify(authority: &Authority, name: &str, folder: &Path) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    std::fs::write(folder.join("server.crt"), certificate.pem()).unwrap();
    // The server runs as another user than this test, and wants the key to be its own or root's.
    let path = folder.join("server.key");
    std::fs::write(&path, key.serialize_pem()).unwrap();
    let owner = std::fs::metadata(folder).unwrap();
    let (user, group) = {
        use std::os::unix::fs::MetadataExt as _;
        (owner.uid(), owner.gid())
    };
    std::os::unix::fs::chown(&path, Some(user), Some(group)).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&path, mode).unwrap();
}

async fn open_with(stage: &Stage, name: &str, roots: &Path) -> Result<Arc<dyn Store>, StoreError> {
    let Database::Postgres { url, .. } = &stage.database else {
        unreachable!()
    };
    let url = url.replace("127.0.0.1", name);
    let roots = roots.display();
    let location = format!("{url}?sslmode=require&sslrootcert={roots}")
        .parse()
        .unwrap();
    open(
        &location,
        Arc::new(MasterKeys::one(stage.key.clone())),
        &stage.options,
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_encrypted_and_the_server_is_verified() {
    let server = tokio::task::spawn_blocking(|| Server::start(&[]))
        .await
        .unwrap();
    let server = Arc::new(server);
    let stage = Stage::on(Arc::clone(&server)).await;
    let (trusted, stranger) = (authority(), authority());
    let write = |name: &str, authority: &Authority| {
        let path = stage.folder().join(name);
        std::fs::write(&path, authority.pem()).unwrap();
        path
    };
    let (trusted_roots, stranger_roots) =
        (write("trusted", &trusted), write("stranger", &stranger));

    let refused = open_with(&stage, "localhost", &trusted_roots).await.err();
    assert!(
        matches!(refused, Some(StoreError::Unavailable { .. })),
        "no TLS: {refused:?}"
    );

    certify(&trusted, "localhost", &server.folder().join("data"));
    stage.execute("ALTER SYSTEM SET ssl = on").await;
    stage.execute("SELECT pg_reload_conf()").await;
    let store = encrypted(&stage, &trusted_roots).await;
    create(&*store, "over TLS").await;
    assert_eq!(store.list(&tenant(), None, 10).await.unwrap().len(), 1);
    let used = "SELECT count(*) FROM pg_stat_ssl WHERE ssl";
    assert!(stage.count(used).await >= 1);

    let refused = open_with(&stage, "localhost", &stranger_roots).await.err();
    assert!(
        matches!(refused, Some(StoreError::Unavailable { .. })),
        "stranger: {refused:?}"
    );
    let refused = open_with(&stage, "127.0.0.1", &trusted_roots).await.err();
    assert!(
        matches!(refused, Some(StoreError::Unavailable { .. })),
        "other name: {refused:?}"
    );
    let missing = open_with(&stage, "localhost", Path::new("/nowhere.pem"))
        .await
        .err();
    assert!(
        matches!(missing, Some(StoreError::Misconfigured(_))),
        "{missing:?}"
    );
}

/// The server takes a moment to see its new settings.
async fn encrypted(stage: &Stage, roots: &Path) -> Arc<dyn Store> {
    let connecting = async {
        loop {
            if let Ok(store) = open_with(stage, "localhost", roots).await {
                return store;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), connecting)
        .await
        .unwrap()
}
