//! A server on a free loopback port that says exactly what a test wants said, and remembers what
//! it was sent.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;

#[derive(Clone)]
enum Manner {
    /// These bytes, then the connection ends.
    Says(Vec<u8>),
    /// The first bytes to the first request of a connection, which stays open, and the others to
    /// every later one.
    Keeps(&'static str, &'static str),
    /// Takes the request and never answers.
    Silent,
    /// Takes the request and answers when it is told to.
    Held(Arc<Notify>),
    /// What the request's body was, as JSON's `echo`.
    Echoes,
    /// What the request's body was, as this function puts it.
    Answers(fn(&str) -> Vec<u8>),
    /// The first bytes once, then the others without end; where there are none, nothing more.
    Endless(&'static str, &'static str),
    /// These bytes one at a time, each in a packet of its own.
    Drips(Vec<u8>),
}

pub struct Server {
    url: String,
    received: Arc<Mutex<Vec<String>>>,
    arrived: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub async fn says(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        let text = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
        Self::start(Manner::Says(text.into_bytes()), None).await
    }

    pub async fn says_json(body: &str) -> Self {
        Self::says("200 OK", "content-type: application/json\r\n", body).await
    }

    pub async fn says_raw(bytes: &str) -> Self {
        Self::start(Manner::Says(bytes.as_bytes().to_vec()), None).await
    }

    pub async fn keeps(first: &'static str, later: &'static str) -> Self {
        Self::start(Manner::Keeps(first, later), None).await
    }

    pub async fn silent() -> Self {
        Self::start(Manner::Silent, None).await
    }

    /// Answers `{"held":true}` once `release` is notified.
    pub async fn held(release: &Arc<Notify>) -> Self {
        Self::start(Manner::Held(Arc::clone(release)), None).await
    }

    pub async fn echoes() -> Self {
        Self::start(Manner::Echoes, None).await
    }

    pub async fn answers(answer: fn(&str) -> Vec<u8>) -> Self {
        Self::start(Manner::Answers(answer), None).await
    }

    pub async fn endless(begin: &'static str, again: &'static str) -> Self {
        Self::start(Manner::Endless(begin, again), None).await
    }

    pub async fn drips(bytes: &str) -> Self {
        Self::start(Manner::Drips(bytes.into()), None).await
    }

    pub async fn says_bytes(bytes: Vec<u8>) -> Self {
        Self::start(Manner::Says(bytes), None).await
    }

    pub async fn tls(config: rustls::ServerConfig) -> Self {
        let text = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        Self::start(Manner::Says(text.into()), Some(config)).await
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every request so far, head and body as they came.
    pub fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }

    pub async fn request_arrived(&self) {
        self.arrived.notified().await;
    }

    async fn start(manner: Manner, tls: Option<rustls::ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let received = Arc::<Mutex<Vec<String>>>::default();
        let arrived = Arc::new(Notify::new());
        let desk = Desk {
            manner,
            received: Arc::clone(&received),
            arrived: Arc::clone(&arrived),
        };
        let task = tokio::spawn(accept(listener, tls, desk));
        let host = if scheme == "https" {
            "localhost"
        } else {
            "127.0.0.1"
        };
        Self {
            url: format!("{scheme}://{host}:{port}"),
            received,
            arrived,
            task,
        }
    }
}

#[derive(Clone)]
struct Desk {
    manner: Manner,
    received: Arc<Mutex<Vec<String>>>,
    arrived: Arc<Notify>,
}

async fn accept(listener: TcpListener, tls: Option<rustls::ServerConfig>, desk: Desk) {
    let acceptor = tls.map(|config| tokio_rustls::TlsAcceptor::from(Arc::new(config)));
    while let Ok((stream, _)) = listener.accept().await {
        let (desk, acceptor) = (desk.clone(), acceptor.clone());
        tokio::spawn(async move {
            match acceptor {
                None => desk.serve(stream).await,
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        desk.serve(stream).await;
                    }
                }
            }
        });
    }
}

impl Desk {
    async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let Some(request) = read_request(&mut stream).await else {
            return;
        };
        let body = request
            .split_once("\r\n\r\n")
            .map(|(_, body)| body.to_owned());
        self.received.lock().unwrap().push(request);
        self.arrived.notify_one();
        let body = body.unwrap_or_default();
        // A client that has heard enough hangs up.
        let _ = self.answer(&mut stream, &body).await;
        if let Manner::Keeps(_, later) = self.manner {
            while let Some(request) = read_request(&mut stream).await {
                self.received.lock().unwrap().push(request);
                let _ = stream.write_all(later.as_bytes()).await;
            }
        }
        let _ = stream.shutdown().await;
    }

    async fn answer(&self, stream: &mut (impl AsyncWrite + Unpin), body: &str) -> io::Result<()> {
        match &self.manner {
            Manner::Says(bytes) => stream.write_all(bytes).await,
            Manner::Keeps(first, _) => stream.write_all(first.as_bytes()).await,
            Manner::Silent => std::future::pending().await,
            Manner::Held(release) => {
                release.notified().await;
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n";
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(b"{\"held\":true}").await
            }
            Manner::Echoes => stream.write_all(&echo(body)).await,
            Manner::Answers(answer) => stream.write_all(&answer(body)).await,
            Manner::Endless(begin, again) => {
                stream.write_all(begin.as_bytes()).await?;
                if again.is_empty() {
                    return std::future::pending().await;
                }
                let again = again.repeat(1000);
                loop {
                    stream.write_all(again.as_bytes()).await?;
                    tokio::task::yield_now().await;
                }
            }
            Manner::Drips(bytes) => {
                for byte in bytes {
                    stream.write_all(&[*byte]).await?;
                    stream.flush().await?;
                    tokio::task::yield_now().await;
                }
                Ok(())
            }
        }
    }
}

fn echo(body: &str) -> Vec<u8> {
    let json = format!("{{\"echo\": \"{body}\"}}");
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{json}",
        json.len()
    )
    .into_bytes()
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream
            .read(&mut buffer)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)
        {
            return Some(text);
        }
    }
}

fn content_length(head: &str) -> usize {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}
