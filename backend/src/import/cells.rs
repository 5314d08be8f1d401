//! What a cell of the file says, or what is wrong with it. Pure: text in, value or reason out.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::courses::Day;

/// Why a cell is not accepted.
#[derive(Debug, PartialEq)]
pub struct Wrong {
    /// The heading under which the totals count it.
    pub title: &'static str,
    pub reason: String,
}

impl Wrong {
    pub fn new(title: &'static str, reason: impl Into<String>) -> Self {
        Self { title, reason: reason.into() }
    }
}

/// Without limit, in the file and in `courses.capacity`.
pub const UNLIMITED: u16 = 9999;

/// Credits as hundredths, and whether the cell named more than one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credits {
    pub hundredths: u16,
    pub several: bool,
}

/// `4`, `2.5`, and what catalogues write where students choose: `1–12`, `2 or 4`, `2, 4`, `4-4-4`, `4/0`. Of several
/// values the lowest above 0 counts.
pub fn credits(text: &str, most: Decimal) -> Result<Credits, Wrong> {
    let unreadable =
        || Wrong::new("credits not readable", "write a number such as 4 or 2.5, or a range such as 1-12");
    let spaced = text.to_lowercase().replace(", or ", "-").replace(" to ", "-").replace(" or ", "-");
    let mut values = vec![];
    for part in spaced.split(['-', '–', '—', ',', '/', ';']) {
        values.push(hundredths(part.trim()).ok_or_else(unreadable)?);
    }
    let lowest = values.iter().copied().filter(|value| *value > 0).min();
    let lowest = lowest.ok_or_else(|| Wrong::new("credits 0", "credits must be more than 0"))?;
    if Decimal::new(lowest.into(), 2) > most {
        let reason = format!("above {most}, the most credits of a course here (UEMS_MAX_CREDITS)");
        return Err(Wrong::new("credits above UEMS_MAX_CREDITS", reason));
    }
    let hundredths = u16::try_from(lowest).map_err(|_| unreadable())?;
    Ok(Credits { hundredths, several: values.len() > 1 })
}

fn hundredths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole, 4) || !digits(part, 2) {
        return None;
    }
    let tenths = if part.len() == 1 { 10 } else { 1 };
    Some(whole.parse::<u32>().ok()? * 100 + part.parse::<u32>().ok()? * tenths)
}

/// Seats; [`UNLIMITED`] stands for itself.
pub fn capacity(text: &str) -> Result<u16, Wrong> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Wrong::new(
            "capacity not readable",
            "write a whole number of seats (9999: without limit)",
        ));
    }
    match text.parse::<u16>() {
        Ok(0) => Err(Wrong::new("capacity 0", "nobody could register: a section needs at least one seat")),
        Ok(seats) if seats <= UNLIMITED => Ok(seats),
        _ => Err(Wrong::new("capacity above 9999", "at most 9998 seats; 9999 means without limit")),
    }
}

/// `Mo We Fr` as bits, Monday the lowest.
pub fn days(text: &str) -> Result<u8, Wrong> {
    const NAMES: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];
    text.split([' ', ',']).filter(|name| !name.is_empty()).try_fold(0, |days, name| {
        match NAMES.iter().position(|known| *known == name.to_lowercase()) {
            Some(day) => Ok(days | 1 << day),
            None => Err(Wrong::new(
                "days not readable",
                "write days as Mo Tu We Th Fr Sa Su, separated by spaces",
            )),
        }
    })
}

/// The days of a set made by [`days`].
pub fn each_day(days: u8) -> impl Iterator<Item = Day> {
    Day::ALL.into_iter().filter(move |day| days & bit(*day) != 0)
}

pub fn bit(day: Day) -> u8 {
    1 << day as u8
}

/// Minutes after midnight of `9:00`, `09:00`, or as an end `24:00`.
pub fn time(text: &str) -> Result<u16, Wrong> {
    let wrong = || Wrong::new("time not readable", "write times as HH:MM, between 00:00 and 24:00");
    let number = |text: &str, least: usize| {
        let fine = (least..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        fine.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let (hours, minutes) = (number(hours, 1).ok_or_else(wrong)?, number(minutes, 2).ok_or_else(wrong)?);
    let time = hours * 60 + minutes;
    if minutes < 60 && time <= 24 * 60 { Ok(time) } else { Err(wrong()) }
}

pub fn date(text: &str) -> Result<NaiveDate, Wrong> {
    crate::courses::calendar_date(text)
        .ok_or_else(|| Wrong::new("date not readable", "write dates as 2024-06-11"))
}

/// The person who teaches, and whether the cell named others too; words that stand for nobody are nobody.
pub fn instructor(text: &str) -> (Option<&str>, bool) {
    const NOBODY: [&str; 8] =
        ["staff", "tba", "tbd", "to be announced", "to be determined", "n/a", "none", "-"];
    let mut people = text.split(" & ").flat_map(|part| part.split(';')).map(str::trim);
    let mut named =
        people.by_ref().filter(|name| !name.is_empty() && !NOBODY.contains(&name.to_lowercase().as_str()));
    (named.next(), named.next().is_some())
}

/// `BUILDING ROOM`; nothing where a word stands for no room at all, because such a place is never taken.
pub fn room(building: &str, room: &str) -> Option<String> {
    const NOWHERE: [&str; 14] = [
        "tba",
        "tbd",
        "to be announced",
        "arr",
        "arranged",
        "online",
        "remote",
        "virtual",
        "web",
        "internet",
        "zoom",
        "none",
        "n/a",
        "-",
    ];
    let nowhere = |text: &str| NOWHERE.contains(&text.to_lowercase().as_str());
    if nowhere(building) || nowhere(room) {
        return None;
    }
    let name = format!("{building} {room}");
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<(u16, bool), &'static str> {
        credits(text, Decimal::from(6)).map(|c| (c.hundredths, c.several)).map_err(|wrong| wrong.title)
    }

    #[test]
    fn credits_as_catalogues_write_them() {
        assert_eq!(read("4"), Ok((400, false)));
        assert_eq!(read("2.5"), Ok((250, false)));
        assert_eq!(read("0.25"), Ok((25, false)));
        for one in ["1–12", "1-12", "1 to 12", "0–1", "0/1", "1–4, 1–4", "1 — 2", "3, 2, 1", "1, 2, or 4"]
        {
            assert_eq!(read(one), Ok((100, true)), "{one}");
        }
        for four in ["4-4-4", "4/0", "4 or 6", "4, 6", "4–4"] {
            assert_eq!(read(four), Ok((400, true)), "{four}");
        }
        assert_eq!(read("6–12"), Ok((600, true)));
        assert_eq!(read("8"), Err("credits above UEMS_MAX_CREDITS"));
        assert_eq!(read("0"), Err("credits 0"));
        for wrong in ["", "four", "-4", "4-", "1e3", "2.555", "2.", ".5", "NaN", "4 4", "99999", "٤"] {
            assert_eq!(read(wrong), Err("credits not readable"), "{wrong}");
        }
    }

    #[test]
    fn seats() {
        assert_eq!(capacity("30"), Ok(30));
        assert_eq!(capacity("9999"), Ok(UNLIMITED));
        for (wrong, title) in
            [("0", "capacity 0"), ("10000", "capacity above 9999"), ("99999999999", "capacity above 9999")]
        {
            assert_eq!(capacity(wrong).unwrap_err().title, title);
        }
        for wrong in ["", "-1", "+3", "3.0", "many"] {
            assert_eq!(capacity(wrong).unwrap_err().title, "capacity not readable");
        }
    }

    #[test]
    fn days_times_dates() {
        assert_eq!(days("Mo We Fr"), Ok(0b10101));
        assert_eq!(days("  su  "), Ok(0b1000000));
        assert_eq!(days(""), Ok(0));
        assert!(days("Monday").is_err() && days("MoWe").is_err());
        assert_eq!((time("9:00"), time("09:00"), time("24:00")), (Ok(540), Ok(540), Ok(1440)));
        for wrong in ["", "9", "9:0", "24:01", "12:60", "9:00 AM", "+9:00", "009:00"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
        assert!(date("2024-06-11").is_ok());
        for wrong in ["2024-13-01", "11/06/2024", "2024-6-1", "+2024-06-1"] {
            assert!(date(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn people_and_rooms() {
        assert_eq!(instructor("Lin, Bill & Morris, Karcher"), (Some("Lin, Bill"), true));
        assert_eq!(instructor("Staff"), (None, false));
        assert_eq!(instructor(" Ada Lovelace "), (Some("Ada Lovelace"), false));
        assert_eq!(room("MOS", "0204").as_deref(), Some("MOS 0204"));
        assert_eq!(room("", " A1 ").as_deref(), Some("A1"));
        assert_eq!((room("", ""), room("Online", ""), room("HALL", "TBA")), (None, None, None));
    }

    proptest! {
        /// Whatever stands in the cell: an answer in the promised range or a reason, never a panic.
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}|[0-9 .,;/–-]{0,12}") {
            if let Ok(credits) = credits(&text, Decimal::from(6)) {
                prop_assert!((1..=600).contains(&credits.hundredths));
            }
        }

        /// A list means its lowest value above 0, in any order and with any separator.
        #[test]
        fn the_lowest_value_above_zero_counts(
            values in prop::collection::vec(0..2400u32, 1..6),
            separator in prop::sample::select(vec!["-", "–", " – ", " to ", " or ", ", ", "/", "; "]),
        ) {
            let text = values.iter().map(|quarter| format!("{}", Decimal::new(i64::from(quarter * 25), 2)));
            let text = text.collect::<Vec<_>>().join(separator);
            let lowest = values.iter().filter(|value| **value > 0).min().map(|quarter| quarter * 25);
            match credits(&text, Decimal::from(12)) {
                Ok(read) => {
                    prop_assert_eq!(Some(u32::from(read.hundredths)), lowest);
                    prop_assert_eq!(read.several, values.len() > 1);
                }
                Err(_) => prop_assert!(lowest.is_none_or(|lowest| lowest > 1200)),
            }
        }
    }
}
