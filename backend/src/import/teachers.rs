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
    let departments = departments(catalogue);
    let names: Vec<(Text, String)> =
        departments.keys().map(|name| (*name, folded(catalogue.texts.get(*name)))).collect();
    let emails: Vec<String> = names.iter().map(|(_, name)| placeholder_address(name)).collect();
    let folded_names: Vec<String> = names.iter().map(|(_, name)| name.clone()).collect();
    let mut by_email = HashMap::new();
    let mut by_name: HashMap<String, Vec<UserId>> = HashMap::new();
    for known in queries::teachers(db, &emails, &folded_names).await? {
        by_name.entry(folded(&known.full_name)).or_default().push(known.id);
        by_email.insert(known.email, known.id);
    }
    let teachers = names.into_iter().zip(emails).map(|((text, name), email)| {
        let only = by_name.get(&name).filter(|ids| ids.len() == 1).map(|ids| ids[0]);
        let known = by_email.get(&email).copied().or(only);
        let department = departments.get(&text).cloned().flatten();
        (text, Teacher { id: known.unwrap_or_default(), email, is_new: known.is_none(), department })
    });
    Ok(teachers.collect())
}

fn departments(catalogue: &Catalogue) -> HashMap<Text, Option<String>> {
    let mut counts: HashMap<Text, HashMap<&str, usize>> = HashMap::new();
    for section in
        catalogue.sections.iter().filter(|section| !section.rejected && !section.instructor.is_empty())
    {
        let code = catalogue.texts.get(section.code);
        let letters =
            code.find(|letter: char| !letter.is_ascii_alphabetic()).map_or(code, |end| &code[..end]);
        *counts.entry(section.instructor).or_default().entry(letters).or_default() += 1;
    }
    let most_frequent = |letters: HashMap<&str, usize>| {
        let best = letters.into_iter().filter(|(letters, _)| !letters.is_empty());
        best.max_by_key(|(letters, count)| (*count, std::cmp::Reverse(*letters)))
            .map(|(letters, _)| letters.to_owned())
    };
    counts.into_iter().map(|(name, letters)| (name, most_frequent(letters))).collect()
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
