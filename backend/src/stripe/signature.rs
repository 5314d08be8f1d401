//! `Stripe-Signature: t=…,v1=…`: HMAC-SHA-256 over the time, a dot and the raw bytes of the body. Several `v1` stand
//! there while a secret is being replaced; one good one is enough.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far the time of a signature may be from ours, in seconds, either way.
pub const TOLERANCE: i64 = 300;

/// Longest header that is looked at, and most signatures in it.
const MOST_BYTES: usize = 2048;
const MOST_SIGNATURES: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("the signature header cannot be read")]
    Malformed,
    #[error("the signature is too old, or from the future")]
    Stale,
    #[error("the signature is not of this body, or made with another secret")]
    Wrong,
}

/// The header for a body, as the provider makes it.
pub fn sign(body: &[u8], secret: &str, at: i64) -> String {
    let digest = mac(body, secret, &at.to_string()).finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

/// Whether one of the secrets signed this body, lately. An empty secret signs nothing.
pub fn verify(body: &[u8], header: &str, secrets: &[String], now: i64) -> Result<(), Rejected> {
    if header.len() > MOST_BYTES {
        return Err(Rejected::Malformed);
    }
    let (mut time, mut signatures) = (None, vec![]);
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", _)) if time.is_some() => return Err(Rejected::Malformed),
            Some(("t", text)) => time = Some(text),
            Some(("v1", text)) => signatures.push(digest(text)),
            _ => {}
        }
    }
    let time = time.ok_or(Rejected::Malformed)?;
    let plain = (1..=12).contains(&time.len()) && time.bytes().all(|byte| byte.is_ascii_digit());
    let at: i64 = time.parse().ok().filter(|_| plain).ok_or(Rejected::Malformed)?;
    if signatures.is_empty() || signatures.len() > MOST_SIGNATURES {
        return Err(Rejected::Malformed);
    }
    // `verify_slice` compares in constant time.
    let good = |secret: &String| {
        let of = |digest: &Vec<u8>| mac(body, secret, time).verify_slice(digest).is_ok();
        !secret.is_empty() && signatures.iter().flatten().any(of)
    };
    if !secrets.iter().any(good) {
        return Err(Rejected::Wrong);
    }
    if (now - at).abs() > TOLERANCE { Err(Rejected::Stale) } else { Ok(()) }
}

fn mac(body: &[u8], secret: &str, time: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes any key length");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// 64 digits of lower-case hexadecimal, as Stripe writes them.
fn digest(text: &str) -> Option<Vec<u8>> {
    let hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    if text.len() != 64 || !text.bytes().all(|byte| hex(&byte)) {
        return None;
    }
    (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1","object":"event"}"#;
    const SECRET: &str = "whsec_test";
    const NOW: i64 = 1_700_000_000;

    fn check(header: &str) -> Result<(), Rejected> {
        verify(BODY, header, &[SECRET.to_owned()], NOW)
    }

    /// `printf '%s' '1700000000.{"id":"evt_1","object":"event"}' | openssl dgst -sha256 -hmac whsec_test`
    #[test]
    fn it_agrees_with_openssl() {
        assert_eq!(sign(BODY, SECRET, NOW), format!("t={NOW},v1={}", OPENSSL));
        check(&format!("t={NOW},v1={OPENSSL}")).unwrap();
    }

    const OPENSSL: &str = "4c15fb2a43f93ef61eaa3e0893866d57cad9cad4223242cfb96f362480cb4021";

    #[test]
    fn only_what_was_signed_lately_with_our_secret_passes() {
        let good = sign(BODY, SECRET, NOW);
        let hex = good.rsplit('=').next().unwrap();
        let other = sign(BODY, "another", NOW);
        let wrong = other.rsplit('=').next().unwrap();
        for header in [
            good.clone(),
            format!("t={NOW},v1={wrong},v1={hex}"),
            format!("t={NOW}, v1={hex}, v0=abc"),
            sign(BODY, SECRET, NOW - 300),
            sign(BODY, SECRET, NOW + 300),
        ] {
            assert_eq!(check(&header), Ok(()), "{header}");
        }
        for (header, why) in [
            (other, Rejected::Wrong),
            (sign(BODY, SECRET, NOW - 301), Rejected::Stale),
            (sign(BODY, SECRET, NOW + 301), Rejected::Stale),
            (sign(b"{}", SECRET, NOW), Rejected::Wrong),
            (format!("v1={hex}"), Rejected::Malformed),
            (format!("t={NOW}"), Rejected::Malformed),
            (format!("t={NOW},v0={hex}"), Rejected::Malformed),
            (format!("t={NOW},v1={}", hex.to_uppercase()), Rejected::Wrong),
            (format!("t={NOW},v1={}", &hex[..63]), Rejected::Wrong),
            (format!("t={NOW},v1=+{}", &hex[1..]), Rejected::Wrong),
            (format!("t=+{NOW},v1={hex}"), Rejected::Malformed),
            (format!("t={NOW},t={NOW},v1={hex}"), Rejected::Malformed),
            (format!("t=99999999999999999999,v1={hex}"), Rejected::Malformed),
            (String::new(), Rejected::Malformed),
            (format!("t={NOW}{}", ",v1=0".repeat(17)), Rejected::Malformed),
            (format!("{good},{}", "x".repeat(5000)), Rejected::Malformed),
        ] {
            assert_eq!(check(&header), Err(why), "{header:.90}");
        }
    }

    #[test]
    fn one_of_several_secrets_is_enough_and_an_empty_one_is_none() {
        let header = sign(BODY, SECRET, NOW);
        let secrets = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(verify(BODY, &header, &secrets(&["new", SECRET]), NOW), Ok(()));
        assert_eq!(verify(BODY, &header, &secrets(&["new"]), NOW), Err(Rejected::Wrong));
        assert_eq!(verify(BODY, &sign(BODY, "", NOW), &secrets(&[""]), NOW), Err(Rejected::Wrong));
        assert_eq!(verify(BODY, &header, &[], NOW), Err(Rejected::Wrong));
    }
}
