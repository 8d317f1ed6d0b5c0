//! Amounts of money, exact to the cent.

use std::fmt;
use std::str::FromStr;

use crate::decimal::Decimal;
use crate::validation::Invalid;

/// An amount in hundredths of its currency, from 0 to 9 999 999.99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

impl Money {
    /// The largest amount, 9 999 999.99.
    pub const MAX: Self = Self(999_999_999);

    /// Creates an amount from hundredths, the unit of the database.
    pub const fn from_cents(cents: i64) -> Self {
        Self(cents)
    }

    /// Returns the amount in hundredths.
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// Returns the amount if it is more than 0, as prices must be.
    pub fn positive(self) -> Result<Self, Invalid> {
        if self.0 > 0 { Ok(self) } else { Err(Invalid::new("not_positive", "must be greater than 0")) }
    }
}

impl fmt::Display for Money {
    /// Writes the amount with two decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl FromStr for Money {
    type Err = Invalid;

    /// Parses a JSON number, with or without an exponent. Zeros after the second decimal are accepted.
    fn from_str(input: &str) -> Result<Self, Invalid> {
        let amount = Decimal::parse(input).ok_or_else(|| Invalid::new("invalid_amount", "must be a decimal number"))?;
        if amount.is_negative() {
            return Err(Invalid::new("not_positive", "must not be negative"));
        }
        let cents = amount.hundredfold();
        if !cents.is_integer() {
            return Err(Invalid::new("too_precise", "must have at most two decimals"));
        }
        let amount = cents.to_i64().map(Self).filter(|amount| *amount <= Self::MAX);
        amount.ok_or_else(|| Invalid::new("too_large", format!("must be at most {}", Self::MAX)))
    }
}

/// An ISO 4217 currency code, three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Ethiopian birr, the default currency of packages.
    pub const ETB: Self = Self(*b"ETB");

    /// Returns the code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = Invalid;

    /// Parses a code in upper or lower case.
    fn from_str(input: &str) -> Result<Self, Invalid> {
        match <[u8; 3]>::try_from(input.to_ascii_uppercase().as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(Invalid::new("invalid_currency", "must be an ISO 4217 code of three letters")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_exact_in_every_notation() {
        let cases = [
            ("150.00", 15_000),
            ("150", 15_000),
            ("0.1", 10),
            ("0.01", 1),
            ("0", 0),
            ("-0", 0),
            ("1.230", 123),
            ("1E2", 10_000),
            ("1e2", 10_000),
            ("1.5e1", 1_500),
            ("125e-2", 125),
            ("9999999.99", 999_999_999),
            ("999999999e-2", 999_999_999),
            ("9999999.990000000000000000000000000", 999_999_999),
        ];
        for (text, cents) in cases {
            assert_eq!(text.parse(), Ok(Money::from_cents(cents)), "{text}");
        }
    }

    #[test]
    fn other_input_is_rejected_with_its_reason() {
        let cases = [
            ("-1", "not_positive"),
            ("-0.01", "not_positive"),
            ("-1e99", "not_positive"),
            ("1.234", "too_precise"),
            ("0.001", "too_precise"),
            ("1e-3", "too_precise"),
            ("1e-999999999999999999999", "too_precise"),
            ("10000000", "too_large"),
            ("10000000.00", "too_large"),
            ("1e7", "too_large"),
            ("1e999999999999999999999", "too_large"),
            ("99999999999999999999999", "too_large"),
            ("", "invalid_amount"),
            (".5", "invalid_amount"),
            ("0150", "invalid_amount"),
            ("1e", "invalid_amount"),
            ("ten", "invalid_amount"),
        ];
        for (text, code) in cases {
            assert_eq!(text.parse::<Money>().map_err(|reason| reason.code), Err(code), "{text}");
        }
        assert_eq!("1e7".parse::<Money>().unwrap_err().message, "must be at most 9999999.99");
    }

    #[test]
    fn amounts_are_written_with_two_decimals() {
        for (cents, text) in [(0, "0.00"), (7, "0.07"), (100, "1.00"), (15_005, "150.05"), (999_999_999, "9999999.99")]
        {
            assert_eq!(Money::from_cents(cents).to_string(), text);
        }
        assert_eq!(Money::MAX.cents(), 999_999_999);
    }

    #[test]
    fn a_price_is_more_than_nothing() {
        assert_eq!(Money::from_cents(1).positive(), Ok(Money::from_cents(1)));
        assert_eq!(Money::from_cents(0).positive().unwrap_err().code, "not_positive");
        assert_eq!(Money::from_cents(-1).positive().unwrap_err().code, "not_positive");
    }

    #[test]
    fn currencies_are_three_letters() {
        assert_eq!("usd".parse::<Currency>().unwrap().as_str(), "USD");
        assert_eq!("ETB".parse(), Ok(Currency::ETB));
        for text in ["", "us", "usdt", "us1", "u d", "é1"] {
            assert_eq!(text.parse::<Currency>().unwrap_err().code, "invalid_currency", "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_amount_survives_being_written_and_parsed(cents in 0..=Money::MAX.cents()) {
            let amount = Money::from_cents(cents);
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }
    }
}
