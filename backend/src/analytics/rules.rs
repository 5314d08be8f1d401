//! Rates, quantiles, and what a pile of final marks says; pure.

use chrono::{Days, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::error::{FieldError, Result};
use crate::http::validate::Fields;

/// Most days of one report.
const MOST_DAYS: i64 = 1100;

/// Half up, to two places that are always shown.
pub fn two_places(number: Decimal) -> Decimal {
    let mut rounded = number.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    rounded
}

/// A part in percent of its whole; nothing of nothing.
pub fn percent(part: i64, whole: i64) -> Option<Decimal> {
    (whole > 0).then(|| two_places(Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole)))
}

/// The value below which a share `q` of what was observed lies, as PromQL's `histogram_quantile` estimates it: by a
/// straight line within the bucket. `buckets` are upper bounds with counts of everything up to them, the last `+Inf`.
pub fn quantile(q: f64, buckets: &[(f64, u64)]) -> Option<f64> {
    let all = buckets.last().filter(|(bound, count)| bound.is_infinite() && *count > 0)?.1;
    let rank = q * all as f64;
    let index = buckets.iter().position(|(_, count)| *count as f64 >= rank)?;
    let (upper, count) = buckets[index];
    let below = index.checked_sub(1).map(|index| buckets[index]);
    if upper.is_infinite() {
        // Nobody knows how far up; the highest bound that is known.
        return below.map(|(bound, _)| bound);
    }
    let (lower, before) = below.unwrap_or((0.0, 0));
    if count == before {
        return Some(upper);
    }
    Some(lower + (upper - lower) * (rank - before as f64) / (count - before) as f64)
}

/// Days on the campus, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Period {
    /// What was asked for; without an end, up to today, and without a start, `usual` before the end.
    pub fn new(
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        today: NaiveDate,
        usual: impl FnOnce(NaiveDate) -> NaiveDate,
    ) -> Result<Self> {
        let years = |day: &NaiveDate| (1900..=9999).contains(&chrono::Datelike::year(day));
        let mut fields = Fields::default();
        for (name, day) in [("from", from), ("to", to)] {
            let fine = day.as_ref().is_none_or(years);
            fields.require(fine, || FieldError::new(name, "out_of_range", "a year from 1900 to 9999"));
        }
        fields.finish(|| Some(()))?;
        let to = to.unwrap_or_else(|| today.max(from.unwrap_or(today)));
        let from = from.unwrap_or_else(|| usual(to));
        if from > to {
            return Err(FieldError::new("to", "dates_reversed", "the last day lies before the first").into());
        }
        if (to - from).num_days() >= MOST_DAYS {
            return Err(FieldError::new("from", "out_of_range", "ask for at most 1100 days at once").into());
        }
        Ok(Self { from, to })
    }

    /// So many days that end with this one.
    pub fn last_days(count: u64) -> impl FnOnce(NaiveDate) -> NaiveDate {
        move |to| to.checked_sub_days(Days::new(count - 1)).unwrap_or(to)
    }

    /// The month of this day and the eleven before it.
    pub fn last_year(to: NaiveDate) -> NaiveDate {
        use chrono::{Datelike, Months};
        let first = to.with_day(1).unwrap_or(to);
        first.checked_sub_months(Months::new(11)).unwrap_or(first)
    }
}

/// How many students have which final percentage, lowest first.
#[derive(Clone, Debug, Default)]
pub struct Marks(pub Vec<(Decimal, i64)>);

impl Marks {
    pub fn count(&self) -> i64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    pub fn mean(&self) -> Option<Decimal> {
        let count = self.count();
        let sum: Decimal = self.0.iter().map(|(mark, count)| mark * Decimal::from(*count)).sum();
        (count > 0).then(|| two_places(sum / Decimal::from(count)))
    }

    /// The one in the middle; of an even number, halfway between the two.
    pub fn median(&self) -> Option<Decimal> {
        let count = self.count();
        let (lower, upper) = (self.at((count - 1) / 2)?, self.at(count / 2)?);
        Some(two_places((lower + upper) / Decimal::TWO))
    }

    fn at(&self, place: i64) -> Option<Decimal> {
        let mut seen = 0;
        self.0.iter().find_map(|(mark, count)| {
            seen += count;
            (seen > place).then_some(*mark)
        })
    }

    /// Students in [0, 10), [10, 20), …, [90, 100].
    pub fn distribution(&self) -> [i64; 10] {
        let mut buckets = [0; 10];
        for (mark, count) in &self.0 {
            let bucket = (mark / Decimal::TEN).floor().try_into().unwrap_or(9_usize);
            buckets[bucket.min(9)] += count;
        }
        buckets
    }

    /// Students with this mark or a better one.
    pub fn from(&self, least: Decimal) -> i64 {
        self.0.iter().filter(|(mark, _)| *mark >= least).map(|(_, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_rate_has_two_places_and_none_of_nothing() {
        let cases = [(1, 3, "33.33"), (2, 3, "66.67"), (1, 1, "100.00"), (0, 5, "0.00"), (1, 16, "6.25")];
        for (part, whole, expected) in cases {
            assert_eq!(percent(part, whole).unwrap().to_string(), expected);
        }
        // 0.125 % is halfway.
        assert_eq!(percent(1, 800).unwrap().to_string(), "0.13");
        assert_eq!(percent(0, 0), None);
    }

    /// Values that Prometheus itself answers for these buckets.
    #[test]
    fn quantiles_are_those_of_prometheus() {
        let inf = f64::INFINITY;
        let buckets = [(0.1, 10), (0.5, 30), (1.0, 90), (inf, 100)];
        let near = |q: f64, expected: f64| {
            let got = quantile(q, &buckets).unwrap();
            assert!((got - expected).abs() < 1e-12, "{q}: {got} and not {expected}");
        };
        near(0.05, 0.05);
        near(0.1, 0.1);
        near(0.2, 0.3);
        near(0.5, 0.5 + 0.5 * 20.0 / 60.0);
        near(0.9, 1.0);
        // Above the last finite bound: that bound.
        near(0.95, 1.0);
        // Empty buckets in front are passed over.
        let third = quantile(0.5, &[(0.1, 0), (0.5, 4), (inf, 4)]).unwrap();
        assert!((third - 0.3).abs() < 1e-12, "{third}");
        assert_eq!(quantile(0.95, &[(0.1, 0), (inf, 0)]), None);
        assert_eq!(quantile(0.95, &[]), None);
    }

    #[test]
    fn a_period_is_asked_for_or_usual() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-03-15");
        let days = |from, to| Period::new(from, to, today, Period::last_days(90));
        assert_eq!(days(None, None).unwrap(), Period { from: day("2025-12-16"), to: today });
        assert_eq!(days(Some(today), None).unwrap(), Period { from: today, to: today });
        let later = day("2026-04-01");
        assert_eq!(days(Some(later), None).unwrap(), Period { from: later, to: later });
        assert!(days(Some(later), Some(today)).is_err());
        assert!(days(Some(day("2020-01-01")), Some(today)).is_err());
        assert!(days(Some(NaiveDate::MIN), None).is_err() && days(None, Some(NaiveDate::MAX)).is_err());
        assert_eq!(Period::last_year(today), day("2025-04-01"));
        assert_eq!(Period::last_year(day("2024-12-31")), day("2024-01-01"));
    }

    #[test]
    fn marks_say_what_a_sorted_list_says() {
        let marks =
            Marks(vec![(decimal("0"), 1), (decimal("59.99"), 2), (decimal("90"), 1), (decimal("100"), 2)]);
        assert_eq!(marks.count(), 6);
        assert_eq!(marks.mean().unwrap().to_string(), "68.33");
        assert_eq!(marks.median().unwrap().to_string(), "75.00");
        assert_eq!(marks.distribution(), [1, 0, 0, 0, 0, 2, 0, 0, 0, 3]);
        assert_eq!((marks.from(decimal("59.99")), marks.from(decimal("60"))), (5, 3));
        let none = Marks::default();
        assert_eq!((none.mean(), none.median(), none.count()), (None, None, 0));
    }

    proptest! {
        #[test]
        fn the_median_is_in_the_middle_and_buckets_hold_everybody(list in prop::collection::vec(0..=10_000_i64, 1..60)) {
            let mut list = list;
            list.sort_unstable();
            let mut marks = Marks::default();
            for mark in &list {
                match marks.0.last_mut() {
                    Some((last, count)) if *last == Decimal::new(*mark, 2) => *count += 1,
                    _ => marks.0.push((Decimal::new(*mark, 2), 1)),
                }
            }
            let middle = list.len() / 2;
            let doubled = if list.len() % 2 == 1 { 2 * list[middle] } else { list[middle - 1] + list[middle] };
            prop_assert_eq!(marks.median(), Some(two_places(Decimal::new(doubled * 5, 3))));
            prop_assert_eq!(marks.distribution().iter().sum::<i64>(), list.len() as i64);
        }
    }
}
