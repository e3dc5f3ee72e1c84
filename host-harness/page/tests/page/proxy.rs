//! A reverse proxy that speaks TLS and serves other tools under the same host name. What is under the base
//! path it forwards to the page, and answers all else itself, as another tool.

use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What becomes of the base path.
#[derive(Clone, Copy, Debug)]
pub enum Forwarding {
    /// As nginx does with `proxy_pass http://page;`.
    Keeps,
    /// As nginx does with `proxy_pass http://page/;`.
    Strips,
}

#[derive(Clone)]
pub struct Proxy {
    pub forwarding: Forwarding,
    /// Such as `/intacct`.
    pub base: &'static str,
    /// The heads of requests that went to another tool.
    pub astray: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn new(forwarding: Forwarding, base: &'static str) -> Self {
        let astray = Arc::default();
        Self {
            forwarding,
            base,
            astray,
        }
    }

    /// Serves until the test ends. `page` is where the page listens; gives the origin that browsers know.
    pub async fn start(self, page: String) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("https://{}", listener.local_addr().unwrap());
        tokio::spawn(self.serve(listener, tls(), page));
        origin
    }

    async fn serve(self, listener: TcpListener, tls: TlsAcceptor, page: String) {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let (proxy, tls, page) = (self.clone(), tls.clone(), page.clone());
            tokio::spawn(async move { proxy.forward(tcp, tls, &page).await });
        }
    }

    async fn forward(&self, tcp: TcpStream, tls: TlsAcceptor, page: &str) {
        let Ok(mut browser) = tls.accept(tcp).await else {
            return;
        };
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match browser.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let Some(head) = self.rewritten(&head) else {
            self.astray.lock().unwrap().push(head);
            let answer =
                "HTTP/1.1 418 Another tool\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = browser.write_all(answer.as_bytes()).await;
            let _ = browser.shutdown().await;
            return;
        };
        let mut page = TcpStream::connect(page).await.unwrap();
        page.write_all(head.as_bytes()).await.unwrap();
        let _ = copy_bidirectional(&mut browser, &mut page).await;
        let _ = browser.shutdown().await;
    }

    /// The head as it is forwarded; absent where it is for another tool.
    fn rewritten(&self, head: &str) -> Option<String> {
        let (line, headers) = head.split_once("\r\n")?;
        let (method, target) = line.split_once(' ')?;
        let rest = target.strip_prefix(self.base)?;
        if !rest.starts_with('/') {
            return None;
        }
        Some(match self.forwarding {
            Forwarding::Keeps => head.to_owned(),
            Forwarding::Strips => format!("{method} {rest}\r\n{headers}"),
        })
    }
}

/// With a certificate that was made for the test.
pub fn tls() -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
