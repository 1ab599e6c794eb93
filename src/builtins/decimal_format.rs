//! Numbers to text by Java's `DecimalFormat` patterns: `#,##0.00`, `0%`, `$#,##0.00;($#,##0.00)`, `0.00E0`.
//!
//! Digits that the pattern has no room for are rounded half to even, Java's default.

use crate::value::Number;

/// Whether a format is a number pattern: it holds a `0` or `#` outside of quotes.
pub fn is_pattern(format: &str) -> bool {
    let mut quoted = false;
    format.bytes().any(|byte| {
        quoted ^= byte == b'\'';
        !quoted && (byte == b'0' || byte == b'#')
    })
}

/// Writes a number by a pattern, or tells what is wrong with the pattern.
pub fn format(number: Number, pattern: &str) -> Result<String, String> {
    let layout = Layout::read(pattern)?;
    let mut digits = Digits::of(number);
    digits.point += layout.shift;
    let mut out = String::with_capacity(pattern.len() + 16);
    let (prefix, suffix) = match (digits.negative, &layout.negative) {
        (false, _) => (&layout.prefix, &layout.suffix),
        (true, Some((prefix, suffix))) => (prefix, suffix),
        (true, None) => {
            out.push('-');
            (&layout.prefix, &layout.suffix)
        }
    };
    out.push_str(prefix);
    match layout.exponent {
        Some(least) => layout.write_scientific(&mut digits, least, &mut out),
        None => layout.write_plain(&mut digits, &mut out),
    }
    out.push_str(suffix);
    Ok(out)
}

/// A pattern, read.
struct Layout {
    prefix: String,
    suffix: String,
    /// Of the part behind `;`, if there is one.
    negative: Option<(String, String)>,
    least_whole: usize,
    /// With an exponent: how many digits may stand before the point.
    most_whole: usize,
    least_fraction: usize,
    most_fraction: usize,
    /// Digits between commas; 0 for none.
    group: usize,
    point_always: bool,
    /// Decimal places that `%` (2) or `‰` (3) move the point.
    shift: i32,
    /// The fewest digits of the exponent.
    exponent: Option<usize>,
}

/// What the digits of a pattern say.
#[derive(Default)]
struct Counts {
    /// `#` before the zeros, `0`, `#` behind them.
    left: usize,
    zeros: usize,
    right: usize,
    point: Option<usize>,
    /// Digits since the last comma.
    group: Option<usize>,
    exponent: Option<usize>,
}

impl Layout {
    fn read(pattern: &str) -> Result<Layout, String> {
        let chars: Vec<char> = pattern.chars().collect();
        let mut at = 0;
        let mut shift = 0;
        let prefix = affix(&chars, &mut at, &mut shift)?;
        let counts = Counts::read(&chars, &mut at)?.settled();
        counts.check()?;
        let suffix = affix(&chars, &mut at, &mut shift)?;
        let mut negative = None;
        if chars.get(at) == Some(&';') {
            at += 1;
            let mut ignored = 0;
            let before = affix(&chars, &mut at, &mut ignored)?;
            while chars.get(at).is_some_and(|c| "#0,.E".contains(*c)) {
                at += 1;
            }
            let behind = affix(&chars, &mut at, &mut ignored)?;
            if (&before, &behind) != (&prefix, &suffix) {
                negative = Some((before, behind));
            }
        }
        if let Some(c) = chars.get(at) {
            return Err(format!("`{c}` must stand in single quotes here"));
        }
        let total = counts.left + counts.zeros + counts.right;
        let least_whole = counts.point.unwrap_or(total) - counts.left;
        Ok(Layout {
            prefix,
            suffix,
            negative,
            least_whole,
            most_whole: counts.left + least_whole,
            least_fraction: counts.point.map_or(0, |point| counts.left + counts.zeros - point),
            most_fraction: counts.point.map_or(0, |point| total - point),
            group: counts.group.unwrap_or(0),
            point_always: counts.point.is_some_and(|point| point == 0 || point == total),
            shift,
            exponent: counts.exponent,
        })
    }

    fn write_plain(&self, digits: &mut Digits, out: &mut String) {
        digits.round(digits.point + self.most_fraction as i32);
        let whole = self.least_whole.max(usize::try_from(digits.point).unwrap_or(0));
        for left in (0..whole).rev() {
            out.push(digits.at(digits.point - 1 - left as i32));
            if self.group > 0 && left > 0 && left % self.group == 0 {
                out.push(',');
            }
        }
        let written = usize::try_from(digits.len() as i32 - digits.point).unwrap_or(0).min(self.most_fraction);
        let fraction = written.max(self.least_fraction);
        if whole == 0 && fraction == 0 {
            out.push('0');
        }
        if self.point_always || fraction > 0 {
            out.push('.');
        }
        for place in 0..fraction {
            out.push(digits.at(digits.point + place as i32));
        }
    }

    fn write_scientific(&self, digits: &mut Digits, least_exponent: usize, out: &mut String) {
        digits.round((self.most_whole + self.most_fraction) as i32);
        let (repeat, mut least_whole) = (self.most_whole as i32, self.least_whole as i32);
        let mut exponent = digits.point;
        if repeat > 1 && repeat > least_whole {
            let from = if exponent >= 1 { exponent - 1 } else { exponent - repeat };
            exponent = from / repeat * repeat;
            least_whole = 1;
        } else {
            exponent -= least_whole;
        }
        let mut whole = digits.point - exponent;
        if digits.len() == 0 {
            (exponent, whole) = (0, least_whole);
        }
        let least = ((self.least_whole + self.least_fraction) as i32).max(whole);
        let total = least.max(digits.len() as i32);
        for place in 0..total {
            if place == whole {
                out.push('.');
            }
            out.push(digits.at(place));
        }
        if self.point_always && total == whole {
            out.push('.');
        }
        let sign = if exponent < 0 { "-" } else { "" };
        out.push_str(&format!("E{sign}{:0>least_exponent$}", exponent.unsigned_abs()));
    }
}

impl Counts {
    fn read(chars: &[char], at: &mut usize) -> Result<Counts, String> {
        let mut counts = Counts::default();
        while let Some(c) = chars.get(*at) {
            match c {
                '#' if counts.zeros > 0 => counts.right += 1,
                '#' => counts.left += 1,
                '0' if counts.right > 0 => return Err("a `0` stands behind `0#`".to_owned()),
                '0' => counts.zeros += 1,
                ',' => counts.group = Some(0),
                '.' if counts.point.is_some() => return Err("it has two points".to_owned()),
                '.' => counts.point = Some(counts.left + counts.zeros + counts.right),
                'E' => {
                    let zeros = chars[*at + 1..].iter().take_while(|c| **c == '0').count();
                    if zeros == 0 || counts.left + counts.zeros == 0 {
                        return Err("expected digits before `E` and `0` behind it".to_owned());
                    }
                    counts.exponent = Some(zeros);
                    *at += 1 + zeros;
                    break;
                }
                _ => break,
            }
            if matches!(c, '#' | '0') && counts.point.is_none() {
                counts.group = counts.group.map(|digits| digits + 1);
            }
            *at += 1;
        }
        Ok(counts)
    }

    /// `#.##` has a digit before the point all the same.
    fn settled(mut self) -> Counts {
        if let (0, 1.., Some(point)) = (self.zeros, self.left, self.point) {
            let whole = point.max(1);
            self.right = self.left - whole;
            self.left = whole - 1;
            self.zeros = 1;
        }
        self
    }

    fn check(&self) -> Result<(), String> {
        let misplaced = match self.point {
            None => self.right > 0,
            Some(point) => point < self.left || point > self.left + self.zeros,
        };
        match (misplaced, self.group) {
            (true, _) => Err("`#` and `0` are in no order that can be read".to_owned()),
            (false, Some(0)) => Err("expected digits behind the last `,`".to_owned()),
            (false, Some(_) | None) => Ok(()),
        }
    }
}

/// Reads a prefix or suffix: text, quoted text, `%`, `‰`, a currency sign.
fn affix(chars: &[char], at: &mut usize, shift: &mut i32) -> Result<String, String> {
    let mut text = String::new();
    let mut quoted = false;
    while let Some(c) = chars.get(*at) {
        match c {
            '\'' if chars.get(*at + 1) == Some(&'\'') => {
                text.push('\'');
                *at += 1;
            }
            '\'' => quoted = !quoted,
            _ if quoted => text.push(*c),
            '#' | '0' | ',' | '.' | ';' => break,
            '%' | '‰' if *shift != 0 => return Err(format!("it has a second `{c}`")),
            '%' | '‰' => {
                *shift = if *c == '%' { 2 } else { 3 };
                text.push(*c);
            }
            '¤' => text.push('$'),
            _ => text.push(*c),
        }
        *at += 1;
    }
    if quoted { Err("a quote is not closed".to_owned()) } else { Ok(text) }
}

/// The digits of a number, without leading and trailing zeros, and where the point is among them.
struct Digits {
    negative: bool,
    digits: Vec<u8>,
    point: i32,
}

impl Digits {
    fn of(number: Number) -> Digits {
        let shown = match number.exact() {
            Some(wide) => wide.to_string(),
            None => format!("{}", number.to_f64()),
        };
        let negative = shown.starts_with('-');
        let unsigned = shown.trim_start_matches('-');
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        let leading = all().take_while(|digit| *digit == b'0').count();
        let mut digits: Vec<u8> = all().skip(leading).filter(u8::is_ascii_digit).collect();
        trim_zeros(&mut digits);
        Digits { negative, digits, point: whole.len() as i32 - leading as i32 }
    }

    fn len(&self) -> usize {
        self.digits.len()
    }

    /// The digit at a place; `0` outside of the written ones.
    fn at(&self, place: i32) -> char {
        let digit = usize::try_from(place).ok().and_then(|place| self.digits.get(place));
        digit.map_or('0', |digit| *digit as char)
    }

    /// Keeps so many digits, rounding half to even.
    fn round(&mut self, keep: i32) {
        match usize::try_from(keep) {
            Ok(keep) if keep < self.digits.len() => self.drop_behind(keep),
            Ok(_) => {}
            Err(_) => self.digits.clear(),
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    fn drop_behind(&mut self, keep: usize) {
        let exactly_half = self.digits[keep] == b'5' && keep + 1 == self.digits.len();
        let even = keep == 0 || (self.digits[keep - 1] - b'0').is_multiple_of(2);
        let up = self.digits[keep] >= b'5' && !(exactly_half && even);
        self.digits.truncate(keep);
        if up {
            self.carry();
        }
        trim_zeros(&mut self.digits);
    }

    /// Adds one to the last digit.
    fn carry(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
        self.digits.insert(0, b'1');
        self.point += 1;
    }
}

fn trim_zeros(digits: &mut Vec<u8>) {
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: &str, pattern: &str) -> String {
        format(Number::parse(number).expect("a number"), pattern).unwrap_or_else(|why| format!("error: {why}"))
    }

    #[test]
    fn numbers_are_laid_out_as_in_java() {
        for (number, pattern, text) in [
            ("2434", "000000000", "000002434"),
            ("123123456", "##,###", "123,123,456"),
            ("12345654.1234", "$#,##0.00", "$12,345,654.12"),
            ("0.2", "0%", "20%"),
            ("-1234.5", "#,##0.00", "-1,234.50"),
            ("-1234.5", "#,##0.00;(#,##0.00)", "(1,234.50)"),
            ("0", "#", "0"),
            ("0.125", "0.00", "0.12"),
            ("0.135", "0.00", "0.14"),
            ("99.995", "0.00", "100.00"),
            ("12", "0.##", "12"),
            ("12345", "0.00E0", "1.23E4"),
            ("7", "'#'0", "#7"),
            ("5", "0 'o''clock'", "5 o'clock"),
        ] {
            assert_eq!(shown(number, pattern), text, "{number} by {pattern}");
        }
        assert!(shown("1", "0.0.0").starts_with("error"));
        assert!(shown("1", "#,").starts_with("error"));
        assert!(is_pattern("#") && !is_pattern("yyyy '0'"));
    }
}
