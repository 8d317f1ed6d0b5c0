//! Amounts of money, exact to the cent.

use std::fmt;
use std::str::FromStr;

use crate::validation::Invalid;

/// An amount in hundredths of its currency, from 0 to 9 999 999.99. Never a binary float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

impl Money {
    /// The largest amount, 9 999 999.99.
    pub const MAX: Self = Self(999_999_999);

    /// From hundredths, as a store keeps them.
    pub const fn from_cents(cents: i64) -> Self {
        Self(cents)
    }

    /// In hundredths.
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// A price that somebody offers: more than nothing.
    pub fn positive(self) -> Result<Self, Invalid> {
        if self.0 > 0 { Ok(self) } else { Err(Invalid::new("not_positive", "must be more than 0")) }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl FromStr for Money {
    type Err = Invalid;

    /// Reads the digits of a JSON number. Trailing zeros behind the second decimal are harmless.
    fn from_str(input: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("invalid_amount", "must be a plain decimal number");
        if input.starts_with('-') {
            return Err(Invalid::new("not_positive", "must not be negative"));
        }
        let (whole, fraction) = input.split_once('.').unwrap_or((input, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(invalid());
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 2 {
            return Err(Invalid::new("too_precise", "must have at most two decimals"));
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() > 7 {
            return Err(Invalid::new("too_large", format!("must be at most {}", Self::MAX)));
        }
        format!("{whole}{fraction:0<2}").parse().map(Self).map_err(|_| invalid())
    }
}

/// An ISO 4217 currency code, three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Ethiopian birr, in which the platform trades unless a package says otherwise.
    pub const ETB: Self = Self(*b"ETB");

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = Invalid;

    fn from_str(input: &str) -> Result<Self, Invalid> {
        match <[u8; 3]>::try_from(input.to_ascii_uppercase().as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(Invalid::new("invalid_currency", "must be an ISO 4217 code of three letters")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_from_their_digits() {
        let cases =
            [("150.00", 15_000), ("150", 15_000), ("0.1", 10), ("0", 0), ("1.230", 123), ("9999999.99", 999_999_999)];
        for (text, cents) in cases {
            assert_eq!(text.parse(), Ok(Money::from_cents(cents)), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_exact_amount_is_refused() {
        let cases = [
            ("-1", "not_positive"),
            ("1.234", "too_precise"),
            ("10000000", "too_large"),
            ("1e3", "invalid_amount"),
            ("", "invalid_amount"),
            (".5", "invalid_amount"),
            ("99999999999999999999999", "too_large"),
        ];
        for (text, code) in cases {
            assert_eq!(text.parse::<Money>().map_err(|reason| reason.code), Err(code), "{text}");
        }
    }

    #[test]
    fn amounts_print_two_decimals() {
        assert_eq!(Money::from_cents(15_005).to_string(), "150.05");
        assert_eq!(Money::from_cents(7).to_string(), "0.07");
    }
}
