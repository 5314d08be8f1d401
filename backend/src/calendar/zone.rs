//! A time zone as a calendar program needs it: each change of its clocks in some years, from the IANA database.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName, Tz};

use super::lines::Lines;

/// What the clocks say from some moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Observance {
    /// Seconds east of Greenwich.
    offset: i32,
    summer: bool,
    /// `CET`; many zones have none.
    name: Option<String>,
}

fn observance(zone: Tz, at: DateTime<Utc>) -> Observance {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc());
    Observance {
        offset: offset.fix().local_minus_utc(),
        summer: !offset.dst_offset().is_zero(),
        name: offset.abbreviation().map(str::to_owned),
    }
}

/// Whether the zone is UTC by one of its names: then times are written as such, and no zone is needed.
pub fn is_utc(zone: Tz) -> bool {
    [Tz::UTC, Tz::Etc__UTC, Tz::Etc__UCT, Tz::UCT, Tz::Zulu, Tz::Etc__Zulu, Tz::Universal, Tz::Etc__Universal]
        .contains(&zone)
}

/// Writes the zone, right from the beginning of one year to the end of another.
pub fn write(lines: &mut Lines, zone: Tz, first: i32, last: i32) {
    let (from, until) = (new_year(first), new_year(last + 1));
    lines.add("BEGIN", "VTIMEZONE");
    lines.add("TZID", zone.name());
    let mut now = observance(zone, from);
    write_observance(lines, from, now.offset, &now);
    for (at, next) in changes(zone, from, until) {
        write_observance(lines, at, now.offset, &next);
        now = next;
    }
    lines.add("END", "VTIMEZONE");
}

fn new_year(year: i32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN).and_utc()
}

/// Its `DTSTART` is told by the clocks as they were until then.
fn write_observance(lines: &mut Lines, at: DateTime<Utc>, before: i32, now: &Observance) {
    let kind = if now.summer { "DAYLIGHT" } else { "STANDARD" };
    lines.add("BEGIN", kind);
    lines.add("DTSTART", &local(at.naive_utc() + TimeDelta::seconds(before.into())));
    lines.add("TZOFFSETFROM", &offset(before));
    lines.add("TZOFFSETTO", &offset(now.offset));
    if let Some(name) = &now.name {
        lines.add("TZNAME", name);
    }
    lines.add("END", kind);
}

/// Every change between two moments: looked for day by day, then to the second.
fn changes(zone: Tz, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<(DateTime<Utc>, Observance)> {
    let mut found = vec![];
    let (mut at, mut now) = (from, observance(zone, from));
    while at < until {
        let mut next = at + TimeDelta::days(1);
        let then = observance(zone, next);
        if then != now {
            let mut before = at;
            while next - before > TimeDelta::seconds(1) {
                let middle = before + TimeDelta::seconds((next - before).num_seconds() / 2);
                if observance(zone, middle) == now { before = middle } else { next = middle }
            }
            now = observance(zone, next);
            found.push((next, now.clone()));
        }
        at = next;
    }
    found
}

/// A wall-clock time.
pub fn local(time: NaiveDateTime) -> String {
    time.format("%Y%m%dT%H%M%S").to_string()
}

fn offset(seconds: i32) -> String {
    let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let rest = if size % 60 == 0 { String::new() } else { format!("{:02}", size % 60) };
    format!("{sign}{:02}{:02}{rest}", size / 3600, size / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn clocks_change_when_they_do() {
        let changes = |zone, from: &str, until: &str| {
            changes(zone, moment(from), moment(until))
                .into_iter()
                .map(|(at, now)| {
                    format!("{at:?} {} {} {}", offset(now.offset), now.name.unwrap_or_default(), now.summer)
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(
            changes(Tz::Europe__Berlin, "2025-09-01T00:00:00Z", "2026-05-01T00:00:00Z"),
            ["2025-10-26T01:00:00Z +0100 CET false", "2026-03-29T01:00:00Z +0200 CEST true",]
        );
        assert_eq!(
            changes(Tz::Australia__Lord_Howe, "2025-09-01T00:00:00Z", "2025-12-01T00:00:00Z"),
            ["2025-10-04T15:30:00Z +1100  true",]
        );
        assert_eq!(changes(Tz::Asia__Tokyo, "2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z"), [""; 0]);
        assert_eq!(offset(-12_600), "-0330");
        assert_eq!(offset(-1), "-000001");
    }

    /// Every second of the covered time has the offset of the latest observance that has begun.
    #[test]
    fn no_zone_of_the_world_is_told_wrong() {
        let (from, until) = (moment("2024-01-01T00:00:00Z"), moment("2028-01-01T00:00:00Z"));
        for zone in chrono_tz::TZ_VARIANTS {
            let changes = changes(zone, from, until);
            let mut at = from;
            while at < until {
                let begun = changes.iter().rev().find(|(change, _)| *change <= at);
                let told = begun.map_or_else(|| observance(zone, from), |(_, now)| now.clone());
                assert_eq!(told, observance(zone, at), "{zone} {at}");
                at += TimeDelta::minutes(6 * 60 + 30);
            }
        }
    }
}
