//! The key exchange with the stand-in's own RSA key. Clients that carry Telegram's keys inside (grammers) cannot do it and
//! bring a key that was agreed on beforehand.

use grammers_crypto::{aes, generate_key_data_from_nonce};
use grammers_tl_types::{Deserializable, Identifiable, Serializable, enums, functions, types};
use num_bigint::BigUint;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::envelope::Key;
use super::rsa_key::RsaKey;

/// The 2048-bit safe prime that clients insist on.
pub const PRIME: &str = "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f48198a0aa7c14058229493d22530f4dbfa33\
    6f6e0ac925139543aed44cce7c3720fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f642477fe96\
    bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4a4a695811051907e162753b56b0f6b410dba74d8a84b\
    2a14b3144e0ef1284754fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4e418fc15e83ebea0\
    f87fa9ff5eed70050ded2849f47bf959d956850ce929851f0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119c\
    d8e3b92fcc5b";
pub const GENERATOR: i32 = 3;
/// Two primes whose product the client takes apart.
const FACTORS: (u32, u32) = (1_229_739_323, 1_402_015_859);

pub fn prime() -> BigUint {
    BigUint::parse_bytes(PRIME.as_bytes(), 16).unwrap_or_default()
}

/// A client's message that does not belong where it came.
#[derive(Debug, thiserror::Error)]
#[error("key exchange: {0}")]
pub struct Refused(&'static str);

/// How far a connection's exchange has come.
#[derive(Default)]
pub struct Handshake {
    nonce: [u8; 16],
    server_nonce: [u8; 16],
    new_nonce: [u8; 32],
    secret: Option<BigUint>,
}

/// What to send, and the key when there is one.
pub struct Answer {
    pub body: Vec<u8>,
    pub key: Option<Key>,
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // a test's secrets need not be secret
    let _ = getrandom::fill(&mut bytes);
    bytes
}

fn sha1(parts: &[&[u8]]) -> [u8; 20] {
    parts.iter().fold(Sha1::new(), Digest::chain_update).finalize().into()
}

impl Handshake {
    /// `body`: the function a client called in the clear; `now`: the machine's Unix seconds.
    pub fn answer(&mut self, rsa: &RsaKey, body: &[u8], now: i32) -> Result<Answer, Refused> {
        let id = body.get(..4).and_then(|id| id.try_into().ok()).map(u32::from_le_bytes).ok_or(Refused("empty"))?;
        let rest = body.get(4..).unwrap_or_default();
        match id {
            functions::ReqPq::CONSTRUCTOR_ID | functions::ReqPqMulti::CONSTRUCTOR_ID => {
                self.nonce = rest.get(..16).and_then(|nonce| nonce.try_into().ok()).ok_or(Refused("no nonce"))?;
                self.server_nonce = random();
                let product = u64::from(FACTORS.0) * u64::from(FACTORS.1);
                let body = enums::ResPq::Pq(types::ResPq {
                    nonce: self.nonce,
                    server_nonce: self.server_nonce,
                    pq: product.to_be_bytes().to_vec(),
                    server_public_key_fingerprints: vec![rsa.fingerprint],
                })
                .to_bytes();
                Ok(Answer { body, key: None })
            }
            functions::ReqDhParams::CONSTRUCTOR_ID => {
                let call = functions::ReqDhParams::from_bytes(rest).map_err(|_| Refused("bad req_DH_params"))?;
                self.dh_params(rsa, &call, now)
            }
            functions::SetClientDhParams::CONSTRUCTOR_ID => {
                let call = functions::SetClientDhParams::from_bytes(rest).map_err(|_| Refused("bad client DH"))?;
                self.finish(&call)
            }
            _ => Err(Refused("not a function of the key exchange")),
        }
    }

    fn dh_params(&mut self, rsa: &RsaKey, call: &functions::ReqDhParams, now: i32) -> Result<Answer, Refused> {
        if call.nonce != self.nonce || call.server_nonce != self.server_nonce {
            return Err(Refused("the nonces do not match"));
        }
        if call.public_key_fingerprint != rsa.fingerprint {
            return Err(Refused("another public key"));
        }
        let inner = inner_data(&rsa.decrypt(&call.encrypted_data)).ok_or(Refused("undecipherable inner data"))?;
        let (p, q, new_nonce) = match enums::PQInnerData::from_bytes(&inner).map_err(|_| Refused("bad inner data"))? {
            enums::PQInnerData::Data(data) => (data.p, data.q, data.new_nonce),
            enums::PQInnerData::Dc(data) => (data.p, data.q, data.new_nonce),
            enums::PQInnerData::Temp(data) => (data.p, data.q, data.new_nonce),
            enums::PQInnerData::TempDc(data) => (data.p, data.q, data.new_nonce),
        };
        if BigUint::from_bytes_be(&p) * BigUint::from_bytes_be(&q) != BigUint::from(FACTORS.0) * FACTORS.1 {
            return Err(Refused("p and q are not the factors"));
        }
        self.new_nonce = new_nonce;
        let secret = BigUint::from_bytes_be(&random::<256>());
        let answer = enums::ServerDhInnerData::Data(types::ServerDhInnerData {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            g: GENERATOR,
            dh_prime: prime().to_bytes_be(),
            g_a: BigUint::from(GENERATOR as u32).modpow(&secret, &prime()).to_bytes_be(),
            server_time: now,
        })
        .to_bytes();
        self.secret = Some(secret);
        let mut sealed = [&sha1(&[&answer])[..], &answer].concat();
        sealed.resize(sealed.len().next_multiple_of(16), 0);
        let (key, vector) = generate_key_data_from_nonce(&self.server_nonce, &self.new_nonce);
        aes::ige_encrypt(&mut sealed, &key, &vector);
        let body = enums::ServerDhParams::Ok(types::ServerDhParamsOk {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            encrypted_answer: sealed,
        })
        .to_bytes();
        Ok(Answer { body, key: None })
    }

    fn finish(&mut self, call: &functions::SetClientDhParams) -> Result<Answer, Refused> {
        let secret = self.secret.take().ok_or(Refused("client DH before server DH"))?;
        let (key, vector) = generate_key_data_from_nonce(&self.server_nonce, &self.new_nonce);
        let mut plain = call.encrypted_data.clone();
        if plain.len() < 32 || !plain.len().is_multiple_of(16) {
            return Err(Refused("client DH of a wrong length"));
        }
        aes::ige_decrypt(&mut plain, &key, &vector);
        let enums::ClientDhInnerData::Data(data) =
            enums::ClientDhInnerData::from_bytes(&plain[20..]).map_err(|_| Refused("bad client DH data"))?;
        let shared = BigUint::from_bytes_be(&data.g_b).modpow(&secret, &prime()).to_bytes_be();
        let mut bytes = [0; 256];
        bytes[256 - shared.len()..].copy_from_slice(&shared);
        let key_hash = sha1(&[&bytes]);
        let proof = sha1(&[&self.new_nonce, &[1], &key_hash[..8]]);
        let body = enums::SetClientDhParamsAnswer::DhGenOk(types::DhGenOk {
            nonce: self.nonce,
            server_nonce: self.server_nonce,
            new_nonce_hash1: proof[4..].try_into().unwrap_or_default(),
        })
        .to_bytes();
        Ok(Answer { body, key: Some(Key::new(bytes)) })
    }
}

/// The data inside a decrypted block: `RSA_PAD`, or the older form with a SHA-1 in front that Telethon still uses.
fn inner_data(block: &[u8]) -> Option<Vec<u8>> {
    let sealed: &[u8] = block.get(32..256)?;
    let mask = Sha256::digest(sealed);
    let temporary: [u8; 32] = std::array::from_fn(|index| block[index] ^ mask[index]);
    let mut plain = sealed.to_vec();
    aes::ige_decrypt(&mut plain, &temporary, &[0; 32]);
    let (data, hash) = plain.split_at(192);
    let data: Vec<u8> = data.iter().rev().copied().collect();
    if hash == Sha256::new().chain_update(temporary).chain_update(&data).finalize().as_slice() {
        return Some(data);
    }
    let (hash, data) = block.get(1..)?.split_at(20);
    let length = inner_length(data)?;
    (sha1(&[data.get(..length)?]) == hash).then(|| data[..length].to_vec())
}

/// How many bytes of `data` the inner data are; the rest is padding.
fn inner_length(data: &[u8]) -> Option<usize> {
    Some(enums::PQInnerData::from_bytes(data).ok()?.to_bytes().len())
}

#[cfg(test)]
mod tests {
    use grammers_tl_types::RemoteCall;

    use super::*;

    fn call<R: RemoteCall>(handshake: &mut Handshake, rsa: &RsaKey, request: &R) -> (R::Return, Option<Key>) {
        let answer = handshake.answer(rsa, &request.to_bytes(), 1).unwrap();
        (R::Return::from_bytes(&answer.body).unwrap(), answer.key)
    }

    #[test]
    fn both_sides_come_to_the_same_key() {
        let (rsa, mut handshake) = (RsaKey::new(), Handshake::default());
        let nonce = [5; 16];
        let (enums::ResPq::Pq(first), _) = call(&mut handshake, &rsa, &functions::ReqPqMulti { nonce });
        let new_nonce = [9; 32];
        let inner = enums::PQInnerData::Data(types::PQInnerData {
            pq: first.pq,
            p: FACTORS.0.to_be_bytes().to_vec(),
            q: FACTORS.1.to_be_bytes().to_vec(),
            nonce,
            server_nonce: first.server_nonce,
            new_nonce,
        })
        .to_bytes();
        // the older form
        let mut block = [&sha1(&[&inner])[..], &inner].concat();
        block.resize(255, 0);
        let sealed = BigUint::from_bytes_be(&block).modpow(&BigUint::from(65_537_u32), &rsa.n).to_bytes_be();
        let (params, _) = call(
            &mut handshake,
            &rsa,
            &functions::ReqDhParams {
                nonce,
                server_nonce: first.server_nonce,
                p: FACTORS.0.to_be_bytes().to_vec(),
                q: FACTORS.1.to_be_bytes().to_vec(),
                public_key_fingerprint: rsa.fingerprint,
                encrypted_data: sealed,
            },
        );
        let enums::ServerDhParams::Ok(params) = params else { panic!("refused") };
        let (key, vector) = generate_key_data_from_nonce(&first.server_nonce, &new_nonce);
        let mut plain = params.encrypted_answer;
        aes::ige_decrypt(&mut plain, &key, &vector);
        let enums::ServerDhInnerData::Data(server) = enums::ServerDhInnerData::from_bytes(&plain[20..]).unwrap();
        let ours = BigUint::from(987_654_321_u64);
        let inner = enums::ClientDhInnerData::Data(types::ClientDhInnerData {
            nonce,
            server_nonce: first.server_nonce,
            retry_id: 0,
            g_b: BigUint::from(server.g as u32).modpow(&ours, &prime()).to_bytes_be(),
        })
        .to_bytes();
        let mut sealed = [&sha1(&[&inner])[..], &inner].concat();
        sealed.resize(sealed.len().next_multiple_of(16), 0);
        aes::ige_encrypt(&mut sealed, &key, &vector);
        let request = functions::SetClientDhParams { nonce, server_nonce: first.server_nonce, encrypted_data: sealed };
        let (_, agreed) = call(&mut handshake, &rsa, &request);
        let shared = BigUint::from_bytes_be(&server.g_a).modpow(&ours, &prime()).to_bytes_be();
        assert!(agreed.unwrap().bytes().ends_with(&shared));
    }

    #[test]
    fn the_prime_has_2048_bits() {
        assert_eq!(prime().bits(), 2_048);
    }
}
