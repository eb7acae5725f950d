//! How messages are cut out of the TCP stream: full, abridged, intermediate and padded intermediate, each of the last
//! three also obfuscated. The client's first bytes say which.

use std::io;

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

type Cipher = Ctr128BE<Aes256>;

/// Longest message taken from a client, in bytes; Telegram's own limit is 1 MiB.
const MESSAGE_BYTES_MAX: usize = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    Full,
    Abridged,
    Intermediate,
    Padded,
}

impl Framing {
    fn tagged(tag: [u8; 4]) -> Option<Self> {
        match tag {
            [0xef, ..] => Some(Self::Abridged),
            [0xee, 0xee, 0xee, 0xee] => Some(Self::Intermediate),
            [0xdd, 0xdd, 0xdd, 0xdd] => Some(Self::Padded),
            _ => None,
        }
    }
}

/// The client's half.
pub struct Reader {
    half: OwnedReadHalf,
    framing: Framing,
    cipher: Option<Cipher>,
    /// Bytes read while finding out the framing.
    ahead: Vec<u8>,
}

/// Our half.
pub struct Writer {
    half: OwnedWriteHalf,
    framing: Framing,
    cipher: Option<Cipher>,
    sequence: u32,
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads the first bytes and decides.
pub async fn accept(stream: TcpStream) -> io::Result<(Reader, Writer)> {
    stream.set_nodelay(true)?;
    let (mut read, write) = stream.into_split();
    let both = |read, write, framing, ahead| {
        let reader = Reader { half: read, framing, cipher: None, ahead };
        let writer = Writer { half: write, framing, cipher: None, sequence: 0 };
        Ok((reader, writer))
    };
    let mut first = [0; 4];
    read.read_exact(&mut first[..1]).await?;
    if first[0] == 0xef {
        return both(read, write, Framing::Abridged, Vec::new());
    }
    read.read_exact(&mut first[1..]).await?;
    if let Some(framing) = Framing::tagged(first) {
        return both(read, write, framing, Vec::new());
    }
    let mut second = [0; 4];
    read.read_exact(&mut second).await?;
    if second == [0; 4] {
        return both(read, write, Framing::Full, [first, second].concat());
    }
    let mut header = [0; 64];
    header[..4].copy_from_slice(&first);
    header[4..8].copy_from_slice(&second);
    read.read_exact(&mut header[8..]).await?;
    let mut reversed = header;
    reversed[8..56].reverse();
    let cipher = |header: &[u8; 64]| Cipher::new_from_slices(&header[8..40], &header[40..56]).map_err(io::Error::other);
    let (mut from_client, to_client) = (cipher(&header)?, cipher(&reversed)?);
    from_client.apply_keystream(&mut header);
    let tag = header[56..60].try_into().unwrap_or_default();
    let framing = Framing::tagged(tag).ok_or_else(|| invalid("obfuscated header without a known transport"))?;
    let reader = Reader { half: read, framing, cipher: Some(from_client), ahead: Vec::new() };
    Ok((reader, Writer { half: write, framing, cipher: Some(to_client), sequence: 0 }))
}

impl Reader {
    #[cfg(test)]
    fn framing(&self) -> Framing {
        self.framing
    }

    async fn fill(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        let ready = self.ahead.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(self.ahead.drain(..ready)) {
            *to = from;
        }
        self.half.read_exact(&mut buffer[ready..]).await?;
        if let Some(cipher) = &mut self.cipher {
            cipher.apply_keystream(buffer);
        }
        Ok(())
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > MESSAGE_BYTES_MAX {
            return Err(invalid("a message over 1 MiB"));
        }
        let mut buffer = vec![0; length];
        self.fill(&mut buffer).await?;
        Ok(buffer)
    }

    /// The next message; an error at the end of the stream.
    pub async fn next(&mut self) -> io::Result<Vec<u8>> {
        match self.framing {
            Framing::Full => {
                let mut head = [0; 8];
                self.fill(&mut head).await?;
                let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
                let rest = length.checked_sub(8).filter(|rest| *rest >= 4).ok_or_else(|| invalid("a short frame"))?;
                let mut body = self.take(rest).await?;
                let sum = body.split_off(rest - 4);
                let mut hasher = crc32fast::Hasher::new();
                hasher.update(&head);
                hasher.update(&body);
                if sum != hasher.finalize().to_le_bytes() {
                    return Err(invalid("a frame whose checksum is wrong"));
                }
                Ok(body)
            }
            Framing::Abridged => {
                let mut head = [0; 1];
                self.fill(&mut head).await?;
                // the high bit asks for a quick acknowledgement, which the stand-in does not give
                let words = match head[0] & 0x7f {
                    0x7f => {
                        let mut long = [0; 4];
                        self.fill(&mut long[..3]).await?;
                        u32::from_le_bytes(long)
                    }
                    short => u32::from(short),
                };
                self.take(words as usize * 4).await
            }
            Framing::Intermediate | Framing::Padded => {
                let mut head = [0; 4];
                self.fill(&mut head).await?;
                let mut body = self.take((u32::from_le_bytes(head) & 0x7fff_ffff) as usize).await?;
                if self.framing == Framing::Padded {
                    // an encrypted message is 24 bytes and a multiple of 16; a plain one tells its own length
                    let plain = body.len() >= 20 && body[..8] == [0; 8];
                    let whole = if plain {
                        20 + u32::from_le_bytes([body[16], body[17], body[18], body[19]]) as usize
                    } else {
                        body.len() - body.len().saturating_sub(24) % 16
                    };
                    body.truncate(whole);
                }
                Ok(body)
            }
        }
    }
}

impl Writer {
    pub async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        let mut frame = Vec::with_capacity(message.len() + 16);
        match self.framing {
            Framing::Full => {
                frame.extend((message.len() as u32 + 12).to_le_bytes());
                frame.extend(self.sequence.to_le_bytes());
                frame.extend(message);
                frame.extend(crc32fast::hash(&frame).to_le_bytes());
                self.sequence += 1;
            }
            Framing::Abridged => {
                let words = (message.len() / 4) as u32;
                if words < 0x7f {
                    frame.push(words as u8);
                } else {
                    frame.extend((0x7f | words << 8).to_le_bytes());
                }
                frame.extend(message);
            }
            Framing::Intermediate | Framing::Padded => {
                frame.extend((message.len() as u32).to_le_bytes());
                frame.extend(message);
            }
        }
        self.write(frame).await
    }

    /// A transport error, as 404 for an unknown key.
    pub async fn send_error(&mut self, code: i32) -> io::Result<()> {
        let code = (-code).to_le_bytes();
        match self.framing {
            // length, counter and body are the negative code
            Framing::Full => self.write(code.repeat(3)).await,
            _ => self.send(&code).await,
        }
    }

    async fn write(&mut self, mut frame: Vec<u8>) -> io::Result<()> {
        if let Some(cipher) = &mut self.cipher {
            cipher.apply_keystream(&mut frame);
        }
        self.half.write_all(&frame).await
    }

    pub async fn close(&mut self) {
        // the client may be gone already
        let _ = self.half.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use grammers_crypto::ObfuscatedCipher;
    use tokio::net::TcpListener;

    use super::*;

    /// What the server reads first, and what the client then reads back as an answer of eight bytes.
    async fn exchange(sent: Vec<u8>) -> (Framing, Vec<u8>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        client.write_all(&sent).await.unwrap();
        let (mut reader, mut writer) = accept(listener.accept().await.unwrap().0).await.unwrap();
        let message = reader.next().await.unwrap();
        writer.send(b"answered").await.unwrap();
        writer.close().await;
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        (reader.framing(), message, answer)
    }

    #[tokio::test]
    async fn plain_framings() {
        let abridged = [&[0xef, 2][..], b"question"].concat();
        let answer = [&[2][..], b"answered"].concat();
        assert_eq!(exchange(abridged).await, (Framing::Abridged, b"question".to_vec(), answer));
        let intermediate = [&[0xee, 0xee, 0xee, 0xee, 8, 0, 0, 0][..], b"question"].concat();
        let answer = [&[8, 0, 0, 0][..], b"answered"].concat();
        assert_eq!(exchange(intermediate).await, (Framing::Intermediate, b"question".to_vec(), answer));
        let mut full = [&[20, 0, 0, 0, 0, 0, 0, 0][..], b"question"].concat();
        full.extend(crc32fast::hash(&full).to_le_bytes());
        let (framing, message, answer) = exchange(full).await;
        assert_eq!((framing, message.as_slice(), &answer[8..16]), (Framing::Full, &b"question"[..], &b"answered"[..]));
    }

    #[tokio::test]
    async fn obfuscated() {
        let mut header = [7_u8; 64];
        header[56..60].copy_from_slice(&[0xef; 4]);
        let mut cipher = ObfuscatedCipher::new(&header);
        let mut sealed = header;
        cipher.encrypt(&mut sealed);
        header[56..].copy_from_slice(&sealed[56..]);
        let mut message = [&[2][..], b"question"].concat();
        cipher.encrypt(&mut message);
        let (framing, message, mut answer) = exchange([header.to_vec(), message].concat()).await;
        cipher.decrypt(&mut answer);
        assert_eq!((framing, message), (Framing::Abridged, b"question".to_vec()));
        assert_eq!(answer, [&[2][..], b"answered"].concat());
    }
}
