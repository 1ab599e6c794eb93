//! Whole numbers in Japanese, Korean and Chinese words: units of ten up to a thousand, then of ten thousand.

const TEN_THOUSANDS: [u64; 4] = [10_000_000_000_000_000, 1_000_000_000_000, 100_000_000, 10_000];

/// A language whose numbers differ from the others' only in their signs.
struct Signs {
    digits: [&'static str; 10],
    ten: &'static str,
    hundred: &'static str,
    thousand: &'static str,
    /// From the largest of [`TEN_THOUSANDS`].
    units: [&'static str; 4],
    /// Between groups of four digits.
    blank: &'static str,
    /// Whether ten thousand is said without a leading one.
    bare_ten_thousand: bool,
}

static JAPANESE: Signs = Signs {
    digits: ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"],
    ten: "十",
    hundred: "百",
    thousand: "千",
    units: ["京", "兆", "億", "万"],
    blank: "",
    bare_ten_thousand: false,
};

static KOREAN: Signs = Signs {
    digits: ["", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"],
    ten: "십",
    hundred: "백",
    thousand: "천",
    units: ["경", "조", "억", "만"],
    blank: " ",
    bare_ten_thousand: true,
};

pub fn japanese(n: u64) -> String {
    if n == 0 { "〇".to_owned() } else { JAPANESE.spell(n) }
}

pub fn korean(n: u64) -> String {
    if n == 0 { "공".to_owned() } else { KOREAN.spell(n) }
}

impl Signs {
    fn spell(&self, mut n: u64) -> String {
        let mut words = String::new();
        for (size, unit) in TEN_THOUSANDS.iter().zip(self.units) {
            let count = n / size;
            n %= size;
            if count == 0 {
                continue;
            }
            if !words.is_empty() {
                words.push_str(self.blank);
            }
            let bare = self.bare_ten_thousand && *size == 10_000 && count == 1;
            // A bare unit opens a number only; behind a larger one it is counted by the rule for its rest, which is the same.
            if !bare {
                self.below_ten_thousand(count, &mut words);
            }
            words.push_str(unit);
        }
        if n > 0 {
            if !words.is_empty() {
                words.push_str(self.blank);
            }
            self.below_ten_thousand(n, &mut words);
        }
        words
    }

    fn below_ten_thousand(&self, mut n: u64, words: &mut String) {
        for (size, unit) in [(1000, self.thousand), (100, self.hundred), (10, self.ten)] {
            let count = n / size;
            n %= size;
            if count > 1 {
                words.push_str(self.digits[count as usize]);
            }
            if count > 0 {
                words.push_str(unit);
            }
        }
        words.push_str(self.digits[n as usize]);
    }
}

const CHINESE: [&str; 10] = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// Unit, its sign, and the smallest rest that follows it without a zero sign between.
const CHINESE_UNITS: [(u64, &str, u64); 6] = [
    (10_000_000_000_000_000, "京", 1_000_000_000_000),
    (1_000_000_000_000, "兆", 10_000_000),
    (100_000_000, "亿", 10_000),
    (10_000, "万", 1000),
    (1000, "千", 100),
    (100, "百", 10),
];

pub fn chinese(n: u64) -> String {
    for (size, unit, adjacent) in CHINESE_UNITS {
        if n >= size {
            let mut words = chinese(n / size);
            words.push_str(unit);
            chinese_rest(n % size, adjacent, &mut words);
            return words;
        }
    }
    match (n / 10, n % 10) {
        (0, ones) => CHINESE[ones as usize].to_owned(),
        (tens, ones) => {
            let tens = if tens > 1 { CHINESE[tens as usize] } else { "" };
            let ones = if ones > 0 { CHINESE[ones as usize] } else { "" };
            format!("{tens}十{ones}")
        }
    }
}

fn chinese_rest(rest: u64, adjacent: u64, words: &mut String) {
    if rest == 0 {
        return;
    }
    if rest < adjacent {
        words.push('〇');
    }
    if (10..20).contains(&rest) {
        words.push('一');
    }
    words.push_str(&chinese(rest));
}
