//! The way to the service, of which every stretch is a step. It is in the worker, and ends with it.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::steps::Steps;

/// What the steps on the way are called.
pub const REQUEST_SENT: &str = "the request is sent";

/// Relays to this origin, and gives its own.
pub async fn start(origin: &str, steps: &Arc<Steps>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = format!("http://{}", listener.local_addr().unwrap());
    let service = origin.strip_prefix("http://").unwrap().to_owned();
    let steps = Arc::clone(steps);
    tokio::spawn(async move {
        while let Ok((caller, _)) = listener.accept().await {
            let service = TcpStream::connect(&service).await.unwrap();
            tokio::spawn(relay(caller, service, Arc::clone(&steps)));
        }
    });
    own
}

async fn relay(mut caller: TcpStream, mut service: TcpStream, steps: Arc<Steps>) {
    while let Some(request) = message(&mut caller).await {
        let (first, rest) = request.split_at(request.len() / 2);
        steps.reach("the request leaves");
        service.write_all(first).await.unwrap();
        steps.reach("half of the request is sent");
        service.write_all(rest).await.unwrap();
        steps.reach(REQUEST_SENT);
        let Some(answer) = message(&mut service).await else {
            return;
        };
        let (first, rest) = answer.split_at(answer.len() / 2);
        steps.reach("the answer has come");
        caller.write_all(first).await.unwrap();
        steps.reach("half of the answer is taken in");
        if caller.write_all(rest).await.is_err() {
            return;
        }
    }
}

/// A head and the body that it announces; nothing where the connection ends.
pub async fn message(from: &mut TcpStream) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    let head = loop {
        message.push(from.read_u8().await.ok()?);
        if message.ends_with(b"\r\n\r\n") {
            break String::from_utf8_lossy(&message).to_ascii_lowercase();
        }
    };
    let announced = head
        .lines()
        .find_map(|it| it.strip_prefix("content-length:"));
    let length = announced.map_or(0, |it| it.trim().parse().unwrap());
    let mut body = vec![0; length];
    from.read_exact(&mut body).await.ok()?;
    message.extend(body);
    Some(message)
}
