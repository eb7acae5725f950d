//! A door that shuts without slamming: who has come in by the kernel's word is still let in by ours.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// From the last newcomer until the socket is closed: as long as a handshake takes that was under way.
const HANDSHAKE: Duration = Duration::from_millis(200);

/// From the closed socket until idle connections are closed, too: the last ones to come in get this long to send their
/// request, since the HTTP library takes a connection that has not said anything yet for an idle one.
const FIRST_WORDS: Duration = Duration::from_millis(500);

/// Told to close, it lets nobody new begin to come in, takes what already waits to be accepted, and then closes: a
/// client whose connection stands has perhaps sent its request, and closing the socket would reset it.
pub struct Closing {
    /// `None` once closed
    listener: Option<TcpListener>,
    address: io::Result<SocketAddr>,
    waiting: VecDeque<(TcpStream, SocketAddr)>,
    close: CancellationToken,
    /// when nobody is on the way in any more; `None` while the door is open
    empty_at: Option<Instant>,
    closed: CancellationToken,
}

impl Closing {
    pub fn new(listener: TcpListener, close: CancellationToken) -> Self {
        let address = listener.local_addr();
        Self {
            listener: Some(listener),
            address,
            waiting: VecDeque::new(),
            close,
            empty_at: None,
            closed: CancellationToken::new(),
        }
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
            match self.empty_at {
                None => tokio::select! {
                    connection = Listener::accept(listener) => return connection,
                    () = self.close.cancelled() => {
                        refuse_newcomers(listener);
                        self.empty_at = Some(Instant::now() + HANDSHAKE);
                    }
                },
                Some(empty_at) => tokio::select! {
                    connection = Listener::accept(listener) => return connection,
                    () = sleep_until(empty_at) => {
                        if let Some(listener) = self.listener.take() {
                            // a connection that cannot be taken over now is lost either way
                            let _ = drain(listener, &mut self.waiting);
                        }
                    }
                },
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

/// Lets the kernel leave new connections unanswered: they knock again a second later, find the socket closed and know
/// that nothing was begun. Connections under way and those that wait are not touched. Elsewhere than on Linux, and
/// where it is not allowed, the socket closes a moment before somebody may have come in.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no crate in the tree sets this option; the pointers live through the call")]
fn refuse_newcomers(listener: &TcpListener) {
    use std::os::fd::AsRawFd as _;

    // a filter of the socket sees a packet from its TCP header on
    const FLAGS_AT: u32 = 13;
    const SYN: u32 = 0x02;
    const ACK: u32 = 0x10;
    const DROP: u32 = 0;
    const PASS: u32 = u32::MAX;
    let step = |code: u32, jt: u8, jf: u8, k: u32| libc::sock_filter { code: code as u16, jt, jf, k };
    let mut program = [
        step(libc::BPF_LD | libc::BPF_B | libc::BPF_ABS, 0, 0, FLAGS_AT),
        step(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, 0, 0, SYN | ACK),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, SYN),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, DROP),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, PASS),
    ];
    let filter = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: the descriptor is open while `listener` is borrowed; the kernel copies the program during the call.
    let result = unsafe {
        libc::setsockopt(
            listener.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            (&raw const filter).cast(),
            size_of::<libc::sock_fprog>() as libc::socklen_t,
        )
    };
    if result != 0 {
        tracing::debug!(error = %io::Error::last_os_error(), "new connections cannot be refused before the socket closes");
    }
}

#[cfg(not(target_os = "linux"))]
fn refuse_newcomers(_: &TcpListener) {}
