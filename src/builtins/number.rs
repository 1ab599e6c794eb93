//! Built-ins on NUMBER and DECIMAL that are exact: rounding, comparison, parity, words.
//!
//! They keep the kind of their receiver where they can: a NUMBER stays a NUMBER, a DECIMAL keeps
//! its written digits. Functions that go through floating point are in `number_float`.

use super::Cx;
use super::words;
use crate::fault::Fault;
use crate::value::{Number, Wide};
use std::cmp::Ordering;

builtins! { NUMBER on Number {
    /// The number without its sign.
    ///
    /// ```dg
    /// n = -15.50;
    /// info n.abs();  // => 15.50
    /// ```
    "abs" => fn abs(number: Number) -> Result<Number, Fault> {
        match number {
            Number::Int(n) => n.checked_abs().map(Number::Int).ok_or_else(overflow),
            Number::Exact(wide) => Ok(Number::Exact(Wide::new(wide.mantissa.saturating_abs(), wide.scale))),
            Number::Float(x) => Ok(Number::Float(x.abs())),
        }
    }

    /// The next whole number, upward.
    ///
    /// ```dg
    /// info 10.1.ceil();     // => 11
    /// info ceil(-10.9);     // => -10
    /// ```
    "ceil" => fn ceil(number: Number) -> Result<Number, Fault> {
        toward(number, f64::ceil, 1)
    }

    /// The next whole number, downward.
    ///
    /// ```dg
    /// info 10.9.floor();    // => 10
    /// info floor(-10.1);    // => -11
    /// ```
    "floor" => fn floor(number: Number) -> Result<Number, Fault> {
        toward(number, f64::floor, -1)
    }

    /// The part behind the point, with the number's sign.
    ///
    /// ```dg
    /// info 24.6.frac();    // => 0.6
    /// info frac(-25.1);    // => -0.1
    /// ```
    "frac" => fn frac(number: Number) -> Number {
        match number {
            Number::Int(_) => Number::Int(0),
            Number::Exact(wide) => Number::Exact(Wide::new(wide.mantissa % unit(wide.scale), wide.scale)),
            Number::Float(x) => number.exact().map_or(Number::Float(x.fract()), |wide| frac(Number::Exact(wide))),
        }
    }

    /// The number rounded to so many digits behind the point, halves away from zero. Negative digits round
    /// left of the point, and give 0 where they leave no digit. No zeros are added.
    ///
    /// ```dg
    /// info 218.49.round(1);   // => 218.5
    /// info 218.5.round(0);    // => 219
    /// info 294.2.round(-2);   // => 300
    /// info 5.round(2);        // => 5
    /// ```
    "round" => fn round(number: Number, digits: i64) -> Number {
        cut(number, digits, true)
    }

    /// The number with so many digits behind the point, the others cut off. Negative digits put zeros left of
    /// the point.
    ///
    /// ```dg
    /// info 25.125432.truncate(2);   // => 25.12
    /// info 9789.852.truncate(-2);   // => 9700
    /// ```
    "truncate" => fn truncate(number: Number, digits: i64) -> Number {
        cut(number, digits, false)
    }

    /// The larger of two numbers.
    ///
    /// ```dg
    /// info 100.max(200);  // => 200
    /// ```
    "max" => fn max(number: Number, other: Number) -> Number {
        if number.compare(other) == Ordering::Less { other } else { number }
    }

    /// The smaller of two numbers.
    ///
    /// ```dg
    /// info 100.min(200);  // => 100
    /// ```
    "min" => fn min(number: Number, other: Number) -> Number {
        if number.compare(other) == Ordering::Greater { other } else { number }
    }

    /// Whether the whole part of a number is even.
    ///
    /// ```dg
    /// info 1234.isEven();  // => true
    /// ```
    "isEven" => fn is_even(number: Number) -> Result<bool, Fault> {
        Ok(whole(number)? % 2 == 0)
    }

    /// Whether the whole part of a number is odd.
    ///
    /// ```dg
    /// info isOdd(111);  // => true
    /// ```
    "isOdd" => fn is_odd(number: Number) -> Result<bool, Fault> {
        Ok(whole(number)? % 2 != 0)
    }

    /// The whole part in hexadecimal digits; a negative number as 64 bits.
    ///
    /// ```dg
    /// info 100.toHex();  // => 64
    /// ```
    "toHex" => fn to_hex(number: Number) -> Result<String, Fault> {
        Ok(format!("{:x}", number.to_i64().ok_or_else(overflow)?))
    }

    /// The number in words of a language: `en-us` (unless another is given), `en-gb`, `en-in`, `fr`, `de`, `it`,
    /// `ja`, `ko`, `zh` or `es`. Whole numbers have at most 18 digits, decimals 15 in all.
    ///
    /// ```dg
    /// info 1989.13.toWords("en-us");   // => one thousand nine hundred eighty-nine point one three
    /// info 10000000.toWords("en-in");  // => one crore
    /// info 24.toWords("ko");           // => 이십사
    /// ```
    "toWords" => fn to_words(number: Number, language: Option<&str>) -> Result<String, Fault> {
        words::spell(number, language.unwrap_or("en-us"))
    }

    /// The number to a power; exact for whole exponents where 38 digits hold the result.
    ///
    /// ```dg
    /// info 3.power(2);     // => 9
    /// info 1.5.power(2);   // => 2.25
    /// info 2.power(-1);    // => 0.5
    /// ```
    "power" => fn power[cx](number: Number, exponent: Number) -> Result<Number, Fault> {
        if let Some(exact) = exact_power(number, exponent) {
            return Ok(exact);
        }
        let double = super::number_float::finite(number.to_f64().powf(exponent.to_f64()), cx)?;
        Ok(Number::Float(double).exact().map_or(Number::Float(double), Number::Exact))
    }
}}

builtins! { RANDOM on Nothing {
    /// A random number from `start` up to, but not including, `end`: whole unless one of them is a DECIMAL.
    /// With one number it is the end and 0 the start; without any, the end is 2,000,000,000.
    ///
    /// ```dg
    /// info randomNumber(1, 2);    // => 1
    /// info randomNumber(1) + 5;   // => 5
    /// ```
    "randomNumber" => fn random_number[cx](start: Option<Number>, end: Option<Number>) -> Result<Number, Fault> {
        let (start, end) = match (start, end) {
            (Some(start), Some(end)) => (start, end),
            (Some(end), None) => (Number::Int(0), end),
            (None, _) => (Number::Int(0), Number::Int(2_000_000_000)),
        };
        match start.compare(end) {
            Ordering::Less => Ok(random_between(start, end)),
            Ordering::Equal => Ok(start),
            Ordering::Greater => Err(random_order(cx)),
        }
    }
}}

fn random_between(start: Number, end: Number) -> Number {
    match (start, end) {
        (Number::Int(start), Number::Int(end)) => Number::Int(rand::random_range(start..end)),
        _ => {
            let (low, high) = (start.to_f64(), end.to_f64());
            let share: f64 = rand::random();
            let double = low + share * (high - low);
            let below_end = if double < high { double } else { low };
            Number::Float(below_end).exact().map_or(Number::Float(below_end), Number::Exact)
        }
    }
}

#[cold]
fn random_order(cx: &Cx<'_>) -> Fault {
    Fault::value(format!("expected a start below the end for the function {}", cx.function))
}

#[cold]
fn overflow() -> Fault {
    Fault::other("run.overflow", "the result does not fit into a NUMBER")
}

fn unit(scale: u8) -> i128 {
    // A scale beyond 38 leaves no whole part at all.
    10i128.checked_pow(scale.into()).unwrap_or(i128::MAX)
}

/// The whole part, toward zero.
fn whole(number: Number) -> Result<i128, Fault> {
    match number.exact() {
        Some(wide) => Ok(wide.trunc()),
        None => Err(overflow()),
    }
}

/// The next whole number upward (`step` 1) or downward (-1).
fn toward(number: Number, double: fn(f64) -> f64, step: i128) -> Result<Number, Fault> {
    let wide = match number {
        Number::Int(_) => return Ok(number),
        Number::Exact(wide) => wide,
        Number::Float(x) => match Number::Float(double(x)).exact() {
            Some(wide) => wide,
            None => return Err(overflow()),
        },
    };
    let rest = wide.mantissa % unit(wide.scale);
    let beyond = if rest != 0 && rest.signum() == step { step } else { 0 };
    Ok(settled(wide.trunc() + beyond))
}

/// A whole number as a NUMBER if it fits.
fn settled(whole: i128) -> Number {
    i64::try_from(whole).map_or_else(|_| Number::Exact(Wide::new(whole, 0)), Number::Int)
}

/// Rounds or cuts to so many digits behind (or, negative, left of) the point.
fn cut(number: Number, digits: i64, round: bool) -> Number {
    let Some(wide) = number.exact() else { return number };
    if digits >= 0 {
        return match number {
            Number::Int(_) => number,
            Number::Exact(_) | Number::Float(_) => {
                Number::Exact(wide.rescale(u8::try_from(digits).unwrap_or(u8::MAX), round))
            }
        };
    }
    let whole_digits = wide.trunc().unsigned_abs().checked_ilog10().map_or(0, |log| i64::from(log) + 1);
    let left = digits.checked_neg().filter(|left| *left < whole_digits);
    let rounded = match left.and_then(|left| u8::try_from(left).ok()) {
        // As many digits more behind the point of a smaller number.
        Some(left) => {
            Wide::new(wide.mantissa, wide.scale.saturating_add(left)).rescale(0, round).mantissa.checked_mul(unit(left))
        }
        None => Some(0),
    };
    match (rounded, number) {
        (None, _) => number,
        (Some(rounded), Number::Int(_)) => settled(rounded),
        (Some(rounded), Number::Exact(_) | Number::Float(_)) => Number::Exact(Wide::new(rounded, 0)),
    }
}

/// A whole, not negative power without rounding; none when the digits do not fit.
fn exact_power(number: Number, exponent: Number) -> Option<Number> {
    let exponent = exponent.exact().filter(|exponent| exponent.is_whole())?;
    let exponent = u32::try_from(exponent.trunc()).ok()?;
    let base = match number {
        Number::Int(n) => Wide::new(n.into(), 0),
        Number::Exact(wide) => wide.normalised(),
        Number::Float(_) => number.exact()?,
    };
    let mantissa = base.mantissa.checked_pow(exponent)?;
    let scale = u8::try_from(u32::from(base.scale).checked_mul(exponent)?).ok()?;
    match number {
        Number::Int(_) => Some(settled(mantissa)),
        Number::Exact(_) | Number::Float(_) => Some(Number::Exact(Wide::new(mantissa, scale).normalised())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: Number) -> String {
        let mut out = String::new();
        number.write(&mut out);
        out
    }

    fn rounded(text: &str, digits: i64) -> String {
        shown(cut(Number::parse(text).expect("a number"), digits, true))
    }

    #[test]
    fn rounding_goes_away_from_zero_on_either_side_of_the_point() {
        for (number, digits, result) in [
            ("218.5", 0, "219"),
            ("-218.5", 0, "-219"),
            ("218.49", 1, "218.5"),
            ("218.2", -1, "220"),
            ("294.2", -2, "300"),
            ("218.222", -3, "0"),
            ("-150.55", -2, "-200"),
            ("1.005", 2, "1.01"),
            ("5", 2, "5"),
            ("5.1", 3, "5.1"),
            ("999", -1, "1000"),
            ("0.4", -1, "0"),
            ("7", i64::MIN, "0"),
            ("7.25", i64::MAX, "7.25"),
        ] {
            assert_eq!(rounded(number, digits), result, "{number} to {digits}");
        }
    }

    #[test]
    fn powers_are_exact_while_they_fit() {
        let power = |a: &str, b: &str| {
            exact_power(Number::parse(a).expect("a number"), Number::parse(b).expect("a number")).map(shown)
        };
        assert_eq!(power("2", "64"), Some("18446744073709551616".to_owned()));
        assert_eq!(power("1.10", "2"), Some("1.21".to_owned()));
        assert_eq!(power("10", "100"), None);
        assert_eq!(power("2", "-1"), None);
        assert_eq!(power("2", "0.5"), None);
    }
}
