//! Sums of fractions without rounding. Forty assignments can have forty different maxima, whose common denominator no
//! built-in integer holds; so this is the little arithmetic of long numbers that it takes.

use std::cmp::Ordering;

/// A natural number of any length; the lowest digits first, none of the highest ones 0.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Natural(Vec<u32>);

impl Natural {
    fn new(value: u64) -> Self {
        Self(vec![]).plus(&Self(vec![value as u32, (value >> 32) as u32]))
    }

    fn times(&self, factor: u64) -> Self {
        let mut digits = Vec::with_capacity(self.0.len() + 2);
        let mut carry = 0_u128;
        for digit in &self.0 {
            carry += u128::from(*digit) * u128::from(factor);
            digits.push(carry as u32);
            carry >>= 32;
        }
        while carry > 0 {
            digits.push(carry as u32);
            carry >>= 32;
        }
        Self(digits).trimmed()
    }

    fn plus(&self, other: &Self) -> Self {
        let length = self.0.len().max(other.0.len());
        let digit = |number: &Self, index: usize| u64::from(number.0.get(index).copied().unwrap_or_default());
        let mut digits = Vec::with_capacity(length + 1);
        let mut carry = 0_u64;
        for index in 0..length {
            carry += digit(self, index) + digit(other, index);
            digits.push(carry as u32);
            carry >>= 32;
        }
        digits.push(carry as u32);
        Self(digits).trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A sum of fractions, over a common denominator.
#[derive(Clone, Debug)]
pub struct Sum {
    above: Natural,
    below: Natural,
}

impl Sum {
    pub fn zero() -> Self {
        Self { above: Natural(vec![]), below: Natural::new(1) }
    }

    /// `self + above / below`.
    pub fn add(&mut self, above: u64, below: u64) {
        self.above = self.above.times(below).plus(&self.below.times(above));
        self.below = self.below.times(below);
    }

    /// `self × factor ÷ divisor` as a whole number, half a unit rounded up; at most `most`. None of the arguments is 0.
    pub fn rounded(&self, factor: u64, divisor: u64, most: u64) -> u64 {
        // The largest n with n - 1/2 <= value, that is 2 n × below × divisor <= 2 × factor × above + below × divisor.
        let unit = self.below.times(divisor);
        let limit = self.above.times(2 * factor).plus(&unit);
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if unit.times(2 * middle) <= limit {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low
    }
}

/// `above ÷ below`, half rounded up.
pub fn half_up(above: u128, below: u128) -> u128 {
    (2 * above + below) / (2 * below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_make_a_whole() {
        let mut sum = Sum::zero();
        for _ in 0..3 {
            sum.add(1, 3);
        }
        assert_eq!(sum.rounded(10_000, 1, 10_000), 10_000);
        assert_eq!(sum.rounded(10_000, 3, 10_000), 3333);
    }

    #[test]
    fn half_goes_up_and_a_hair_less_goes_down() {
        let mut half = Sum::zero();
        half.add(1, 2);
        assert_eq!(half.rounded(1, 1, 9), 1);
        let mut less = Sum::zero();
        // 1/2 - 1/(2^60): no float tells it from one half.
        less.add((1 << 59) - 1, 1 << 60);
        assert_eq!(less.rounded(1, 1, 9), 0);
        assert_eq!((half_up(1, 2), half_up(1, 3), half_up(5, 2)), (1, 0, 3));
    }

    #[test]
    fn long_numbers_carry() {
        let big = Natural::new(u64::MAX);
        assert_eq!(big.plus(&Natural::new(1)), Natural(vec![0, 0, 1]));
        assert_eq!(big.times(u64::MAX).0, vec![1, 0, u32::MAX - 1, u32::MAX]);
        assert_eq!(big.times(0), Natural::new(0));
        assert!(Natural::new(5) < big && Natural(vec![1, 2]) < Natural(vec![0, 3]));
    }
}
