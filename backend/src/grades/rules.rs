//! What a final is made of; pure and exact.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::exact::{Sum, half_up};
use super::scale::GradeScale;
use crate::http::decimals::{two_places, two_places_if};

/// What counts of a mark.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    pub assignment_name: &'a str,
    pub score: Decimal,
    pub max_score: Decimal,
    pub weight: Option<Decimal>,
}

/// Why there is no final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoFinal {
    /// No mark yet.
    NoMarks,
    /// The marks there are have weights, and these sum to 0.
    WeightsSumToZero,
}

impl NoFinal {
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoMarks => "there is no mark yet",
            Self::WeightsSumToZero => "the weights of the marks there are sum to 0",
        }
    }
}

/// One mark's part in the final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkingRow {
    pub assignment_name: String,
    #[schema(value_type = String)]
    #[serde(serialize_with = "two_places")]
    pub score: Decimal,
    #[schema(value_type = String)]
    #[serde(serialize_with = "two_places")]
    pub max_score: Decimal,
    /// `score ÷ max_score` in percent, shown with six places; the final is not computed from the shown value.
    #[schema(value_type = String, example = "88.333333")]
    pub percent: Decimal,
    /// Empty: none was given.
    #[schema(value_type = Option<String>)]
    #[serde(serialize_with = "two_places_if")]
    pub weight: Option<Decimal>,
    /// False for a mark without weight beside marks with one, and for a weight of 0.
    pub counts: bool,
    /// What it adds to the final, in percent, shown with six places.
    #[schema(value_type = String)]
    pub contribution: Decimal,
}

/// The final as the marks stand, with its working.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Final {
    /// Two places, half rounded up, once at the end.
    #[schema(value_type = Option<String>, example = "88.33")]
    pub percent: Option<Decimal>,
    pub letter: Option<String>,
    #[schema(value_type = Option<String>)]
    pub points: Option<Decimal>,
    /// Present when there is no final.
    pub reason: Option<NoFinal>,
    /// Sum of the weights that count; without any weight, the number of marks: they count equally.
    #[schema(value_type = String)]
    pub weights_sum: Decimal,
    pub working: Vec<WorkingRow>,
}

/// A number of the database with two places, in hundredths.
pub fn hundredths(value: Decimal) -> u64 {
    let mut value = value;
    value.rescale(2);
    u64::try_from(value.mantissa()).unwrap_or_default()
}

/// The weighted mean of the percentages, normalised by the sum of the weights that are there. Where no mark has a
/// weight all count equally; where some have, those without do not count. Exact until the one rounding at the end.
pub fn final_of(marks: &[Counted<'_>], scale: &GradeScale) -> Final {
    let weighted = marks.iter().any(|mark| mark.weight.is_some());
    let share = |mark: &Counted<'_>| match mark.weight {
        Some(weight) => hundredths(weight),
        None if weighted => 0,
        None => 100,
    };
    let shares: u64 = marks.iter().map(share).sum();
    let mut sum = Sum::zero();
    for mark in marks {
        sum.add(share(mark) * hundredths(mark.score), hundredths(mark.max_score));
    }
    let working = marks.iter().map(|mark| row(mark, share(mark), shares)).collect();
    let reason = match (marks.is_empty(), shares) {
        (true, _) => Some(NoFinal::NoMarks),
        (false, 0) => Some(NoFinal::WeightsSumToZero),
        (false, _) => None,
    };
    let percent = reason.is_none().then(|| decimal(sum.rounded(10_000, shares, 10_000).into(), 2));
    let step = percent.map(|percent| scale.of(percent));
    Final {
        percent,
        letter: step.map(|step| step.letter.clone()),
        points: step.map(|step| step.points),
        reason,
        weights_sum: decimal(shares.into(), 2),
        working,
    }
}

fn row(mark: &Counted<'_>, share: u64, shares: u64) -> WorkingRow {
    let (score, max) = (u128::from(hundredths(mark.score)), u128::from(hundredths(mark.max_score)));
    let millionths = |above: u128, below: u128| decimal(half_up(100_000_000 * above, below.max(1)), 6);
    WorkingRow {
        assignment_name: mark.assignment_name.to_owned(),
        score: mark.score,
        max_score: mark.max_score,
        percent: millionths(score, max),
        weight: mark.weight,
        counts: share > 0,
        contribution: millionths(score * u128::from(share), max * u128::from(shares)),
    }
}

fn decimal(value: u128, scale: u32) -> Decimal {
    Decimal::from_i128_with_scale(i128::try_from(value).unwrap_or_default(), scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale() -> GradeScale {
        "A:90:4,B:80:3,C:70:2,F:0:0".parse().unwrap()
    }

    /// Score, maximum, weight.
    type Row = (&'static str, &'static str, Option<&'static str>);

    fn percent(marks: &[Row]) -> Result<String, NoFinal> {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        let marks: Vec<Counted<'_>> = marks
            .iter()
            .map(|(score, max, weight)| Counted {
                assignment_name: "x",
                score: number(score),
                max_score: number(max),
                weight: weight.map(number),
            })
            .collect();
        let outcome = final_of(&marks, &scale());
        outcome.percent.map(|percent| percent.to_string()).ok_or_else(|| outcome.reason.unwrap())
    }

    #[test]
    fn each_rule_by_itself() {
        let cases: &[(&[Row], Result<&str, NoFinal>)] = &[
            (&[], Err(NoFinal::NoMarks)),
            (&[("8", "10", None)], Ok("80.00")),
            (&[("8", "10", None), ("50", "100", None)], Ok("65.00")),
            // Weights that sum to 0.9, 2 and 0.
            (&[("80", "100", Some("0.30")), ("95", "100", Some("0.60"))], Ok("90.00")),
            (&[("80", "100", Some("1")), ("91", "100", Some("1"))], Ok("85.50")),
            (&[("80", "100", Some("0")), ("91", "100", Some("0"))], Err(NoFinal::WeightsSumToZero)),
            // Beside a weight, what has none does not count.
            (&[("80", "100", Some("0.5")), ("0", "100", None)], Ok("80.00")),
            (&[("80", "100", Some("0")), ("50", "100", None)], Err(NoFinal::WeightsSumToZero)),
            // Thirds, the smallest maximum, the exact half.
            (&[("1", "3", None), ("1", "3", None), ("1", "3", None)], Ok("33.33")),
            (&[("2", "3", None)], Ok("66.67")),
            (&[("0.01", "0.01", Some("0.01")), ("0", "999.99", Some("0.99"))], Ok("1.00")),
            (&[("99.99", "100", None), ("100", "100", None)], Ok("100.00")),
            (&[("0.01", "200", None)], Ok("0.01")),
            (&[("0.01", "200.01", None)], Ok("0.00")),
            (&[("999.99", "999.99", Some("0.01"))], Ok("100.00")),
        ];
        for (marks, expected) in cases {
            assert_eq!(percent(marks).as_deref(), expected.as_ref().map(|text| *text), "{marks:?}");
        }
    }

    #[test]
    fn the_working_adds_up() {
        let third = Decimal::new(100, 2);
        let mark =
            |weight| Counted { assignment_name: "x", score: third, max_score: Decimal::new(300, 2), weight };
        let outcome = final_of(&[mark(None), mark(None)], &scale());
        assert_eq!(outcome.working[0].percent.to_string(), "33.333333");
        assert_eq!(outcome.working[0].contribution.to_string(), "16.666667");
        assert_eq!(
            (outcome.weights_sum.to_string().as_str(), outcome.letter.as_deref()),
            ("2.00", Some("F"))
        );
    }
}
