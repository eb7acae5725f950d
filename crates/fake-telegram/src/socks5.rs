//! A SOCKS5 proxy that leads to loopback only, with the faults a proxy has.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;
const NO_METHOD: u8 = 0xff;
const CONNECT: u8 = 1;
/// Answers to a request.
const GRANTED: u8 = 0;
const NOT_ALLOWED: u8 = 2;
const REFUSED: u8 = 5;
const NO_COMMAND: u8 = 7;

/// How the proxy behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    #[default]
    Works,
    /// Every request is refused.
    Refuses,
    /// Accepts connections and says nothing.
    Silent,
}

pub struct Socks5 {
    login: Option<(String, String)>,
    mood: Mutex<Mood>,
    /// Connections that were led on.
    served: AtomicU64,
}

impl Socks5 {
    pub fn new(login: Option<(String, String)>) -> Self {
        Self { login, mood: Mutex::default(), served: AtomicU64::new(0) }
    }

    /// For connections from now on.
    pub fn set_mood(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = mood;
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// How many connections were led on so far.
    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    async fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        if self.mood() == Mood::Silent {
            std::future::pending::<()>().await;
        }
        let [version, methods] = read(&mut client).await?;
        let mut offered = vec![0; usize::from(methods)];
        client.read_exact(&mut offered).await?;
        let wanted = if self.login.is_some() { LOGIN } else { NO_LOGIN };
        if version != VERSION || !offered.contains(&wanted) {
            return client.write_all(&[VERSION, NO_METHOD]).await;
        }
        client.write_all(&[VERSION, wanted]).await?;
        if let Some((name, password)) = &self.login {
            let [_, length] = read(&mut client).await?;
            let given_name = text(&mut client, length).await?;
            let [length] = read(&mut client).await?;
            let right = given_name == name.as_bytes() && text(&mut client, length).await? == password.as_bytes();
            client.write_all(&[1, u8::from(!right)]).await?;
            if !right {
                return Ok(());
            }
        }
        let [_, command, _, kind] = read(&mut client).await?;
        let target = match kind {
            1 => Ipv4Addr::from(read::<4>(&mut client).await?).to_string(),
            4 => Ipv6Addr::from(read::<16>(&mut client).await?).to_string(),
            _ => {
                let [length] = read(&mut client).await?;
                String::from_utf8_lossy(&text(&mut client, length).await?).into_owned()
            }
        };
        let port = u16::from_be_bytes(read(&mut client).await?);
        let address = match target.as_str() {
            "localhost" => Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
            other => other.parse().ok().map(|ip| SocketAddr::new(ip, port)).filter(|to| to.ip().is_loopback()),
        };
        let refusal = match (command, address) {
            (CONNECT, Some(address)) if self.mood() == Mood::Works => match TcpStream::connect(address).await {
                Ok(mut server) => {
                    client.write_all(&answer(GRANTED)).await?;
                    self.served.fetch_add(1, Ordering::Relaxed);
                    return copy_bidirectional(&mut client, &mut server).await.map(drop);
                }
                Err(_) => REFUSED,
            },
            (CONNECT, Some(_)) => REFUSED,
            (CONNECT, None) => NOT_ALLOWED,
            _ => NO_COMMAND,
        };
        client.write_all(&answer(refusal)).await
    }
}

/// An answer that names no address of its own.
fn answer(code: u8) -> [u8; 10] {
    [VERSION, code, 0, 1, 0, 0, 0, 0, 0, 0]
}

async fn read<const N: usize>(client: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn text(client: &mut TcpStream, length: u8) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(length)];
    client.read_exact(&mut bytes).await?;
    Ok(bytes)
}

pub async fn accept(proxy: std::sync::Arc<Socks5>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let proxy = std::sync::Arc::clone(&proxy);
                    connections.spawn(async move {
                        if let Err(error) = proxy.serve(stream).await {
                            tracing::debug!("proxied connection: {error}");
                        }
                    });
                }
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}
