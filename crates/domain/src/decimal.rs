//! Exact decimal numbers, as JSON writes them. No value passes through a binary float.

/// The largest magnitude of an exponent that is told apart from infinity. No type of this crate comes near it.
const MAX_EXPONENT: i64 = 1_000_000;

/// An exact number: `digits` times ten to the power of `exponent`.
///
/// Equal numbers have equal fields: `digits` has no zeros at either end, and zero has no digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Parses a number in the grammar of JSON (RFC 8259, section 6): `150`, `-0.5`, `1E2`.
    pub fn parse(input: &str) -> Option<Self> {
        let unsigned = input.strip_prefix('-').unwrap_or(input);
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, parse_power(power)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, digits(fraction)?),
            None => (mantissa, ""),
        };
        if whole.starts_with('0') && whole != "0" {
            return None;
        }
        let all = format!("{}{fraction}", digits(whole)?);
        let significant = all.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Some(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        let trailing_zeros = length(&all) - length(all.trim_end_matches('0'));
        Some(Self {
            negative: input.starts_with('-'),
            digits: significant.to_owned(),
            exponent: power - length(fraction) + trailing_zeros,
        })
    }

    /// Returns whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Returns whether the number has no fractional part.
    pub fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// Returns the number multiplied by 100.
    #[must_use]
    pub fn hundredfold(self) -> Self {
        let exponent = if self.digits.is_empty() { 0 } else { self.exponent + 2 };
        Self { exponent, ..self }
    }

    /// Returns the number as an integer, if it is one and fits.
    pub fn to_i64(&self) -> Option<i64> {
        // With more than 255 zeros the number would not fit anyway.
        let zeros = u8::try_from(self.exponent).ok()?;
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}0{}{}", self.digits, "0".repeat(zeros.into())).parse().ok()
    }
}

/// Returns the input if it consists of at least one digit.
fn digits(input: &str) -> Option<&str> {
    let sound = !input.is_empty() && input.bytes().all(|byte| byte.is_ascii_digit());
    sound.then_some(input)
}

fn parse_power(input: &str) -> Option<i64> {
    let unsigned = digits(input.strip_prefix(['+', '-']).unwrap_or(input))?;
    let power = unsigned.parse().unwrap_or(MAX_EXPONENT).min(MAX_EXPONENT);
    Some(if input.starts_with('-') { -power } else { power })
}

fn length(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(input: &str) -> Option<i64> {
        Decimal::parse(input).unwrap().to_i64()
    }

    #[test]
    fn integers_are_recognised_in_every_notation() {
        let cases = [
            ("0", 0),
            ("-0", 0),
            ("0.00e7", 0),
            ("7", 7),
            ("-7", -7),
            ("1.0", 1),
            ("1.50e1", 15),
            ("1E2", 100),
            ("1e+2", 100),
            ("1200e-2", 12),
            ("100", 100),
            ("1e18", 1_000_000_000_000_000_000),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ];
        for (input, expected) in cases {
            assert_eq!(integer(input), Some(expected), "{input}");
            assert!(Decimal::parse(input).unwrap().is_integer(), "{input}");
        }
    }

    #[test]
    fn fractions_and_numbers_beyond_64_bits_are_not_integers() {
        for input in ["1.5", "15e-1", "1e-99999999999999999999", "0.1"] {
            assert_eq!(integer(input), None, "{input}");
            assert!(!Decimal::parse(input).unwrap().is_integer(), "{input}");
        }
        for input in ["9223372036854775808", "-9223372036854775809", "1e19", "1e99999999999999999999"] {
            assert_eq!(integer(input), None, "{input}");
            assert!(Decimal::parse(input).unwrap().is_integer(), "{input}");
        }
    }

    #[test]
    fn equal_numbers_are_equal_however_they_are_written() {
        for input in ["1500", "1500.0", "1.5e3", "150000e-2", "1.5E+3"] {
            assert_eq!(Decimal::parse(input), Decimal::parse("15e2"), "{input}");
        }
        assert_eq!(Decimal::parse("-0.0"), Decimal::parse("0e9"));
        assert_ne!(Decimal::parse("-1"), Decimal::parse("1"));
    }

    #[test]
    fn only_the_grammar_of_json_is_a_number() {
        for input in [
            "", "-", "+1", "01", "-01", ".5", "5.", "1e", "1e+", "1e1.5", "1e2e3", "1.2.3", "1 ", " 1", "1_000",
            "0x10", "NaN", "١", "1e--2", "--1",
        ] {
            assert_eq!(Decimal::parse(input), None, "{input:?}");
        }
    }

    #[test]
    fn a_hundredfold_moves_the_point_by_two_digits() {
        let hundredfold = |input| Decimal::parse(input).unwrap().hundredfold();
        assert_eq!(hundredfold("1.25").to_i64(), Some(125));
        assert_eq!(hundredfold("-0.01").to_i64(), Some(-1));
        assert_eq!(hundredfold("0").to_i64(), Some(0));
        assert!(!hundredfold("0.001").is_integer());
        assert_eq!(hundredfold("0"), Decimal::parse("0").unwrap());
    }

    #[test]
    fn only_numbers_below_zero_are_negative() {
        let negative = |input| Decimal::parse(input).unwrap().is_negative();
        assert!(negative("-1") && negative("-0.001"));
        assert!(!negative("1") && !negative("0") && !negative("-0"));
    }
}
