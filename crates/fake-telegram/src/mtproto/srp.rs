//! The server's half of the two-step password (SRP 2048 with Telegram's key derivation).

use hmac::Hmac;
use num_bigint::BigUint;
use sha2::{Digest, Sha256, Sha512};

use super::handshake::{GENERATOR, prime};

const ROUNDS: u32 = 100_000;

/// Salts of a password, and what the server keeps instead of it.
pub struct Verifier {
    pub salt1: Vec<u8>,
    pub salt2: Vec<u8>,
    v: BigUint,
}

/// One attempt: what the client is told, and what it is checked against.
pub struct Challenge {
    pub id: i64,
    secret: BigUint,
    /// The server's public value, 256 bytes.
    pub b: Vec<u8>,
}

fn hash(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().fold(Sha256::new(), Digest::chain_update).finalize().to_vec()
}

fn padded(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let mut out = vec![0; 256_usize.saturating_sub(bytes.len())];
    out.extend(bytes);
    out
}

fn generator() -> BigUint {
    BigUint::from(GENERATOR as u32)
}

/// k of the protocol.
fn multiplier() -> BigUint {
    BigUint::from_bytes_be(&hash(&[&padded(&prime()), &padded(&generator())]))
}

impl Verifier {
    pub fn new(password: &str) -> Self {
        let (salt1, salt2) = (vec![0x11; 16], vec![0x22; 16]);
        let salted = |data: &[u8], salt: &[u8]| hash(&[salt, data, salt]);
        let first = salted(&salted(password.as_bytes(), &salt1), &salt2);
        let mut stretched = [0; 64];
        // the length of an HMAC key is free: this does not fail
        let _ = pbkdf2::pbkdf2::<Hmac<Sha512>>(&first, &salt1, ROUNDS, &mut stretched);
        let x = BigUint::from_bytes_be(&salted(&stretched, &salt2));
        Self { salt1, salt2, v: generator().modpow(&x, &prime()) }
    }

    pub fn challenge(&self, id: i64) -> Challenge {
        let mut secret = [0; 256];
        // a test's secrets need not be secret
        let _ = getrandom::fill(&mut secret);
        let secret = BigUint::from_bytes_be(&secret);
        let b = (multiplier() * &self.v + generator().modpow(&secret, &prime())) % prime();
        Challenge { id, secret, b: padded(&b) }
    }

    /// Does the client know the password? `a` and `proof` are what it sent.
    pub fn accepts(&self, challenge: &Challenge, a: &[u8], proof: &[u8]) -> bool {
        let (p, a) = (prime(), padded(&BigUint::from_bytes_be(a)));
        let u = BigUint::from_bytes_be(&hash(&[&a, &challenge.b]));
        let shared = (BigUint::from_bytes_be(&a) * self.v.modpow(&u, &p)).modpow(&challenge.secret, &p);
        let key = hash(&[&padded(&shared)]);
        let mixed: Vec<u8> =
            hash(&[&padded(&p)]).iter().zip(hash(&[&padded(&generator())])).map(|(left, right)| left ^ right).collect();
        let salts = (hash(&[&self.salt1]), hash(&[&self.salt2]));
        hash(&[&mixed, &salts.0, &salts.1, &a, &challenge.b, &key]) == proof
    }
}

#[cfg(test)]
mod tests {
    use grammers_crypto::two_factor_auth::calculate_2fa;

    use super::*;

    #[test]
    fn knows_the_password_from_another() {
        let verifier = Verifier::new("горький");
        let challenge = verifier.challenge(1);
        let answer = |password: &str| {
            let (salt1, salt2) = (&verifier.salt1, &verifier.salt2);
            let p = prime().to_bytes_be();
            calculate_2fa(salt1, salt2, &p, &GENERATOR, challenge.b.clone(), vec![77; 256], password)
        };
        let (proof, a) = answer("горький");
        assert!(verifier.accepts(&challenge, &a, &proof));
        let (proof, a) = answer("сладкий");
        assert!(!verifier.accepts(&challenge, &a, &proof));
    }
}
