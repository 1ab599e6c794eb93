//! Whole numbers in English, French, German, Italian and Spanish words.

const ENGLISH: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ENGLISH_TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

const WESTERN: [(u64, &str); 6] = [
    (1_000_000_000_000_000, "quadrillion"),
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1000, "thousand"),
    (100, "hundred"),
];
const INDIAN: [(u64, &str); 6] = [
    (1_000_000_000_000_000, "quadrillion"),
    (1_000_000_000_000, "trillion"),
    (10_000_000, "crore"),
    (100_000, "lakh"),
    (1000, "thousand"),
    (100, "hundred"),
];

pub fn english(n: u64) -> String {
    english_by(n, &WESTERN)
}

/// With lakh and crore.
pub fn indian_english(n: u64) -> String {
    english_by(n, &INDIAN)
}

fn english_by(n: u64, units: &[(u64, &str)]) -> String {
    if let Some((size, unit)) = units.iter().find(|(size, _)| n >= *size) {
        let count = english_by(n / size, units);
        return match n % size {
            0 => format!("{count} {unit}"),
            rest => format!("{count} {unit} {}", english_by(rest, units)),
        };
    }
    match (n / 10, n % 10) {
        (0 | 1, _) => ENGLISH[n as usize].to_owned(),
        (tens, 0) => ENGLISH_TENS[tens as usize].to_owned(),
        (tens, ones) => format!("{}-{}", ENGLISH_TENS[tens as usize], ENGLISH[ones as usize]),
    }
}

/// Million, milliard and so on: the singular with its article, and the plural.
type Large = [(u64, &'static str, &'static str); 4];

/// A large unit and its count, then the rest, with blanks between.
fn with_large(
    n: u64,
    units: &[(u64, &str, &str)],
    count: fn(u64) -> String,
    rest: impl Fn(u64) -> String,
) -> Option<String> {
    let (size, one, many) = units.iter().find(|(size, ..)| n >= *size)?;
    let mut words = match n / size {
        1 => (*one).to_owned(),
        several => format!("{} {many}", count(several)),
    };
    if !n.is_multiple_of(*size) {
        words.push(' ');
        words.push_str(&rest(n % size));
    }
    Some(words)
}

const FRENCH: [&str; 20] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
];
const FRENCH_TENS: [&str; 7] = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante"];
const FRENCH_LARGE: Large = [
    (1_000_000_000_000_000, "un billiard", "billiards"),
    (1_000_000_000_000, "un billion", "billions"),
    (1_000_000_000, "un milliard", "milliards"),
    (1_000_000, "un million", "millions"),
];

pub fn french(n: u64) -> String {
    if let Some(words) = with_large(n, &FRENCH_LARGE, french_count, french) {
        return words;
    }
    match n {
        0..20 => FRENCH[n as usize].to_owned(),
        20..80 => french_tens(n),
        80 => "quatre-vingts".to_owned(),
        81..100 => format!("quatre-vingt-{}", FRENCH[n as usize - 80]),
        100 => "cent".to_owned(),
        101..200 => format!("cent {}", french(n - 100)),
        200..1000 if n.is_multiple_of(100) => format!("{} cents", FRENCH[n as usize / 100]),
        200..1000 => format!("{} cent {}", FRENCH[n as usize / 100], french(n % 100)),
        _ => {
            let thousands = if n < 2000 { "mille".to_owned() } else { format!("{} mille", french_count(n / 1000)) };
            if n.is_multiple_of(1000) { thousands } else { format!("{thousands} {}", french(n % 1000)) }
        }
    }
}

/// 20 to 79: sixty goes on to nineteen.
fn french_tens(n: u64) -> String {
    let tens = (n / 10).min(6);
    match n - tens * 10 {
        0 => FRENCH_TENS[tens as usize].to_owned(),
        ones @ (1 | 11) => format!("{}-et-{}", FRENCH_TENS[tens as usize], FRENCH[ones as usize]),
        ones => format!("{}-{}", FRENCH_TENS[tens as usize], FRENCH[ones as usize]),
    }
}

/// Before another numeral, `vingt` and `cent` take no `s`.
fn french_count(n: u64) -> String {
    let words = french(n);
    match n < 1000 && (n % 100 == 80 || (n >= 200 && n.is_multiple_of(100))) {
        true => words.trim_end_matches('s').to_owned(),
        false => words,
    }
}

const GERMAN: [&str; 20] = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const GERMAN_TENS: [&str; 10] =
    ["", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];
const GERMAN_LARGE: Large = [
    (1_000_000_000_000_000, "eine Billiarde", "Billiarden"),
    (1_000_000_000_000, "eine Billion", "Billionen"),
    (1_000_000_000, "eine Milliarde", "Milliarden"),
    (1_000_000, "eine Million", "Millionen"),
];

pub fn german(n: u64) -> String {
    german_by(n, "eins")
}

/// With the form that a final one takes: `eins`, `ein` before a noun, `eine` before a feminine one.
fn german_by(n: u64, one: &str) -> String {
    if let Some(words) = with_large(n, &GERMAN_LARGE, |count| german_by(count, "eine"), |rest| german_by(rest, one)) {
        return words;
    }
    let ended = |head: String, rest: u64| if rest == 0 { head } else { head + &german_by(rest, one) };
    match n {
        1 => one.to_owned(),
        0..20 => GERMAN[n as usize].to_owned(),
        20..100 => match n % 10 {
            0 => GERMAN_TENS[n as usize / 10].to_owned(),
            ones => format!("{}und{}", german_by(ones, "ein"), GERMAN_TENS[n as usize / 10]),
        },
        100..1000 => ended(german_by(n / 100, "ein") + "hundert", n % 100),
        _ => ended(german_by(n / 1000, "ein") + "tausend", n % 1000),
    }
}

const ITALIAN: [&str; 20] = [
    "zero",
    "uno",
    "due",
    "tre",
    "quattro",
    "cinque",
    "sei",
    "sette",
    "otto",
    "nove",
    "dieci",
    "undici",
    "dodici",
    "tredici",
    "quattordici",
    "quindici",
    "sedici",
    "diciassette",
    "diciotto",
    "diciannove",
];
const ITALIAN_TENS: [&str; 10] =
    ["", "", "venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"];
const ITALIAN_LARGE: Large = [
    (1_000_000_000_000_000, "un biliardo", "biliardi"),
    (1_000_000_000_000, "un bilione", "bilioni"),
    (1_000_000_000, "un miliardo", "miliardi"),
    (1_000_000, "un milione", "milioni"),
];

/// How an Italian number ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// `uno`, `ventuno`, `ventitré`.
    Full,
    /// Before a noun: `un`, `ventun`.
    Noun,
    /// Before `mila`: as before a noun, and `ventitre`.
    Thousands,
}

pub fn italian(n: u64) -> String {
    italian_by(n, Ending::Full)
}

fn italian_by(n: u64, ending: Ending) -> String {
    let count = |count| italian_by(count, Ending::Noun);
    if let Some(words) = with_large(n, &ITALIAN_LARGE, count, |rest| italian_by(rest, ending)) {
        return words;
    }
    match n {
        1 if ending != Ending::Full => "un".to_owned(),
        0..20 => ITALIAN[n as usize].to_owned(),
        20..100 => italian_tens(n, ending),
        100..1000 => {
            let hundreds = if n < 200 { String::new() } else { ITALIAN[n as usize / 100].to_owned() };
            hundreds + "cent" + &italian_behind_hundred(n % 100, ending)
        }
        _ => {
            let mille = if n < 2000 { "mille".to_owned() } else { italian_by(n / 1000, Ending::Thousands) + "mila" };
            if n.is_multiple_of(1000) { mille } else { mille + &italian_by(n % 1000, ending) }
        }
    }
}

/// 20 to 99: the tens lose their vowel before `uno` and `otto`; a final three is stressed.
fn italian_tens(n: u64, ending: Ending) -> String {
    let tens = ITALIAN_TENS[n as usize / 10];
    let stem = &tens[..tens.len() - 1];
    match n % 10 {
        0 => tens.to_owned(),
        1 if ending == Ending::Full => format!("{stem}uno"),
        1 => format!("{stem}un"),
        3 if ending != Ending::Thousands => format!("{tens}tré"),
        8 => format!("{stem}otto"),
        ones => format!("{tens}{}", ITALIAN[ones as usize]),
    }
}

/// What follows `cent`: its `o` is lost before `otto` and `ottanta`.
fn italian_behind_hundred(rest: u64, ending: Ending) -> String {
    match rest {
        0 => "o".to_owned(),
        3 if ending != Ending::Thousands => "otré".to_owned(),
        8 | 80..90 => italian(rest),
        _ => format!("o{}", italian(rest)),
    }
}

const SPANISH: [&str; 30] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const SPANISH_TENS: [&str; 10] =
    ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
const SPANISH_HUNDREDS: [&str; 10] = [
    "",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
];
const SPANISH_LARGE: [(u64, &str, &str); 2] =
    [(1_000_000_000_000, "un billón", "billones"), (1_000_000, "un millón", "millones")];

pub fn spanish(n: u64) -> String {
    spanish_by(n, false)
}

/// Before a noun, a final `uno` is `un`.
fn spanish_by(n: u64, noun: bool) -> String {
    let count = |count| spanish_by(count, true);
    if let Some(words) = with_large(n, &SPANISH_LARGE, count, |rest| spanish_by(rest, noun)) {
        return words;
    }
    match n {
        1 if noun => "un".to_owned(),
        21 if noun => "veintiún".to_owned(),
        0..30 => SPANISH[n as usize].to_owned(),
        30..100 => match n % 10 {
            0 => SPANISH_TENS[n as usize / 10].to_owned(),
            ones => format!("{} y {}", SPANISH_TENS[n as usize / 10], spanish_by(ones, noun)),
        },
        100 => "cien".to_owned(),
        101..1000 => {
            let hundreds = SPANISH_HUNDREDS[n as usize / 100];
            if n.is_multiple_of(100) {
                hundreds.to_owned()
            } else {
                format!("{hundreds} {}", spanish_by(n % 100, noun))
            }
        }
        _ => {
            let thousands = if n < 2000 { "mil".to_owned() } else { format!("{} mil", spanish_by(n / 1000, true)) };
            if n.is_multiple_of(1000) { thousands } else { format!("{thousands} {}", spanish_by(n % 1000, noun)) }
        }
    }
}
