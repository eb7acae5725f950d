//! The stand-in's RSA key: known to everybody, so that third-party clients can be told to trust it.

use num_bigint::BigUint;
use sha1::{Digest, Sha1};

/// The two primes, in hex.
const P: &str = "ec8e4555c8ce1de85e719736693f500e34de3b099b66bbffd461559f6faeac801f805f678e7b31902fcd9eded7fcce4fac36\
    b410163d219b18a821c452ee0f1385323f29d35a08197ec21ef5ec4e2b0b4706fc5c38d632b0ab3390c037f0cec265f48236\
    651d7f3b79139a04de159937df062420fbaad4d92c74398aa417160b";
const Q: &str = "df8249b5ad971109b5c9516c75b43b9c7ae54e2bcd9a6f0d1266c5b8cd6b419834eb2e9d6255ddf6edbd7015fb89c1e15832\
    e9237369b4b8a28642012df1fb684f3448a30d51dcbc6751f435b8caa1883e024f3453b33228632024182460a07419f96821\
    ec468f5134f6bc3c202a4f1d48d46f52541ad25ab9c446db833fa437";
const E: u32 = 65_537;

pub struct RsaKey {
    pub n: BigUint,
    d: BigUint,
    pub fingerprint: i64,
}

impl RsaKey {
    pub fn new() -> Self {
        let number = |hex: &str| BigUint::parse_bytes(hex.as_bytes(), 16).unwrap_or_default();
        let (first, second, exponent) = (number(P), number(Q), BigUint::from(E));
        let n = &first * &second;
        let d = exponent.modinv(&((&first - 1_u32) * (&second - 1_u32))).unwrap_or_default();
        let bare = [tl_bytes(&n.to_bytes_be()), tl_bytes(&exponent.to_bytes_be())].concat();
        let hash = Sha1::digest(bare);
        let fingerprint = i64::from_le_bytes(hash[12..].try_into().unwrap_or_default());
        Self { n, d, fingerprint }
    }

    /// 256 bytes of what the client encrypted.
    pub fn decrypt(&self, data: &[u8]) -> Vec<u8> {
        let plain = BigUint::from_bytes_be(data).modpow(&self.d, &self.n).to_bytes_be();
        let mut padded = vec![0; 256_usize.saturating_sub(plain.len())];
        padded.extend(plain);
        padded
    }

    /// The public key in PKCS#1 PEM.
    pub fn public_pem(&self) -> String {
        use base64::Engine as _;
        let body = [der_integer(&self.n), der_integer(&BigUint::from(E))].concat();
        let text = base64::engine::general_purpose::STANDARD.encode(der(0x30, &body));
        let lines: Vec<&str> =
            (0..text.len()).step_by(64).map(|start| &text[start..text.len().min(start + 64)]).collect();
        format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n", lines.join("\n"))
    }
}

fn der_integer(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    der(2, &bytes)
}

fn der(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut out = vec![tag];
    match length {
        0..0x80 => out.push(length as u8),
        0x80..0x100 => out.extend([0x81, length as u8]),
        _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    out.extend(body);
    out
}

fn tl_bytes(bytes: &[u8]) -> Vec<u8> {
    use grammers_tl_types::Serializable as _;
    bytes.to_vec().to_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decrypts_what_the_public_half_encrypted() {
        let key = RsaKey::new();
        let secret = BigUint::from(123_456_789_u32);
        let sealed = secret.modpow(&BigUint::from(E), &key.n).to_bytes_be();
        assert_eq!(BigUint::from_bytes_be(&key.decrypt(&sealed)), secret);
    }
}
