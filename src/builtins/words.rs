//! Numbers in words, for `toWords`.
//!
//! The wording is that of the Unicode project's spell-out rules, without their soft hyphens. Below the sign
//! and the digits behind the point, each language is one function from whole number to words; those of
//! Europe are in `words_european`, those of East Asia in `words_asian`.

use super::{words_asian, words_european};
use crate::fault::Fault;
use crate::value::Number;

/// A documented language.
struct Language {
    code: &'static str,
    whole: fn(u64) -> String,
    minus: &'static str,
    /// What is read for the point, blanks included.
    point: &'static str,
    /// What stands between digits behind the point.
    between: &'static str,
    /// The word for 0 before the point of a decimal, where it is another one.
    zero_point: Option<&'static str>,
}

const fn language(code: &'static str, whole: fn(u64) -> String, minus: &'static str, point: &'static str) -> Language {
    Language { code, whole, minus, point, between: " ", zero_point: None }
}

const fn unspaced(code: &'static str, whole: fn(u64) -> String, minus: &'static str, point: &'static str) -> Language {
    Language { code, whole, minus, point, between: "", zero_point: None }
}

static LANGUAGES: [Language; 10] = [
    language("en-us", words_european::english, "minus ", " point "),
    language("en-gb", words_european::english, "minus ", " point "),
    language("en-in", words_european::indian_english, "minus ", " point "),
    language("fr", words_european::french, "moins ", " virgule "),
    language("de", words_european::german, "minus ", " Komma "),
    language("it", words_european::italian, "meno ", " virgola "),
    unspaced("ja", words_asian::japanese, "マイナス", "・"),
    Language { zero_point: Some("영"), ..unspaced("ko", words_asian::korean, "마이너스 ", "점") },
    unspaced("zh", words_asian::chinese, "负", "点"),
    language("es", words_european::spanish, "menos ", " coma "),
];

/// The most digits of a whole number, and of a decimal (`deluge/help/functions/number/towords`).
const WHOLE_DIGITS: u32 = 18;
const DECIMAL_DIGITS: u32 = 15;

/// A number in the words of a language.
pub fn spell(number: Number, code: &str) -> Result<String, Fault> {
    let Some(language) = LANGUAGES.iter().find(|language| language.code.eq_ignore_ascii_case(code)) else {
        let codes: Vec<_> = LANGUAGES.iter().map(|language| format!("`{}`", language.code)).collect();
        return Err(Fault::value(format!("expected a language out of {}, found `{code}`", codes.join(", "))));
    };
    let wide = number.exact().map(|wide| wide.normalised()).ok_or_else(too_long)?;
    let digits = wide.mantissa.unsigned_abs().checked_ilog10().map_or(1, |log| log + 1).max(u32::from(wide.scale) + 1);
    if digits > if wide.scale > 0 { DECIMAL_DIGITS } else { WHOLE_DIGITS } {
        return Err(too_long());
    }
    let whole = u64::try_from(wide.trunc().unsigned_abs()).map_err(|_| too_long())?;
    let mut words = String::new();
    if wide.mantissa < 0 {
        words.push_str(language.minus);
    }
    match language.zero_point {
        Some(zero) if whole == 0 && wide.scale > 0 => words.push_str(zero),
        Some(_) | None => words.push_str(&(language.whole)(whole)),
    }
    if wide.scale > 0 {
        words.push_str(language.point);
        let shown = wide.to_string();
        let fraction = shown.split_once('.').map_or("", |(_, fraction)| fraction);
        let spelled: Vec<_> = fraction.bytes().map(|digit| (language.whole)((digit - b'0').into())).collect();
        words.push_str(&spelled.join(language.between));
    }
    Ok(words)
}

#[cold]
fn too_long() -> Fault {
    Fault::value("expected at most 18 digits of a whole number, or 15 of a decimal, to put into words")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(number: &str, code: &str) -> String {
        spell(Number::parse(number).expect("a number"), code).unwrap_or_else(|fault| format!("error: {fault}"))
    }

    #[test]
    fn each_language_has_its_own_corners() {
        for (code, number, words) in [
            ("en-us", "1989.13", "one thousand nine hundred eighty-nine point one three"),
            ("en-gb", "-12", "minus twelve"),
            ("en-in", "1234567", "twelve lakh thirty-four thousand five hundred sixty-seven"),
            ("fr", "71", "soixante-et-onze"),
            ("fr", "80", "quatre-vingts"),
            ("fr", "80200", "quatre-vingt mille deux cents"),
            ("fr", "91.05", "quatre-vingt-onze virgule zéro cinq"),
            ("de", "21", "einundzwanzig"),
            ("de", "1000001", "eine Million eins"),
            ("de", "21000", "einundzwanzigtausend"),
            ("it", "28", "ventotto"),
            ("it", "123", "centoventitré"),
            ("it", "23000", "ventitremila"),
            ("it", "180", "centottanta"),
            ("es", "21000", "veintiún mil"),
            ("es", "1000000000", "mil millones"),
            ("es", "101", "ciento uno"),
            ("ja", "10000", "一万"),
            ("ja", "-1100.05", "マイナス千百・〇五"),
            ("ko", "0", "공"),
            ("ko", "0.5", "영점오"),
            ("ko", "12345", "만 이천삼백사십오"),
            ("zh", "1010", "一千〇一十"),
            ("zh", "100010", "十万〇一十"),
            ("zh", "110", "一百一十"),
        ] {
            assert_eq!(spelled(number, code), words, "{number} in {code}");
        }
    }

    #[test]
    fn length_and_language_are_checked() {
        assert!(spelled("1000000000000000000", "de").starts_with("error"));
        assert!(spelled("1234567890.123456", "de").starts_with("error"));
        assert!(spelled("1", "xx").contains("`en-gb`"));
        assert_eq!(spelled("2.50", "EN-US"), "two point five");
    }
}
