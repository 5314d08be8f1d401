//! Content lines of RFC 5545: escaped, ended by CRLF, folded where they are longer than 75 octets.

/// Octets of a line, its end not counted.
const LONGEST: usize = 75;

#[derive(Debug, Default)]
pub struct Lines(String);

impl Lines {
    /// A line of what cannot need escaping.
    pub fn add(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{value}"));
    }

    /// A line whose value is text that people wrote.
    pub fn text(&mut self, name: &str, value: &str) {
        self.fold(&format!("{name}:{}", escaped(value)));
    }

    /// Breaks between characters, never inside one; a line that goes on begins with a blank.
    fn fold(&mut self, line: &str) {
        let mut room = LONGEST;
        for letter in line.chars() {
            if letter.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LONGEST - 1;
            }
            room -= letter.len_utf8();
            self.0.push(letter);
        }
        self.0.push_str("\r\n");
    }

    pub fn finish(self) -> String {
        self.0
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a reader makes of it: lines joined again, escapes undone.
    fn read(text: &str) -> String {
        let line = text.strip_suffix("\r\n").unwrap().replace("\r\n ", "");
        let (mut read, mut letters) = (String::new(), line.strip_prefix("SUMMARY:").unwrap().chars());
        while let Some(letter) = letters.next() {
            match (letter, if letter == '\\' { letters.next() } else { None }) {
                (_, Some('n')) => read.push('\n'),
                (_, Some(escaped)) => read.push(escaped),
                (letter, None) => read.push(letter),
            }
        }
        read
    }

    #[test]
    fn text_cannot_break_out_of_its_line() {
        let mut lines = Lines::default();
        lines.text("SUMMARY", "a;b,c\\d\r\nBEGIN:VALARM\u{7}");
        assert_eq!(lines.finish(), "SUMMARY:a\\;b\\,c\\\\d\\nBEGIN:VALARM\r\n");
    }

    proptest! {
        #[test]
        fn lines_are_short_and_read_as_they_were(text in "[ -~\näöü漢字😀]{0,300}") {
            let mut lines = Lines::default();
            lines.text("SUMMARY", &text);
            let written = lines.finish();
            prop_assert!(written.trim_end_matches("\r\n").split("\r\n").all(|line| line.len() <= 75));
            prop_assert_eq!(read(&written), text);
        }
    }
}
