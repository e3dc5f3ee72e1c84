//! A few lines of HTTP, so that nothing of the runtime's own client takes part.

use credential_runtime::{Failure, FailureKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Sends a request and reads the answer to its end.
pub async fn send(
    request: &http::Request<impl AsRef<[u8]>>,
) -> Result<http::Response<Vec<u8>>, Failure> {
    let answer = exchange(request).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        let message = "the connection broke before the answer was complete".to_owned();
        return Err(Failure {
            kind: FailureKind::Interrupted,
            message,
            request_sent: true,
            detail: None,
        });
    };
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|it| it.split(' ').nth(1))
        .unwrap_or_default();
    let mut response = http::Response::builder().status(status);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        response = response.header(name, value);
    }
    Ok(response.body(body.as_bytes().to_vec()).unwrap())
}

async fn exchange(request: &http::Request<impl AsRef<[u8]>>) -> std::io::Result<Vec<u8>> {
    let authority = request.uri().authority().unwrap().as_str();
    let mut stream = tokio::net::TcpStream::connect(authority).await?;
    let mut head = format!(
        "{} {} HTTP/1.1\r\n",
        request.method(),
        request.uri().path_and_query().unwrap()
    );
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    let body = request.body().as_ref();
    head += &format!(
        "host: {authority}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}
