//! Walks the chain and says where it is broken. The hashes are computed here anew, from what is stored, and not by the
//! database that stored it.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::queries;

/// Entries looked at in one go.
const PORTION: i64 = 5_000;
const BEFORE_THE_FIRST: [u8; 32] = [0; 32];

/// An entry as it is stored.
pub(super) struct Link {
    pub id: i64,
    pub micros: i64,
    pub actor_id: Option<String>,
    pub actor_role: Option<String>,
    pub action: String,
    pub subject_id: Option<String>,
    pub object_type: Option<String>,
    pub object_id: Option<String>,
    pub facts: String,
    pub request_id: Option<String>,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

impl Link {
    /// SHA-256 over every field with its length in front (`audit_hash` in the migration says the same).
    fn computed(&self) -> [u8; 32] {
        let previous = hex(&self.previous);
        let (id, micros) = (self.id.to_string(), self.micros.to_string());
        let fields = [
            Some(id.as_str()),
            Some(&micros),
            self.actor_id.as_deref(),
            self.actor_role.as_deref(),
            Some(&self.action),
            self.subject_id.as_deref(),
            self.object_type.as_deref(),
            self.object_id.as_deref(),
            Some(&self.facts),
            self.request_id.as_deref(),
            Some(&previous),
        ];
        let mut text = String::new();
        for field in fields {
            match field {
                Some(value) => _ = write!(text, "{}:{value}", value.len()),
                None => text.push('-'),
            }
        }
        Sha256::digest(text.as_bytes()).into()
    }
}

/// An entry somebody wrote down elsewhere: `ID:HASH`, as `uems audit verify` prints it. Without one, a chain whose end
/// was cut off, or that was written anew from some place on, looks whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub id: i64,
    pub hash: String,
}

impl std::str::FromStr for Anchor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, hash) = text.split_once(':').ok_or("write it as ID:HASH")?;
        let id = id.parse().map_err(|_| "the part before the colon is a number".to_owned())?;
        if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self { id, hash: hash.to_lowercase() })
        } else {
            Err("the part after the colon is 64 hexadecimal digits".to_owned())
        }
    }
}

/// Where the chain is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The entry was changed after it was written.
    Changed(i64),
    /// An entry is missing here, or one was slipped in.
    Missing(i64),
    /// It does not continue the entry before it.
    Unlinked(i64),
    /// It is not what was written down of it elsewhere, or it is gone.
    NotTheAnchor(i64),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed(id) => write!(f, "entry {id} was changed after it was written"),
            Self::Missing(id) => write!(f, "entry {id} is missing"),
            Self::Unlinked(id) => write!(f, "entry {id} does not continue the one before it"),
            Self::NotTheAnchor(id) => write!(f, "entry {id} is not the one that was noted, or is gone"),
        }
    }
}

/// What a walk found: how far it came, and the first fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub entries: i64,
    /// Hash of the last sound entry.
    pub head: String,
    pub fault: Option<Fault>,
}

/// Walks the whole chain, up to the first fault.
pub async fn verify(db: &PgPool, anchors: &[Anchor]) -> sqlx::Result<Verdict> {
    let (mut entries, mut head) = (0, BEFORE_THE_FIRST.to_vec());
    loop {
        let links = queries::links(db, entries, PORTION).await?;
        if links.is_empty() {
            let gone = anchors.iter().find(|anchor| !(1..=entries).contains(&anchor.id));
            let fault = gone.map(|anchor| Fault::NotTheAnchor(anchor.id));
            return Ok(Verdict { entries, head: hex(&head), fault });
        }
        for link in links {
            if let Some(fault) = fault(&link, entries, &head, anchors) {
                return Ok(Verdict { entries, head: hex(&head), fault: Some(fault) });
            }
            (entries, head) = (link.id, link.hash);
        }
    }
}

fn fault(link: &Link, before: i64, head: &[u8], anchors: &[Anchor]) -> Option<Fault> {
    if link.id != before + 1 {
        return Some(Fault::Missing(before + 1));
    }
    if link.computed()[..] != link.hash {
        return Some(Fault::Changed(link.id));
    }
    if link.previous != head {
        return Some(Fault::Unlinked(link.id));
    }
    let noted = anchors.iter().find(|anchor| anchor.id == link.id);
    noted.filter(|anchor| anchor.hash != hex(&link.hash)).map(|anchor| Fault::NotTheAnchor(anchor.id))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
