//! The institution's letter scale.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::exact::half_up;
use super::rules::hundredths;

/// From this percentage on, this letter; worth so many points in the average.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GradeStep)]
pub struct Step {
    pub letter: String,
    /// Percent, of the final as it is shown: rounded to two places.
    #[schema(value_type = String, example = "93.00")]
    pub from: Decimal,
    #[schema(value_type = String, example = "4.00")]
    pub points: Decimal,
}

/// Steps from the best to the worst; the last begins at 0, so every percentage has a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GradeScale(Vec<Step>);

impl GradeScale {
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    pub fn of(&self, percent: Decimal) -> &Step {
        self.0.iter().find(|step| percent >= step.from).unwrap_or(&self.0[self.0.len() - 1])
    }
}

impl FromStr for GradeScale {
    type Err = String;

    /// `A:90:4,B:80:3,…,F:0:0`.
    fn from_str(text: &str) -> Result<Self, String> {
        let steps = text.split(',').map(step).collect::<Result<Vec<_>, _>>()?;
        for pair in steps.windows(2) {
            let (better, worse) = (&pair[0], &pair[1]);
            if worse.from >= better.from || worse.points > better.points {
                return Err(format!("{} must be below {}", worse.letter, better.letter));
            }
        }
        let last = &steps[steps.len() - 1];
        if !last.from.is_zero() {
            return Err(format!("the last step ({}) must begin at 0", last.letter));
        }
        let twice =
            steps.iter().enumerate().find(|(at, step)| steps[..*at].iter().any(|s| s.letter == step.letter));
        match twice {
            Some((_, step)) => Err(format!("{} stands there twice", step.letter)),
            None => Ok(Self(steps)),
        }
    }
}

fn step(text: &str) -> Result<Step, String> {
    let wrong = || format!("`{text}` is not letter:percent:points, such as A-:90:3.7");
    let parts: Vec<&str> = text.trim().split(':').map(str::trim).collect();
    let [letter, from, points] = parts[..] else { return Err(wrong()) };
    let decimal = |text: &str, most: i64| {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let value: Decimal = text.parse().ok().filter(|_| plain)?;
        let fine = value.normalize().scale() <= 2 && value <= Decimal::from(most);
        fine.then(|| {
            let mut value = value;
            value.rescale(2);
            value
        })
    };
    let known = (1..=5).contains(&letter.chars().count()) && !letter.chars().any(|sign| sign.is_control());
    match (decimal(from, 100), decimal(points, 99)) {
        (Some(from), Some(points)) if known => Ok(Step { letter: letter.to_owned(), from, points }),
        _ => Err(wrong()),
    }
}

/// Grade point average: points weighted by credits, half rounded up at two places. `None` without credits.
pub fn average(courses: impl IntoIterator<Item = (Decimal, Decimal)>) -> Option<Decimal> {
    let (mut weighted, mut credits_in_all) = (0_u128, 0_u128);
    for (points, credits) in courses {
        let credits = u128::from(hundredths(credits));
        weighted += u128::from(hundredths(points)) * credits;
        credits_in_all += credits;
    }
    let average = (credits_in_all > 0).then(|| half_up(weighted, credits_in_all))?;
    i64::try_from(average).ok().map(|hundredths| Decimal::new(hundredths, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_letter_for_every_percentage() {
        let scale: GradeScale = "A:93:4.0,A-:90:3.7,F:0:0".parse().unwrap();
        for (percent, letter) in
            [("100", "A"), ("93.00", "A"), ("92.99", "A-"), ("90", "A-"), ("89.99", "F"), ("0", "F")]
        {
            assert_eq!(scale.of(decimal(percent)).letter, letter, "{percent}");
        }
    }

    #[test]
    fn a_scale_that_is_none_says_why() {
        for (text, why) in [
            ("", "letter:percent:points"),
            ("A:90", "letter:percent:points"),
            ("A:90.001:4,F:0:0", "letter:percent:points"),
            ("A:-1:4,F:0:0", "letter:percent:points"),
            ("A:101:4,F:0:0", "letter:percent:points"),
            ("A:90:4,B:90:3,F:0:0", "B must be below A"),
            ("A:90:3,B:80:4,F:0:0", "B must be below A"),
            ("A:90:4,F:10:0", "begin at 0"),
            ("A:90:4,A:0:0", "twice"),
        ] {
            let error = text.parse::<GradeScale>().unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn the_average_weighs_credits_and_rounds_half_up() {
        let of = |courses: &[(&str, &str)]| {
            average(courses.iter().map(|(points, credits)| (decimal(points), decimal(credits))))
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("4.00", "4"), ("3.00", "2")]), Some(decimal("3.67")));
        assert_eq!(of(&[("3.70", "3"), ("3.75", "1.00"), ("3.70", "2")]), Some(decimal("3.71")));
        // (2.99 + 3.00) / 2 = 2.995
        assert_eq!(of(&[("2.99", "1"), ("3.00", "1")]), Some(decimal("3.00")));
    }
}
