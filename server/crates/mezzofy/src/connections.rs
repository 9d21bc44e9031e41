//! Connections of clients. Each is served by itself, and ended when nothing comes of it: one that is opened and says no more, one that
//! is left idle, and one whose other end has gone.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::net::sockopt::{set_socket_keepalive, set_tcp_user_timeout};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::util::MapRequest;

use mezzofy_engine::app::App;

/// The head of a request must be here so soon after the connection was made, or after the answer before it.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// What was sent must be confirmed by the other end so soon.
const CONFIRMATION_TIMEOUT_MILLIS: u32 = 60_000;
/// How long it is waited where the system has no room for another connection.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_secs(1);

/// Answers requests until the app stops, then lets those that are at work end.
pub async fn serve(app: &App, listener: TcpListener) {
    let router = mezzofy_http::router(app.clone());
    let connections = TaskTracker::new();
    while let Some(accepted) = app.stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                tune(&stream);
                connections.spawn(serve_one(stream, peer, router.clone(), app.stop.clone()));
            }
            Err(error) if is_of_one_connection(error.kind()) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be taken at the moment");
                app.stop.run_until_cancelled(tokio::time::sleep(ACCEPT_RETRY_DELAY)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

fn is_of_one_connection(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}

fn tune(stream: &TcpStream) {
    // Else a small piece of a stream waits until the client has confirmed the one before.
    let tuned = stream.set_nodelay(true);
    let tuned = tuned.and_then(|()| Ok(set_socket_keepalive(stream, true)?));
    let tuned = tuned.and_then(|()| Ok(set_tcp_user_timeout(stream, CONFIRMATION_TIMEOUT_MILLIS)?));
    if let Err(error) = tuned {
        tracing::debug!(%error, "a connection stays as the system makes it");
    }
}

async fn serve_one<S>(stream: S, peer: SocketAddr, router: Router, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = MapRequest::new(router, move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(Body::new)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).with_upgrades();
    let mut connection = pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::{Instant, sleep};

    use super::*;

    /// The client's end of a connection to a small server, on a clock that jumps to when something happens.
    fn connect() -> DuplexStream {
        let router = Router::new()
            .route("/", get(async || "here"))
            .route("/slow", get(async || sleep(Duration::from_mins(5)).await))
            .route("/peer", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()))
            .route("/read", post(async |body: String| body));
        let (ours, theirs) = duplex(1024);
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 4711));
        TaskTracker::new().spawn(serve_one(theirs, peer, router, CancellationToken::new()));
        ours
    }

    /// What comes until the server closes the connection, and after how many seconds it does.
    async fn rest(mut client: DuplexStream) -> (String, u64) {
        let (begun, mut read) = (Instant::now(), String::new());
        client.read_to_string(&mut read).await.unwrap();
        (read, begun.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_says_nothing_is_closed() {
        assert_eq!(rest(connect()).await, (String::new(), 30));
    }

    #[tokio::test(start_paused = true)]
    async fn half_a_head_is_waited_for_no_longer_however_it_drips() {
        let mut client = connect();
        let begun = Instant::now();
        client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n").await.unwrap();
        while begun.elapsed() < Duration::from_secs(40) && client.write_all(b"x-more: y\r\n").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
        let lasted = begun.elapsed().as_secs();
        assert!((29..=32).contains(&lasted), "{lasted}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_is_closed_and_one_whose_answer_takes_long_is_not() {
        let mut client = connect();
        client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
        let (answer, seconds) = rest(client).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("here"), "{answer}");
        assert_eq!(seconds, 30);

        let mut client = connect();
        client.write_all(b"GET /slow HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await.unwrap();
        let (answer, seconds) = rest(client).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert_eq!(seconds, 300);
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_learns_who_is_at_the_other_end() {
        let mut client = connect();
        client.write_all(b"GET /peer HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await.unwrap();
        assert!(rest(client).await.0.ends_with("127.0.0.1:4711"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_closes_idle_connections_at_once() {
        let (ours, theirs) = duplex(1024);
        let (peer, stop) = (SocketAddr::from((Ipv4Addr::LOCALHOST, 4711)), CancellationToken::new());
        TaskTracker::new().spawn(serve_one(theirs, peer, Router::new(), stop.clone()));
        stop.cancel();
        assert_eq!(rest(ours).await, (String::new(), 0));
    }
}
