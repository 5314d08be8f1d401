//! When a section meets. A [`Schedule`] exists only if it is valid: real days, times in order, no overlap with itself.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::FieldError;
use crate::http::text;

/// Most slots of one section.
pub const MOST_SLOTS: usize = 100;

/// Minutes of a day.
const DAY: i32 = 24 * 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    pub fn of(date: NaiveDate) -> Self {
        Self::ALL[date.weekday().num_days_from_monday() as usize]
    }

    /// The day a minute of the week falls on.
    pub fn of_minute(minute: i32) -> Self {
        Self::ALL[(minute / DAY).clamp(0, 6) as usize]
    }

    fn first_minute(self) -> i32 {
        self as i32 * DAY
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|day| day.as_str() == text).ok_or_else(|| {
            format!("`{}` is not a day; write monday to sunday", text.chars().take(20).collect::<String>())
        })
    }
}

/// `HH:MM` from a minute of a day or of the week; the end of a day is `24:00`.
pub fn clock(minute: i32, is_end: bool) -> String {
    let minute = if is_end && minute > 0 && minute % DAY == 0 { DAY } else { minute % DAY };
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// One weekly slot, or with `from` and `to` a slot of some weeks or of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Minutes after midnight, half-open: a class until 11:00 and one from 11:00 do not overlap.
    pub start: i32,
    pub end: i32,
    /// First and last day, both included.
    pub dates: Option<(NaiveDate, NaiveDate)>,
    /// Where, if not in the section's own room.
    pub room: Option<String>,
    /// Short word for the kind of meeting (`LE`, `DI`, `LA`, `FI`, …).
    pub kind: Option<String>,
}

impl Slot {
    pub fn weekly(start: i32, end: i32) -> Self {
        Self { start, end, dates: None, room: None, kind: None }
    }

    /// On one day only.
    pub fn is_single_day(&self) -> bool {
        self.dates.is_some_and(|(from, to)| from == to)
    }

    /// Whether two slots of one weekday meet at the same time. A single day cannot be held against a weekly slot
    /// without dates: nobody knows whether that class still meets then.
    pub fn overlaps(&self, other: &Self) -> bool {
        let times = self.start < other.end && other.start < self.end;
        let days = match (self.dates, other.dates) {
            (Some((from, to)), Some((other_from, other_to))) => from <= other_to && other_from <= to,
            (None, None) => true,
            _ => !self.is_single_day() && !other.is_single_day(),
        };
        times && days
    }

    pub fn time(&self) -> String {
        format!("{}-{}", clock(self.start, false), clock(self.end, true))
    }
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.dates.is_none() && self.room.is_none() && self.kind.is_none() {
            return serializer.serialize_str(&self.time());
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("time", &self.time())?;
        if let Some((from, to)) = self.dates {
            map.serialize_entry("from", &from)?;
            map.serialize_entry("to", &to)?;
        }
        if let Some(room) = &self.room {
            map.serialize_entry("room", room)?;
        }
        if let Some(kind) = &self.kind {
            map.serialize_entry("type", kind)?;
        }
        map.end()
    }
}

/// The week of a section. `{}`: no weekly time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Schedule(BTreeMap<Day, Vec<Slot>>);

/// A slot laid out for the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// Minutes of the week, Monday 00:00 = 0, half-open.
    pub start: i32,
    pub end: i32,
    pub dates: Option<(NaiveDate, NaiveDate)>,
    pub room: Option<String>,
}

impl Schedule {
    /// Slots by day, checked against each other. Days and times are sorted; a slot given twice counts once.
    pub fn new(days: BTreeMap<Day, Vec<Slot>>) -> Result<Self, Vec<FieldError>> {
        let mut errors = vec![];
        let mut schedule = Self::default();
        for (day, mut slots) in days {
            slots.sort_by(|a, b| {
                (a.start, a.end, a.dates, &a.room, &a.kind).cmp(&(b.start, b.end, b.dates, &b.room, &b.kind))
            });
            slots.dedup();
            for (index, slot) in slots.iter().enumerate() {
                if let Some(other) = slots[..index].iter().find(|other| other.overlaps(slot)) {
                    let message = format!("{} overlaps {} on the same day", slot.time(), other.time());
                    errors.push(FieldError::new(format!("schedule.{day}"), "overlap", message));
                }
            }
            if !slots.is_empty() {
                schedule.0.insert(day, slots);
            }
        }
        if schedule.slots().count() > MOST_SLOTS {
            errors.push(FieldError::new("schedule", "too_many", format!("at most {MOST_SLOTS} slots")));
        }
        if errors.is_empty() { Ok(schedule) } else { Err(errors) }
    }

    /// From the JSON of a request: `{"monday": ["09:00-11:00", {"time": "14:00-15:00", "from": …, "to": …}]}`.
    pub fn parse(value: &Value) -> Result<Self, Vec<FieldError>> {
        let error = |field: &str, code, message: &str| vec![FieldError::new(field, code, message)];
        let object = value.as_object().ok_or_else(|| {
            error("schedule", "invalid", "write an object of days, such as {\"monday\": [\"09:00-11:00\"]}")
        })?;
        let mut errors = vec![];
        let mut days = BTreeMap::new();
        for (name, slots) in object {
            let day: Day = match name.parse() {
                Ok(day) => day,
                Err(_) => {
                    errors.push(FieldError::new(
                        "schedule",
                        "unknown_day",
                        "the days are monday to sunday, in lower case",
                    ));
                    continue;
                }
            };
            let Some(slots) = slots.as_array() else {
                errors.push(FieldError::new(format!("schedule.{day}"), "invalid", "write a list of times"));
                continue;
            };
            if slots.len() > MOST_SLOTS {
                errors.push(FieldError::new(
                    format!("schedule.{day}"),
                    "too_many",
                    format!("at most {MOST_SLOTS} slots"),
                ));
                continue;
            }
            let mut parsed = vec![];
            for (index, slot) in slots.iter().enumerate() {
                match parse_slot(&format!("schedule.{day}[{index}]"), day, slot) {
                    Ok(slot) => parsed.push(slot),
                    Err(error) => errors.push(error),
                }
            }
            days.insert(day, parsed);
        }
        if errors.is_empty() { Self::new(days) } else { Err(errors) }
    }

    pub fn slots(&self) -> impl Iterator<Item = (Day, &Slot)> {
        self.0.iter().flat_map(|(day, slots)| slots.iter().map(move |slot| (*day, slot)))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Slots for the database; `room` where a slot names none of its own.
    pub fn meetings(&self, room: Option<&str>) -> Vec<Meeting> {
        self.slots()
            .map(|(day, slot)| Meeting {
                start: day.first_minute() + slot.start,
                end: day.first_minute() + slot.end,
                dates: slot.dates,
                room: slot.room.as_deref().or(room).map(str::to_owned),
            })
            .collect()
    }
}

/// A day from 1900 to 9999 as `2025-09-01`; chrono alone takes signs, missing zeros and years no database keeps.
pub fn calendar_date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    ((1900..=9999).contains(&date.year()) && date.to_string() == text).then_some(date)
}

fn parse_slot(field: &str, day: Day, value: &Value) -> Result<Slot, FieldError> {
    let wrong = |code, message: String| FieldError::new(field, code, message);
    if let Some(time) = value.as_str() {
        let (start, end) = parse_time(field, time)?;
        return Ok(Slot::weekly(start, end));
    }
    let object = value
        .as_object()
        .ok_or_else(|| wrong("invalid", "write \"09:00-11:00\" or an object with `time`".to_owned()))?;
    let string = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(wrong("invalid", format!("`{name}` is a text"))),
    };
    if object.keys().any(|key| !["time", "from", "to", "room", "type"].contains(&key.as_str())) {
        return Err(wrong(
            "unknown_field",
            "a slot has `time`, `from`, `to`, `room` and `type`, and nothing else".to_owned(),
        ));
    }
    let time = string("time")?.ok_or_else(|| wrong("required", "a slot needs its `time`".to_owned()))?;
    let (start, end) = parse_time(field, time)?;
    let date = |name: &str| {
        string(name)?
            .map(|text| {
                calendar_date(text)
                    .ok_or_else(|| wrong("invalid_date", format!("write `{name}` as 2025-09-01")))
            })
            .transpose()
    };
    let dates = match (date("from")?, date("to")?) {
        (None, None) => None,
        (Some(from), Some(to)) if from > to => {
            return Err(wrong("dates_reversed", "`from` lies after `to`".to_owned()));
        }
        (Some(from), Some(to)) if from == to && Day::of(from) != day => {
            return Err(wrong("wrong_day", format!("{from} is a {}", Day::of(from))));
        }
        (Some(from), Some(to)) => Some((from, to)),
        _ => return Err(wrong("dates_incomplete", "give both `from` and `to`, or neither".to_owned())),
    };
    let room = string("room")?.map(|room| text::line(field, room, 1, 50)).transpose()?;
    let kind = string("type")?.map(|kind| text::line(field, kind, 1, 10)).transpose()?;
    Ok(Slot { start, end, dates, room, kind })
}

fn parse_time(field: &str, time: &str) -> Result<(i32, i32), FieldError> {
    let minute = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let (hours, minutes) = (
            digits(hours).then(|| hours.parse::<i32>().ok())??,
            digits(minutes).then(|| minutes.parse::<i32>().ok())??,
        );
        (minutes < 60 && hours * 60 + minutes <= DAY).then_some(hours * 60 + minutes)
    };
    let parsed =
        time.split_once('-').and_then(|(start, end)| Some((minute(start.trim())?, minute(end.trim())?)));
    match parsed {
        None => {
            Err(FieldError::new(field, "invalid_time", "write times as 09:00-11:00, between 00:00 and 24:00"))
        }
        Some((start, end)) if start >= end => {
            Err(FieldError::new(field, "time_reversed", "the end must be later than the start"))
        }
        Some(times) => Ok(times),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_shapes_of_the_design_round_trip() {
        let value = json!({
            "monday": ["09:00-11:00"],
            "wednesday": ["14:00-16:00", {"time": "16:00-17:00", "from": "2025-01-13", "to": "2025-03-07", "room": "B12"}],
        });
        let schedule = Schedule::parse(&value).unwrap();
        assert_eq!(serde_json::to_value(&schedule).unwrap(), value);
        assert_eq!(Schedule::parse(&json!({})).unwrap(), Schedule::default());
        assert_eq!(schedule.meetings(Some("A1"))[0].room.as_deref(), Some("A1"));
    }

    #[test]
    fn impossible_schedules_are_refused_with_their_place() {
        let code = |value: Value| Schedule::parse(&value).unwrap_err()[0].code;
        assert_eq!(code(json!({"monday": ["25:00-26:00"]})), "invalid_time");
        assert_eq!(code(json!({"monday": ["9:00-10:00"]})), "invalid_time");
        assert_eq!(code(json!({"monday": ["10:00-09:00"]})), "time_reversed");
        assert_eq!(code(json!({"monday": ["09:00-09:00"]})), "time_reversed");
        assert_eq!(code(json!({"caturday": []})), "unknown_day");
        assert_eq!(code(json!({"monday": "09:00-10:00"})), "invalid");
        assert_eq!(code(json!({"monday": ["09:00-10:00", "09:30-11:00"]})), "overlap");
        assert_eq!(
            code(json!({"monday": [{"time": "09:00-10:00", "from": "2025-01-01"}]})),
            "dates_incomplete"
        );
        assert_eq!(
            code(json!({"monday": [{"time": "09:00-10:00", "from": "2025-01-07", "to": "2025-01-07"}]})),
            "wrong_day"
        );
        assert_eq!(code(json!({"monday": [{"time": "09:00-10:00", "rome": "X"}]})), "unknown_field");
        assert_eq!(code(json!([])), "invalid");
        assert!(Schedule::parse(&json!({"monday": ["09:00-11:00", "11:00-12:00"]})).is_ok());
        assert!(Schedule::parse(&json!({"monday": ["00:00-24:00"]})).is_ok());
    }

    proptest! {
        /// Overlap against the plainest oracle: is there a minute both meet in?
        #[test]
        fn overlap_is_a_shared_minute(a in 0..200i32, b in 1..60i32, c in 0..200i32, d in 1..60i32) {
            let (one, two) = (Slot::weekly(a, a + b), Slot::weekly(c, c + d));
            let shared = (0..300).any(|minute| (a..a + b).contains(&minute) && (c..c + d).contains(&minute));
            prop_assert_eq!(one.overlaps(&two), shared);
            prop_assert_eq!(two.overlaps(&one), shared);
        }
    }
}
