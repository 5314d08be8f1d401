//! Text that people typed. Parsed once at the edge: trimmed, in Unicode form NFC, without control characters and
//! without the invisible ones that make one name look like another.

use unicode_normalization::UnicodeNormalization;

use crate::error::FieldError;

/// Directional marks, overrides and isolates, line separators and zero-width characters (but not the joiners emoji and
/// some scripts need).
fn deceives(letter: char) -> bool {
    matches!(letter, '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// One line of text: `least` to `most` characters after trimming.
pub fn line(field: &str, text: &str, least: usize, most: usize) -> Result<String, FieldError> {
    checked(field, text, least, most, |letter| letter.is_control() || deceives(letter))
}

/// Text of several lines; tabs and line breaks are welcome.
pub fn paragraphs(field: &str, text: &str, most: usize) -> Result<String, FieldError> {
    let unwanted =
        |letter: char| (letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) || deceives(letter);
    checked(field, text, 0, most, unwanted)
}

fn checked(
    field: &str,
    text: &str,
    least: usize,
    most: usize,
    unwanted: impl Fn(char) -> bool,
) -> Result<String, FieldError> {
    let text: String = text.trim().nfc().collect();
    let length = text.chars().count();
    if text.chars().any(unwanted) {
        Err(FieldError::new(
            field,
            "control_character",
            "leave out control and direction-changing characters",
        ))
    } else if length < least {
        let message = if least == 1 {
            "this must not be empty".to_owned()
        } else {
            format!("at least {least} characters")
        };
        Err(FieldError::new(field, "too_short", message))
    } else if length > most {
        Err(FieldError::new(field, "too_long", format!("at most {most} characters")))
    } else {
        Ok(text)
    }
}

/// An e-mail address as we keep it: lower case, one `@`, a dot in the domain, no blanks.
/// Whether it exists only a message to it can tell.
pub fn email(field: &str, text: &str) -> Result<String, FieldError> {
    let wrong = |message| FieldError::new(field, "invalid_email", message);
    let text = line(field, text, 1, 254)?.to_lowercase();
    let (local, domain) = text.rsplit_once('@').ok_or_else(|| wrong("write it as name@example.edu"))?;
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(letter);
    let labels_fine = domain.split('.').all(|label| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    });
    let fine = !local.is_empty()
        && local.len() <= 64
        && local.chars().all(allowed)
        && labels_fine
        && domain.contains('.');
    if fine { Ok(text) } else { Err(wrong("write it as name@example.edu")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_world_pass_and_tricks_do_not() {
        for name in ["O'Brien", "Nguyễn Thị Mai", "محمد علي", "王小明", "Ada 👩‍💻 Lovelace", "José"]
        {
            assert_eq!(line("full_name", name, 1, 255).as_deref(), Ok(name));
        }
        for name in ["a\0b", "Ada\u{202E}nimda", "A\u{200B}da", "two\nlines", "", "   "] {
            assert!(line("full_name", name, 1, 255).is_err(), "{name:?}");
        }
        assert_eq!(line("x", "Jose\u{301}", 1, 4).as_deref(), Ok("José"));
        assert!(line("x", &"😀".repeat(256), 1, 255).is_err());
    }

    #[test]
    fn addresses() {
        assert_eq!(email("email", " Ada@Example.EDU ").as_deref(), Ok("ada@example.edu"));
        for wrong in ["ada", "@x.de", "a b@x.de", "ada@x", "ada@-x.de", "a@b..c", "ada@x.de\r\nBcc: y@z.de"] {
            assert!(email("email", wrong).is_err(), "{wrong}");
        }
    }
}
