//! The file as rows: plain or gzip, whatever separator, with or without a byte-order mark. Rows stream through; a
//! file is never held in memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use flate2::bufread::MultiGzDecoder;
use indicatif::ProgressBar;

/// Most bytes of one row. A quotation mark that is never closed would otherwise swallow the rest of the file.
const MOST_ROW_BYTES: usize = 4 << 20;
/// The header must end within this many bytes.
const MOST_HEADER_BYTES: u64 = 64 << 10;
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

macro_rules! columns {
    ($($column:ident $name:literal),+ $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Column { $($column),+ }

        impl Column {
            pub const ALL: &[Self] = &[$(Self::$column),+];

            pub fn name(self) -> &'static str {
                match self { $(Self::$column => $name),+ }
            }
        }
    };
}

columns! {
    Code "code", Section "section", Name "name", Description "description", Credits "credits",
    CreditsRaw "credits_raw", Semester "semester", Year "year", Days "days", Start "start", End "end",
    Room "room", Building "building", Instructor "instructor", Capacity "capacity", MeetingType "meeting_type",
    DateFrom "date_from", DateTo "date_to",
}

/// Which column stands where.
#[derive(Clone, Debug)]
pub struct Header {
    places: Vec<Option<usize>>,
    width: usize,
    pub ignored: Vec<String>,
}

impl Header {
    fn new(names: &csv::StringRecord) -> anyhow::Result<Self> {
        let mut places = vec![None; Column::ALL.len()];
        let mut ignored = vec![];
        for (place, name) in names.iter().enumerate() {
            let name = name.trim().to_lowercase();
            match Column::ALL.iter().find(|column| column.name() == name) {
                Some(column) if places[*column as usize].is_some() => {
                    bail!("column `{name}` stands there twice")
                }
                Some(column) => places[*column as usize] = Some(place),
                None => ignored.push(name),
            }
        }
        Ok(Self { places, width: names.len(), ignored })
    }

    pub fn has(&self, column: Column) -> bool {
        self.places[column as usize].is_some()
    }
}

pub struct Source {
    reader: csv::Reader<Tap>,
    record: csv::StringRecord,
    pub header: Header,
    /// Line ends passed so far.
    lines: u64,
}

pub struct Row<'a> {
    /// Physical line of the file on which the row begins.
    pub line: u32,
    record: &'a csv::StringRecord,
    header: &'a Header,
}

impl Row<'_> {
    /// The cell without the blanks around it; empty where the file has no such column.
    pub fn get(&self, column: Column) -> &str {
        self.header.places[column as usize]
            .and_then(|place| self.record.get(place))
            .unwrap_or_default()
            .trim()
    }

    /// How many cells it has and how many it should have, if these differ.
    pub fn wrong_width(&self) -> Option<(usize, usize)> {
        (self.record.len() != self.header.width).then_some((self.record.len(), self.header.width))
    }
}

impl Source {
    /// Opens the file and reads its header; `progress` counts the bytes read from disk.
    pub fn open(path: &Path, progress: &ProgressBar) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let metadata = file.metadata()?;
        ensure!(
            metadata.is_file(),
            "{} is not a file (it is read twice, so a pipe will not do)",
            path.display()
        );
        progress.set_length(metadata.len());
        let mut raw = BufReader::with_capacity(1 << 16, progress.wrap_read(file));
        let is_gzip = raw.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let plain: Box<dyn Read + Send> =
            if is_gzip { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) };
        let mut input = BufReader::with_capacity(1 << 16, plain);

        let mut first = vec![];
        input
            .by_ref()
            .take(MOST_HEADER_BYTES)
            .read_until(b'\n', &mut first)
            .map_err(|error| explain(error.into()))?;
        ensure!(!first.is_empty(), "the file is empty");
        ensure!(
            !first.starts_with(&[0xff, 0xfe]) && !first.starts_with(&[0xfe, 0xff]),
            "the file is UTF-16; save it as CSV in UTF-8"
        );
        if let Some(rest) = first.strip_prefix(b"\xef\xbb\xbf") {
            first = rest.to_vec();
        }
        let separator = separator(&first);
        let tap = Tap::new(Cursor::new(first).chain(input));
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(tap);
        let mut record = csv::StringRecord::new();
        let found = reader.read_record(&mut record).map_err(explain)?;
        ensure!(found, "the file is empty");
        let header = Header::new(&record)?;
        let mut source = Self { reader, record, header, lines: 0 };
        source.first_line()?;
        Ok(source)
    }

    /// The next row. An error means that the file as a whole cannot be trusted.
    pub fn next_row(&mut self) -> anyhow::Result<Option<Row<'_>>> {
        let found = self.reader.read_record(&mut self.record);
        if !found.map_err(|error| self.explain_here(error))? {
            return Ok(None);
        }
        let line = self.first_line()?;
        Ok(Some(Row { line, record: &self.record, header: &self.header }))
    }

    /// The line on which the row just read begins. (The reader's own count is that of the end of the row before,
    /// which lies a line or more above when lines end in CRLF or blank ones follow.)
    fn first_line(&mut self) -> anyhow::Result<u32> {
        let end = self.reader.position().byte();
        let tap = self.reader.get_mut();
        tap.unfinished = 0;
        let mut ends_the_row = false;
        while let Some(offset) = tap.line_ends.pop_front_if(|offset| *offset < end) {
            self.lines += 1;
            ends_the_row = offset + 1 == end;
        }
        let last_line = if ends_the_row { self.lines } else { self.lines + 1 };
        let inside = self.record.iter().flat_map(str::bytes).filter(|byte| *byte == b'\n').count() as u64;
        u32::try_from(last_line.saturating_sub(inside)).context("the file has more than four billion lines")
    }

    fn explain_here(&mut self, error: csv::Error) -> anyhow::Error {
        match error.kind() {
            csv::ErrorKind::Utf8 { err, .. } => {
                let cell = err.field() + 1;
                // The row that cannot be read is not in `record`; line breaks inside it cannot be told from others.
                match self.first_line() {
                    Ok(line) => {
                        anyhow::anyhow!("line {line}, cell {cell}: not UTF-8; save the file as CSV in UTF-8")
                    }
                    Err(error) => error,
                }
            }
            _ => explain(error),
        }
    }
}

/// The separator that makes the most known columns of the header.
fn separator(header: &[u8]) -> u8 {
    let known = |separator: &u8| {
        let header = String::from_utf8_lossy(header).to_lowercase();
        let names = header.split(char::from(*separator)).map(|name| name.trim().trim_matches('"').to_owned());
        names.filter(|name| Column::ALL.iter().any(|column| column.name() == name)).count()
    };
    SEPARATORS.into_iter().rev().max_by_key(known).unwrap_or(b',')
}

fn explain(error: csv::Error) -> anyhow::Error {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => {
            anyhow::anyhow!("the header is not UTF-8; save the file as CSV in UTF-8")
        }
        csv::ErrorKind::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            anyhow::anyhow!("the gzip file is cut off; fetch it again")
        }
        csv::ErrorKind::Io(io) => anyhow::anyhow!("cannot read the file: {io}"),
        _ => error.into(),
    }
}

/// What the CSV reader reads through: it remembers where lines end, and stops when a single row grows beyond all
/// reason.
struct Tap {
    inner: Box<dyn Read + Send>,
    offset: u64,
    /// Offsets of the line ends that were read, but not yet passed by a row.
    line_ends: VecDeque<u64>,
    /// Bytes read since the last whole row.
    unfinished: usize,
}

impl Tap {
    fn new(inner: impl Read + Send + 'static) -> Self {
        Self { inner: Box::new(inner), offset: 0, line_ends: VecDeque::new(), unfinished: 0 }
    }
}

impl Read for Tap {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.unfinished += count;
        if self.unfinished > MOST_ROW_BYTES {
            let reason =
                format!("a row is longer than {MOST_ROW_BYTES} bytes: is a quotation mark never closed?");
            return Err(std::io::Error::other(reason));
        }
        let ends = buffer[..count].iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        self.line_ends.extend(ends.map(|(place, _)| self.offset + place as u64));
        self.offset += count as u64;
        Ok(count)
    }
}
