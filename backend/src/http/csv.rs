//! Tables for spreadsheets: CSV whose cells cannot be taken for formulas.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rust_decimal::Decimal;

/// A file being written. Its name consists of letters, digits, `-`, `_` and `.`; whatever else is asked for becomes `-`.
pub struct Csv {
    name: String,
    writer: csv::Writer<Vec<u8>>,
}

impl Csv {
    pub fn new<T: AsRef<str>>(name: &str, columns: &[T]) -> Self {
        let plain = |letter: char| {
            if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '-' }
        };
        let name = name.chars().map(plain).collect();
        let writer =
            csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(vec![]);
        let mut file = Self { name, writer };
        file.row(columns);
        file
    }

    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        let cells = cells.iter().map(|cell| harmless(cell.as_ref()));
        self.writer.write_record(cells.map(String::into_bytes)).expect("memory takes every row");
    }
}

/// A spreadsheet runs what begins like a formula (OWASP, CSV injection): an apostrophe in front makes it text. Numbers stay
/// numbers. Where `;` or a tab parts cells, a cell may begin in the middle of ours.
pub fn harmless(cell: &str) -> String {
    let first = cell.starts_with(FORMULA) || cell.starts_with(['\t', '\r', '\n']);
    let mut safe = String::with_capacity(cell.len() + 1);
    if first && cell.parse::<Decimal>().is_err() {
        safe.push('\'');
    }
    let mut begins = false;
    for letter in cell.chars() {
        if begins && FORMULA.contains(&letter) {
            safe.push('\'');
        }
        // Spreadsheets forget spaces and quotes in front of a cell.
        begins = match letter {
            ';' | '\t' | '\r' | '\n' => true,
            ' ' | '"' => begins,
            _ => false,
        };
        safe.push(letter);
    }
    safe
}

const FORMULA: [char; 4] = ['=', '+', '-', '@'];

impl IntoResponse for Csv {
    fn into_response(self) -> Response {
        let bytes = self.writer.into_inner().expect("memory takes everything");
        let mut response = bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
        let disposition = format!("attachment; filename=\"{}\"", self.name);
        headers.insert(
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&disposition).expect("a plain name in quotes"),
        );
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_numbers_stay_numbers() {
        for cell in ["=1+1", "+cmd|' /C calc'!A0", "-x", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert!(harmless(cell).starts_with('\''), "{cell}");
        }
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("x;=cmd|' /C calc'!A0;y"), "x;'=cmd|' /C calc'!A0;y");
        assert_eq!(harmless("x\t \"@SUM(A1)"), "x\t \"'@SUM(A1)");
        assert_eq!(harmless("x\n-1;2"), "x\n'-1;2");
        for cell in ["", "Ada", "-1.50", "+3", "0.00", "O'Brien", "a=b", "Berg; von", "x; y=1"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    #[tokio::test]
    async fn what_is_written_can_be_read_again() {
        let mut file = Csv::new("röster 1.csv", &["name", "mark"]);
        file.row(&["O'Brien, \"Pat\"\nJr", "12.50"]);
        let answer = file.into_response();
        assert_eq!(answer.headers()[header::CONTENT_DISPOSITION], "attachment; filename=\"r-ster-1.csv\"");
        let bytes = axum::body::to_bytes(answer.into_body(), 1000).await.unwrap();
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows, [csv::StringRecord::from(vec!["O'Brien, \"Pat\"\nJr", "12.50"])]);
    }
}
