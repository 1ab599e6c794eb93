//! Numbers: whole (`NUMBER`), exact decimal (`DECIMAL`), and what floating-point functions give.
//!
//! A decimal keeps the digits it was written with (`15.50`); the results of `+ - * /` are exact
//! and normalised; a quotient that does not end within 17 digits is the nearest double.
//! Functions such as `sqrt` give a [`Number::Float`], which prints as Java prints a double (`3.0`).

use std::cmp::Ordering;
use std::rc::Rc;

/// A decimal of up to 18 digits, small enough to live inside a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    scale: u8,
    // Bytes rather than an i64, so that a value stays 16 bytes wide.
    mantissa: [u8; 8],
}

impl Decimal {
    pub fn new(mantissa: i64, scale: u8) -> Self {
        Self { scale, mantissa: mantissa.to_ne_bytes() }
    }

    #[inline]
    pub fn mantissa(self) -> i64 {
        i64::from_ne_bytes(self.mantissa)
    }

    /// Digits behind the point.
    #[inline]
    pub fn scale(self) -> u8 {
        self.scale
    }
}

/// A decimal of more digits: `mantissa / 10^scale`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wide {
    pub mantissa: i128,
    pub scale: u8,
}

/// The number in a value, whatever its width.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Int(i64),
    Exact(Wide),
    Float(f64),
}

/// How a number is kept in a value.
pub enum Packed {
    Int(i64),
    Decimal(Decimal),
    Wide(Rc<Wide>),
    Float(f64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// Beyond 64 bits in whole-number arithmetic.
    Overflow,
    DivideByZero,
}

impl Wide {
    pub fn new(mantissa: i128, scale: u8) -> Self {
        Self { mantissa, scale }
    }

    /// Without trailing zeros behind the point.
    pub fn normalised(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }

    pub fn to_f64(self) -> f64 {
        // Through text, which rounds once and correctly.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Both mantissas at the larger scale; none when that leaves 128 bits.
    fn aligned(a: Wide, b: Wide) -> Option<(i128, i128, u8)> {
        let scale = a.scale.max(b.scale);
        let left = a.mantissa.checked_mul(pow10(scale - a.scale)?)?;
        let right = b.mantissa.checked_mul(pow10(scale - b.scale)?)?;
        Some((left, right, scale))
    }

    /// The whole part, toward zero.
    pub fn trunc(self) -> i128 {
        pow10(self.scale).map_or(0, |unit| self.mantissa / unit)
    }

    pub fn is_whole(self) -> bool {
        self.normalised().scale == 0
    }

    /// At a smaller scale, rounding half away from zero (`halves`) or cutting off.
    pub fn rescale(self, scale: u8, round: bool) -> Self {
        if scale >= self.scale {
            return self;
        }
        let Some(unit) = pow10(self.scale - scale) else { return Wide::new(0, scale) };
        let (whole, rest) = (self.mantissa / unit, self.mantissa % unit);
        let up = round && rest.unsigned_abs() * 2 >= unit.unsigned_abs();
        Wide::new(whole + if up { self.mantissa.signum() } else { 0 }, scale)
    }
}

/// Plain notation, with all digits of the scale: `15.50`.
impl std::fmt::Display for Wide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs();
        match self.scale {
            0 => write!(f, "{sign}{digits}"),
            scale => {
                let all = format!("{digits:0>width$}", width = scale as usize + 1);
                let (whole, fraction) = all.split_at(all.len() - scale as usize);
                write!(f, "{sign}{whole}.{fraction}")
            }
        }
    }
}

fn pow10(exponent: u8) -> Option<i128> {
    10i128.checked_pow(exponent as u32)
}

// Arithmetic that can fail is no business of the operator traits.
#[allow(clippy::should_implement_trait)]
impl Number {
    pub fn to_f64(self) -> f64 {
        match self {
            Number::Int(n) => n as f64,
            Number::Exact(wide) => wide.to_f64(),
            Number::Float(x) => x,
        }
    }

    /// The exact decimal with the same (shortest) digits; none for infinities and numbers beyond 128 bits.
    pub fn exact(self) -> Option<Wide> {
        match self {
            Number::Int(n) => Some(Wide::new(n as i128, 0)),
            Number::Exact(wide) => Some(wide),
            Number::Float(x) => from_shortest(x),
        }
    }

    /// The whole number toward zero; none when it leaves 64 bits.
    pub fn to_i64(self) -> Option<i64> {
        match self {
            Number::Int(n) => Some(n),
            Number::Exact(wide) => i64::try_from(wide.trunc()).ok(),
            Number::Float(x) => (x.is_finite() && x.abs() < 9.3e18).then_some(x.trunc() as i64),
        }
    }

    pub fn pack(self) -> Packed {
        match self {
            Number::Int(n) => Packed::Int(n),
            Number::Exact(wide) => match i64::try_from(wide.mantissa) {
                Ok(mantissa) => Packed::Decimal(Decimal::new(mantissa, wide.scale)),
                Err(_) => Packed::Wide(Rc::new(wide)),
            },
            Number::Float(x) => Packed::Float(x),
        }
    }

    /// The result of an arithmetic step: exact if it fits, else the nearest double.
    fn settle(exact: Option<Wide>, double: impl FnOnce() -> f64) -> Number {
        match exact {
            Some(wide) => Number::Exact(wide.normalised()),
            None => Number::Float(double()),
        }
    }

    pub fn add(self, other: Number) -> Result<Number, Failure> {
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            return a.checked_add(b).map(Number::Int).ok_or(Failure::Overflow);
        }
        Ok(self.combine(other, |a, b| a.checked_add(b), |x, y| x + y))
    }

    pub fn sub(self, other: Number) -> Result<Number, Failure> {
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            return a.checked_sub(b).map(Number::Int).ok_or(Failure::Overflow);
        }
        Ok(self.combine(other, |a, b| a.checked_sub(b), |x, y| x - y))
    }

    fn combine(
        self,
        other: Number,
        exact: impl FnOnce(i128, i128) -> Option<i128>,
        double: impl FnOnce(f64, f64) -> f64,
    ) -> Number {
        let wide = self.exact().zip(other.exact()).and_then(|(a, b)| {
            let (left, right, scale) = Wide::aligned(a, b)?;
            Some(Wide::new(exact(left, right)?, scale))
        });
        Number::settle(wide, || double(self.to_f64(), other.to_f64()))
    }

    pub fn mul(self, other: Number) -> Result<Number, Failure> {
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            return a.checked_mul(b).map(Number::Int).ok_or(Failure::Overflow);
        }
        let wide = self
            .exact()
            .zip(other.exact())
            .and_then(|(a, b)| Some(Wide::new(a.mantissa.checked_mul(b.mantissa)?, a.scale.checked_add(b.scale)?)));
        Ok(Number::settle(wide, || self.to_f64() * other.to_f64()))
    }

    pub fn div(self, other: Number) -> Result<Number, Failure> {
        if other.is_zero() {
            return Err(Failure::DivideByZero);
        }
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            match a.checked_rem(b) {
                Some(0) => return a.checked_div(b).map(Number::Int).ok_or(Failure::Overflow),
                Some(_) => {}
                None => return Err(Failure::Overflow),
            }
        }
        if let Some(wide) = self.exact().zip(other.exact()).and_then(|(a, b)| ending_quotient(a, b)) {
            return Ok(Number::Exact(wide));
        }
        // The nearest double, kept as a decimal of its shortest digits.
        let double = self.to_f64() / other.to_f64();
        Ok(from_shortest(double).map_or(Number::Float(double), Number::Exact))
    }

    pub fn rem(self, other: Number) -> Result<Number, Failure> {
        if other.is_zero() {
            return Err(Failure::DivideByZero);
        }
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            return Ok(Number::Int(a.checked_rem(b).unwrap_or(0)));
        }
        Ok(self.combine(other, |a, b| a.checked_rem(b), |x, y| x % y))
    }

    pub fn neg(self) -> Result<Number, Failure> {
        match self {
            Number::Int(n) => n.checked_neg().map(Number::Int).ok_or(Failure::Overflow),
            Number::Exact(wide) => Ok(match wide.mantissa.checked_neg() {
                Some(mantissa) => Number::Exact(Wide::new(mantissa, wide.scale)),
                None => Number::Float(-wide.to_f64()),
            }),
            Number::Float(x) => Ok(Number::Float(-x)),
        }
    }

    pub fn is_zero(self) -> bool {
        match self {
            Number::Int(n) => n == 0,
            Number::Exact(wide) => wide.mantissa == 0,
            Number::Float(x) => x == 0.0,
        }
    }

    pub fn compare(self, other: Number) -> Ordering {
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            return a.cmp(&b);
        }
        let aligned = self.exact().zip(other.exact()).and_then(|(a, b)| Wide::aligned(a, b));
        match aligned {
            Some((left, right, _)) => left.cmp(&right),
            None => self.digits().cmp(&other.digits()),
        }
    }

    /// A form whose order is that of the numbers, exact for every width: sorting relies on that.
    /// A float stands for its shortest digits, as everywhere; NaN is above all.
    fn digits(self) -> Digits {
        match self {
            Number::Int(n) => Digits::new(n < 0, n.unsigned_abs().to_string(), 0),
            Number::Exact(wide) => {
                Digits::new(wide.mantissa < 0, wide.mantissa.unsigned_abs().to_string(), wide.scale as i32)
            }
            Number::Float(x) if x.is_finite() => {
                let shown = format!("{:e}", x.abs());
                let (digits, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
                let fraction = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32);
                Digits::new(x < 0.0, digits.replace('.', ""), fraction - exponent.parse::<i32>().unwrap_or(0))
            }
            Number::Float(x) => {
                Digits { sign: if x < 0.0 { -1 } else { 1 }, size: Some((i32::MAX, x.is_nan().to_string())) }
            }
        }
    }

    /// Reads digits with an optional sign, point and (in JSON) exponent. `"007"` is 7; `""`, `"1a"` are none.
    /// Digits behind the point are kept as written.
    pub fn parse(text: &str) -> Option<Number> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        if fraction.is_empty()
            && exponent == 0
            && let Ok(n) = text.trim_end_matches('.').parse::<i64>()
        {
            return Some(if digits.contains('.') { Number::Exact(Wide::new(n as i128, 0)) } else { Number::Int(n) });
        }
        let negative = text.starts_with('-');
        let mantissa: Option<i128> = format!("{whole}{fraction}").parse().ok();
        let scale = (fraction.len() as i32).saturating_sub(exponent);
        let wide = mantissa.and_then(|mantissa| {
            let mantissa = if negative { -mantissa } else { mantissa };
            match scale {
                0..=60 => Some(Wide::new(mantissa, scale as u8)),
                -38..=-1 => Some(Wide::new(mantissa.checked_mul(pow10(-scale as u8)?)?, 0)),
                _ => None,
            }
        });
        match wide {
            Some(wide) => Some(Number::Exact(wide)),
            None => text.parse::<f64>().ok().filter(|x| x.is_finite()).map(Number::Float),
        }
    }

    /// Appends the printed form.
    pub fn write(self, out: &mut String) {
        match self {
            Number::Int(n) => out.push_str(itoa::Buffer::new().format(n)),
            Number::Exact(wide) => write_exact(wide, out),
            Number::Float(x) => write_double(x, out),
        }
    }
}

/// Plain notation, with all digits of the scale.
fn write_exact(wide: Wide, out: &mut String) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(wide.mantissa.unsigned_abs());
    let scale = wide.scale as usize;
    if wide.mantissa < 0 {
        out.push('-');
    }
    if scale == 0 {
        return out.push_str(digits);
    }
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
    out.push_str(if whole.is_empty() { "0" } else { whole });
    out.push('.');
    (fraction.len()..scale).for_each(|_| out.push('0'));
    out.push_str(fraction);
}

/// The sign of a number; unless it is zero, the place of its first digit and its digits without zeros at the end.
struct Digits {
    sign: i8,
    size: Option<(i32, String)>,
}

impl Digits {
    fn new(negative: bool, digits: String, scale: i32) -> Self {
        let place = digits.len() as i32 - scale;
        match digits.trim_end_matches('0') {
            "" => Digits { sign: 0, size: None },
            digits => Digits { sign: if negative { -1 } else { 1 }, size: Some((place, digits.to_owned())) },
        }
    }

    fn cmp(&self, other: &Digits) -> Ordering {
        let sizes = self.size.cmp(&other.size);
        self.sign.cmp(&other.sign).then(if self.sign < 0 { sizes.reverse() } else { sizes })
    }
}

/// The quotient when it ends within 17 significant digits.
fn ending_quotient(a: Wide, b: Wide) -> Option<Wide> {
    let (mut left, right, _) = Wide::aligned(a, b)?;
    let mut scale = 0;
    while left % right != 0 {
        left = left.checked_mul(10)?;
        scale += 1;
        if scale > 40 {
            return None;
        }
    }
    let quotient = left / right;
    (quotient.unsigned_abs() < 10u128.pow(17)).then(|| Wide::new(quotient, scale).normalised())
}

/// The decimal with a double's shortest digits.
fn from_shortest(x: f64) -> Option<Wide> {
    if !x.is_finite() {
        return None;
    }
    match Number::parse(ryu::Buffer::new().format_finite(x))? {
        Number::Int(n) => Some(Wide::new(n as i128, 0)),
        Number::Exact(wide) => Some(wide.normalised()),
        Number::Float(_) => None,
    }
}

/// As Java's `Double.toString`: at least one digit behind the point, an exponent below 10^-3 and from 10^7.
pub fn write_double(x: f64, out: &mut String) {
    if x.is_nan() {
        return out.push_str("NaN");
    }
    if x.is_infinite() {
        return out.push_str(if x > 0.0 { "Infinity" } else { "-Infinity" });
    }
    let size = x.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        let shown = format!("{x}");
        out.push_str(&shown);
        if !shown.contains('.') {
            out.push_str(".0");
        }
        return;
    }
    let shown = format!("{x:e}");
    let (digits, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    out.push_str(digits);
    if !digits.contains('.') {
        out.push_str(".0");
    }
    out.push('E');
    out.push_str(exponent);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: Number) -> String {
        let mut out = String::new();
        number.write(&mut out);
        out
    }

    fn read(text: &str) -> Number {
        Number::parse(text).expect("a number")
    }

    fn calc(a: &str, op: fn(Number, Number) -> Result<Number, Failure>, b: &str) -> String {
        op(read(a), read(b)).map_or_else(|failure| format!("{failure:?}"), shown)
    }

    #[test]
    fn written_digits_are_kept_and_results_are_normalised() {
        assert_eq!(shown(read("-15.50")), "-15.50");
        assert_eq!(shown(read("0.05")), "0.05");
        assert_eq!(shown(read("-0.005")), "-0.005");
        assert_eq!(shown(read("1e-2147483648")), "0.0");
        assert_eq!(calc("4", Number::mul, "0.5"), "2");
        assert_eq!(calc("0.1", Number::add, "0.2"), "0.3");
        assert_eq!(calc("1000000", Number::add, "0.05"), "1000000.05");
    }

    #[test]
    fn quotients_are_whole_exact_or_the_nearest_double() {
        assert_eq!(calc("5", Number::div, "5"), "1");
        assert_eq!(calc("7", Number::div, "2"), "3.5");
        assert_eq!(calc("3", Number::div, "100"), "0.03");
        assert_eq!(calc("10", Number::div, "3"), "3.3333333333333335");
        assert_eq!(calc("1", Number::div, "0.0"), "DivideByZero");
        assert_eq!(calc("-9223372036854775808", Number::div, "-1"), "Overflow");
    }

    #[test]
    fn whole_numbers_never_wrap_and_wide_decimals_stay_exact() {
        assert_eq!(calc("9223372036854775807", Number::add, "1"), "Overflow");
        assert_eq!(
            calc("123456789.123456789", Number::mul, "987654321.987654321"),
            "121932631356500531.347203169112635269"
        );
        assert!(Number::parse("1e400").is_none());
        assert!(Number::parse("12a").is_none() && Number::parse("").is_none() && Number::parse("-").is_none());
    }

    #[test]
    fn numbers_of_every_width_have_one_order() {
        let mut numbers: Vec<Number> =
            ["0", "-1", "1", "0.1", "-0.1", "170141183460469231731687303715884105727", "9223372036854775807"]
                .iter()
                .map(|text| read(text))
                .collect();
        let digits = 170_141_183_460_469_231_731_687_303_715_884_105_727;
        numbers.extend([0, 20, 38, 60].map(|scale| Number::Exact(Wide::new(digits, scale))));
        numbers.extend([0, 20, 38, 60].map(|scale| Number::Exact(Wide::new(-digits, scale))));
        let floats = [0.0, -0.0, 1e-300, -1e-300, 1e300, -1e300, 1e38, 1.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
        numbers.extend(floats.map(Number::Float));
        for a in &numbers {
            assert_eq!(a.compare(*a), Ordering::Equal);
            for b in &numbers {
                assert_eq!(a.compare(*b), b.compare(*a).reverse(), "{a:?} {b:?}");
                for c in &numbers {
                    if a.compare(*b).is_le() && b.compare(*c).is_le() {
                        assert!(a.compare(*c).is_le(), "{a:?} {b:?} {c:?}");
                    }
                }
            }
        }
        let tenth = Number::Exact(Wide::new(1, 60));
        assert_eq!(tenth.compare(read("100000000000000000000")), Ordering::Less);
    }

    #[test]
    fn doubles_print_as_in_java() {
        for (x, text) in
            [(3.0, "3.0"), (0.1, "0.1"), (1e7, "1.0E7"), (0.0001, "1.0E-4"), (123456.5, "123456.5"), (-0.0, "-0.0")]
        {
            assert_eq!(shown(Number::Float(x)), text);
        }
    }
}
