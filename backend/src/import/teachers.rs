//! Instructors as teacher accounts. The file has names only, so an account gets an address that no mail ever
//! reaches, made from the name: the next import finds the same person by it.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use unicode_normalization::UnicodeNormalization;

use super::queries;
use super::sections::Catalogue;
use super::texts::Text;
use crate::ids::UserId;

/// `.invalid` is reserved: it never resolves (RFC 2606).
const DOMAIN: &str = "teachers.invalid";

/// People looked up at a time.
const PAGE: usize = 5_000;

pub struct Teacher {
    pub id: UserId,
    pub email: String,
    pub is_new: bool,
    /// The letters most of their course codes begin with.
    pub department: Option<String>,
}

/// `elizabeth-butler-1a2b3c4d@teachers.invalid`: readable, and different for different names.
pub fn placeholder_address(name: &str) -> String {
    let folded = folded(name);
    let letters = folded.nfkd().filter(|letter| letter.is_ascii_alphanumeric() || letter.is_whitespace());
    let letters: String = letters.take(40).collect();
    let words: Vec<&str> = letters.split_whitespace().collect();
    let slug = if words.is_empty() { "teacher".to_owned() } else { words.join("-") };
    let hash = Sha256::digest(folded.as_bytes());
    let hash: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{slug}-{hash}@{DOMAIN}")
}

/// A name as it is compared: without case and extra blanks.
fn folded(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The account of everyone who teaches an accepted section: known by the placeholder address, else by being the
/// only teacher of that name (whose address a registrar has since corrected), else a new one.
pub async fn resolve(db: &mut PgConnection, catalogue: &Catalogue) -> sqlx::Result<HashMap<Text, Teacher>> {
    let mut teachers = HashMap::new();
    for some in departments(catalogue).chunks(PAGE) {
        let names: Vec<String> = some.iter().map(|(name, _)| folded(catalogue.texts.get(*name))).collect();
        let emails: Vec<String> = names.iter().map(|name| placeholder_address(name)).collect();
        let mut by_email = HashMap::new();
        let mut by_name: HashMap<String, Vec<UserId>> = HashMap::new();
        for known in queries::teachers(db, &emails, &names).await? {
            by_name.entry(folded(&known.full_name)).or_default().push(known.id);
            by_email.insert(known.email.into_text(), known.id);
        }
        for (((text, department), name), email) in some.iter().zip(names).zip(emails) {
            let only = by_name.get(&name).filter(|ids| ids.len() == 1).map(|ids| ids[0]);
            let known = by_email.get(&email).copied().or(only);
            let (id, department) = (known.unwrap_or_default(), department.map(str::to_owned));
            teachers.insert(*text, Teacher { id, email, is_new: known.is_none(), department });
        }
    }
    Ok(teachers)
}

/// Everyone who teaches an accepted section, and the letters most of their codes begin with.
fn departments(catalogue: &Catalogue) -> Vec<(Text, Option<&str>)> {
    let accepted =
        catalogue.sections.iter().filter(|section| !section.rejected && !section.instructor.is_empty());
    let mut all: Vec<(Text, &str)> = accepted
        .map(|section| {
            let code = catalogue.texts.get(section.code);
            let letters =
                code.find(|letter: char| !letter.is_ascii_alphabetic()).map_or(code, |end| &code[..end]);
            (section.instructor, letters)
        })
        .collect();
    all.sort_unstable();
    let one_person = |one: &(Text, &str), other: &(Text, &str)| one.0 == other.0;
    let people = all.chunk_by(one_person).map(|sections| {
        let departments =
            sections.chunk_by(|one, other| one.1 == other.1).filter(|same| !same[0].1.is_empty());
        let most = departments.max_by_key(|same| (same.len(), std::cmp::Reverse(same[0].1)));
        (sections[0].0, most.map(|same| same[0].1))
    });
    people.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::text;

    #[test]
    fn one_name_one_address() {
        let address = placeholder_address("Núñez,  José María");
        assert_eq!(address, placeholder_address("núñez, josé maría"));
        assert!(address.starts_with("nunez-jose-maria-"), "{address}");
        assert_ne!(address, placeholder_address("Nunez, Jose Maria"));
        for name in ["王小明", "O'Brien", "محمد علي", &"x".repeat(255)] {
            assert!(text::email("email", &placeholder_address(name)).is_ok(), "{name}");
        }
    }
}
