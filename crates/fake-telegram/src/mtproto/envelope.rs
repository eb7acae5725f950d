//! The encrypted envelope of MTProto 2.0, from the server's side.

use grammers_crypto::aes;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// An authorisation key and its id.
#[derive(Clone)]
pub struct Key {
    bytes: [u8; 256],
    pub id: i64,
}

impl Key {
    pub fn new(bytes: [u8; 256]) -> Self {
        let id = Sha1::digest(bytes)[12..].try_into().map(i64::from_le_bytes).unwrap_or_default();
        Self { bytes, id }
    }

    pub fn bytes(&self) -> &[u8; 256] {
        &self.bytes
    }
}

/// Direction: where in the key a message's secrets begin.
const FROM_CLIENT: usize = 0;
const TO_CLIENT: usize = 8;

fn secrets(key: &Key, message_key: &[u8], x: usize) -> ([u8; 32], [u8; 32]) {
    let hash = |parts: [&[u8]; 2]| -> [u8; 32] {
        Sha256::new().chain_update(parts[0]).chain_update(parts[1]).finalize().into()
    };
    let a = hash([message_key, &key.bytes[x..x + 36]]);
    let b = hash([&key.bytes[40 + x..76 + x], message_key]);
    let mix = |first: &[u8; 32], second: &[u8; 32]| {
        let mut out = *second;
        out[..8].copy_from_slice(&first[..8]);
        out[24..].copy_from_slice(&first[24..]);
        out
    };
    (mix(&a, &b), mix(&b, &a))
}

fn message_key(key: &Key, plain: &[u8], x: usize) -> [u8; 16] {
    let large = Sha256::new().chain_update(&key.bytes[88 + x..120 + x]).chain_update(plain).finalize();
    large[8..24].try_into().unwrap_or_default()
}

/// The key id in front of a message.
pub fn key_id(message: &[u8]) -> Option<i64> {
    Some(i64::from_le_bytes(message.get(..8)?.try_into().ok()?))
}

/// What is inside, with its padding; `None` if it was not sealed with this key.
pub fn open(key: &Key, message: &[u8]) -> Option<Vec<u8>> {
    let sealed = message.get(24..).filter(|sealed| !sealed.is_empty() && sealed.len().is_multiple_of(16))?;
    let given = &message[8..24];
    let (secret, vector) = secrets(key, given, FROM_CLIENT);
    let mut plain = sealed.to_vec();
    aes::ige_decrypt(&mut plain, &secret, &vector);
    (message_key(key, &plain, FROM_CLIENT) == given).then_some(plain)
}

/// Pads and seals `plain`.
pub fn seal(key: &Key, mut plain: Vec<u8>) -> Vec<u8> {
    // 12 to 1024 bytes of padding, the whole a multiple of 16
    let padding = 12 + (16 - (plain.len() + 12) % 16) % 16;
    let mut noise = [0; 32];
    // the padding's content does not matter
    let _ = getrandom::fill(&mut noise);
    plain.extend(&noise[..padding]);
    let message_key = message_key(key, &plain, TO_CLIENT);
    let (secret, vector) = secrets(key, &message_key, TO_CLIENT);
    aes::ige_encrypt(&mut plain, &secret, &vector);
    [&key.id.to_le_bytes()[..], &message_key, &plain].concat()
}

#[cfg(test)]
mod tests {
    use grammers_crypto::{AuthKey, DequeBuffer, decrypt_data_v2, encrypt_data_v2};

    use super::*;

    #[test]
    fn opens_what_a_client_sealed_and_the_other_way_round() {
        let bytes: [u8; 256] = std::array::from_fn(|index| (index * 7 % 251) as u8);
        let (key, client) = (Key::new(bytes), AuthKey::from_bytes(bytes));
        let mut buffer = DequeBuffer::with_capacity(256, 64);
        buffer.extend(b"a question".iter().copied());
        encrypt_data_v2(&mut buffer, &client);
        assert_eq!(key_id(&buffer[..]), Some(key.id));
        assert!(open(&key, &buffer[..]).unwrap().starts_with(b"a question"));
        let mut sealed = seal(&key, b"an answer".to_vec());
        assert!(decrypt_data_v2(&mut sealed, &client).unwrap().starts_with(b"an answer"));
    }

    #[test]
    fn another_key_opens_nothing() {
        let (one, other) = (Key::new([1; 256]), Key::new([2; 256]));
        assert!(open(&other, &seal(&one, vec![0; 32])).is_none());
    }
}
