//! A door that shuts without slamming: who has come in by the kernel's word is still let in by ours.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// From the closed socket until idle connections are closed, too: the last ones to come in get this long to send their
/// request, since the HTTP library takes a connection that has not said anything yet for an idle one.
const FIRST_WORDS: Duration = Duration::from_millis(500);

/// Told to close, it first takes what already waits to be accepted: a client whose connection stands has perhaps sent
/// its request, and closing the socket would reset it.
pub struct Closing {
    /// `None` once closed
    listener: Option<TcpListener>,
    address: io::Result<SocketAddr>,
    waiting: VecDeque<(TcpStream, SocketAddr)>,
    close: CancellationToken,
    closed: CancellationToken,
}

impl Closing {
    pub fn new(listener: TcpListener, close: CancellationToken) -> Self {
        let address = listener.local_addr();
        Self { listener: Some(listener), address, waiting: VecDeque::new(), close, closed: CancellationToken::new() }
    }

    /// Cancelled when the socket is closed and everybody who had come has had the time to ask.
    pub fn closed(&self) -> CancellationToken {
        self.closed.clone()
    }
}

impl Listener for Closing {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            if let Some(connection) = self.waiting.pop_front() {
                return connection;
            }
            let Some(listener) = &mut self.listener else {
                tokio::time::sleep(FIRST_WORDS).await;
                self.closed.cancel();
                return std::future::pending().await;
            };
            tokio::select! {
                connection = Listener::accept(listener) => return connection,
                () = self.close.cancelled() => {}
            }
            if let Some(listener) = self.listener.take() {
                // a connection that cannot be taken over now is lost either way
                let _ = drain(listener, &mut self.waiting);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        match &self.address {
            Ok(address) => Ok(*address),
            Err(error) => Err(error.kind().into()),
        }
    }
}

/// Asks the kernel itself: the runtime may not have heard yet of the newest connections.
fn drain(listener: TcpListener, waiting: &mut VecDeque<(TcpStream, SocketAddr)>) -> io::Result<()> {
    let listener = listener.into_std()?;
    while let Ok((stream, address)) = listener.accept() {
        stream.set_nonblocking(true)?;
        waiting.push_back((TcpStream::from_std(stream)?, address));
    }
    Ok(())
}
