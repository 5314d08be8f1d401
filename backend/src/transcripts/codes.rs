//! The signed code: `UEMS1.<payload>.<signature>`. The payload is canonical JSON, the signature Ed25519 over all that
//! stands before the last dot; both in base64url without padding.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::canonical::canonical;
use super::model::CodeFacts;
use crate::auth::keyed_digest;
use crate::error::Result;

/// Names this form of a code; another form gets another name.
const FORM: &str = "UEMS1";
/// No code of ours is longer.
const LONGEST: usize = 4096;
/// What stands before the 32 bytes of an Ed25519 key in a `SubjectPublicKeyInfo` (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Signs transcripts with the key of this installation.
pub struct Signer {
    key: SigningKey,
    id: String,
}

impl Signer {
    pub fn new(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        Self { id: key_id(key.verifying_key().as_bytes()), key }
    }

    pub fn key_id(&self) -> &str {
        &self.id
    }

    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    pub fn sign(&self, facts: &CodeFacts) -> Result<String> {
        let payload = canonical(&serde_json::to_value(facts).map_err(anyhow::Error::from)?);
        let signed = format!("{FORM}.{}", URL_SAFE_NO_PAD.encode(payload));
        let signature = self.key.sign(signed.as_bytes());
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
    }
}

/// The seed of an installation that has none of its own: development only.
pub fn derived_seed(secret: &str) -> [u8; 32] {
    let digest = keyed_digest(secret, &[b"transcript signing key"]);
    std::array::from_fn(|index| digest[index])
}

/// 32 bytes in hexadecimal digits, or in base64 of either alphabet, with or without padding.
pub fn read_seed(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    if text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        let byte = |index: usize| {
            text.get(2 * index..2 * index + 2).and_then(|two| u8::from_str_radix(two, 16).ok())
        };
        let bytes: Option<Vec<u8>> = (0..32).map(byte).collect();
        return bytes?.try_into().ok();
    }
    let plain = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    URL_SAFE_NO_PAD.decode(plain).ok()?.try_into().ok()
}

pub fn key_id(public_key: &[u8; 32]) -> String {
    Sha256::digest(public_key).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A public key as `openssl` reads it.
pub fn pem(public_key: &[u8]) -> String {
    let der = [&SPKI[..], public_key].concat();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
}

pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256 of a document's canonical spelling, in hexadecimal digits.
pub fn digest(document: &Value) -> String {
    Sha256::digest(canonical(document)).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A code taken apart, and not yet believed.
#[derive(Debug)]
pub struct Claimed {
    pub facts: CodeFacts,
    signed: String,
    signature: Signature,
}

/// `None` for what is no code. Spaces and line ends do not count: codes are copied from paper.
pub fn take_apart(code: &str) -> Option<Claimed> {
    if code.len() > LONGEST {
        return None;
    }
    let code: String = code.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    let (signed, signature) = code.rsplit_once('.')?;
    let payload = signed.strip_prefix(FORM)?.strip_prefix('.')?;
    let facts: CodeFacts = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    if !facts.kid.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    Some(Claimed { facts, signed: signed.to_owned(), signature })
}

impl Claimed {
    pub fn is_signed_by(&self, public_key: &[u8]) -> bool {
        let key = public_key.try_into().ok().and_then(|key| VerifyingKey::from_bytes(key).ok());
        key.is_some_and(|key| key.verify_strict(self.signed.as_bytes(), &self.signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use rust_decimal::Decimal;

    fn facts(signer: &Signer) -> CodeFacts {
        CodeFacts {
            kid: signer.key_id().to_owned(),
            institution: "Hill College".to_owned(),
            full_name: "Ada Lovelace 😀".to_owned(),
            student_id: Some("S100001".to_owned()),
            issued_at: DateTime::from_timestamp(1_750_000_000, 0).unwrap(),
            gpa: Some(Decimal::new(371, 2)),
            credits_earned: Decimal::new(6400, 2),
            sha256: digest(&serde_json::json!({ "a": 1 })),
        }
    }

    #[test]
    fn a_code_says_what_was_signed() {
        let signer = Signer::new(&[7; 32]);
        let code = signer.sign(&facts(&signer)).unwrap();
        let claimed = take_apart(&code).unwrap();
        assert!(claimed.is_signed_by(&signer.public_key()));
        assert_eq!(claimed.facts, facts(&signer));
        let wrapped = format!(" {}\n{}\r\n", &code[..70], &code[70..]);
        assert!(take_apart(&wrapped).unwrap().is_signed_by(&signer.public_key()));
        assert!(!claimed.is_signed_by(&Signer::new(&[8; 32]).public_key()));
        assert!(
            !claimed.is_signed_by(&[0; 32]) && !claimed.is_signed_by(&[1; 31]) && !claimed.is_signed_by(&[])
        );
    }

    /// Every bit of every byte of a code, one after the other; also a byte less and a byte more at each place.
    #[test]
    fn one_changed_byte_anywhere_makes_it_invalid() {
        let signer = Signer::new(&[7; 32]);
        let code = signer.sign(&facts(&signer)).unwrap();
        let valid =
            |code: &str| take_apart(code).is_some_and(|claimed| claimed.is_signed_by(&signer.public_key()));
        assert!(valid(&code));
        for place in 0..code.len() {
            // All bits at both ends and around the dots; elsewhere two, which keeps the test short.
            let near = place < 8 || place + 90 > code.len();
            for bit in (0..8).filter(|bit| near || bit % 8 == place % 8 || *bit == 0) {
                let mut bytes = code.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                let changed = String::from_utf8_lossy(&bytes);
                assert!(!valid(&changed), "bit {bit} of byte {place}: {changed}");
            }
        }
        for place in [0, 4, 5, 6, 100, code.len() - 87, code.len() - 86, code.len() - 1] {
            let (left, right) = code.split_at(place);
            assert!(!valid(&format!("{left}{}", &right[1..])), "without byte {place}");
            assert!(
                !valid(&format!("{left}A{right}")) && !valid(&format!("{left}.{right}")),
                "more at byte {place}"
            );
        }
        assert!(!valid(&format!("{code}=")) && !valid(&format!("{code}.{code}")) && !valid(""));
    }

    #[test]
    fn the_development_key_is_not_the_secret_itself() {
        assert_ne!(derived_seed("a").as_slice(), &Sha256::digest("a")[..]);
        assert_ne!(derived_seed("a"), derived_seed("b"));
    }
}
