//! Java's regular expression syntax rewritten for the engine.
//!
//! The two mostly agree. Rewritten are: classes that are ASCII in Java (`\d`, `\w`, `\s`, `\p{Alpha}`),
//! escapes that only Java has (`\h`, `\Q…\E`, `\u0041`), line ends (`.`, `$`), and free-spacing mode.
//! What Java refuses, such as a lone `{`, is refused here.

/// How a pattern is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    pub ignore_case: bool,
    /// The pattern must fit the whole text.
    pub whole: bool,
    /// The text ends in a line end, before which `$` fits too.
    pub before_line_end: bool,
}

const SPACE: &str = r" \t\n\x0B\x0C\r";
const HORIZONTAL: &str = r" \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}";
const VERTICAL: &str = r"\n\x0B\x0C\r\x{85}\x{2028}\x{2029}";
const LINE_END: &str = r"\n\r\x{85}\x{2028}\x{2029}";

/// Classes nested deeper than this are refused.
const DEEPEST_CLASS: usize = 32;

/// The pattern in the engine's syntax, or what is wrong with it.
pub fn translate(pattern: &str, mode: Mode) -> Result<String, String> {
    let mut translator = Translator {
        chars: pattern.chars().collect(),
        at: 0,
        out: String::with_capacity(pattern.len() + 16),
        flags: Flags::default(),
        outer: Vec::new(),
        mode,
        groups: capturing_groups(pattern),
    };
    if mode.ignore_case {
        translator.out.push_str("(?i)");
    }
    if mode.whole {
        translator.out.push_str(r"\A(?:");
    }
    translator.sequence()?;
    if mode.whole {
        translator.out.push_str(r")\z");
    }
    Ok(translator.out)
}

#[derive(Clone, Copy, Default)]
struct Flags {
    dot_all: bool,
    multi_line: bool,
    spacing: bool,
    unix_lines: bool,
    /// `\d`, `\w` and `\s` are those of all alphabets.
    unicode: bool,
}

struct Translator {
    chars: Vec<char>,
    at: usize,
    out: String,
    flags: Flags,
    /// The flags around each open group.
    outer: Vec<Flags>,
    mode: Mode,
    groups: usize,
}

/// What an escape stands for.
enum Escape {
    Char(char),
    /// The inside of a class, and whether it is negated.
    Class(String, bool),
}

impl Translator {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let found = wanted.chars().enumerate().all(|(offset, c)| self.chars.get(self.at + offset) == Some(&c));
        if found {
            self.at += wanted.chars().count();
        }
        found
    }

    fn sequence(&mut self) -> Result<(), String> {
        while let Some(c) = self.next() {
            match c {
                '\\' => self.escaped()?,
                '[' => self.class(0)?,
                '(' => self.group()?,
                ')' => {
                    self.flags = self.outer.pop().ok_or("unmatched `)`")?;
                    self.out.push(')');
                }
                '.' => self.dot(),
                '^' => self.out.push_str(if self.flags.multi_line { "(?m:^)" } else { "^" }),
                '$' => self.end(self.flags.multi_line),
                '{' => self.repetition()?,
                '}' => self.out.push_str(r"\}"),
                ']' => self.out.push_str(r"\]"),
                '#' if self.flags.spacing => while self.next().is_some_and(|c| c != '\n') {},
                c if self.flags.spacing && c.is_whitespace() => {}
                c => self.out.push(c),
            }
        }
        if self.outer.is_empty() { Ok(()) } else { Err("unclosed group: `)` is missing".to_owned()) }
    }

    fn dot(&mut self) {
        match (self.flags.dot_all, self.flags.unix_lines) {
            (true, _) => self.out.push_str("(?s:.)"),
            (false, true) => self.out.push_str(r"[^\n]"),
            (false, false) => {
                self.out.push_str("[^");
                self.out.push_str(LINE_END);
                self.out.push(']');
            }
        }
    }

    fn end(&mut self, multi_line: bool) {
        match (multi_line, self.mode.before_line_end) {
            (true, _) => self.out.push_str("(?m:$)"),
            (false, false) => self.out.push_str(r"\z"),
            (false, true) => self.out.push_str(r"(?=(?:\r\n|[\n\r\x{85}\x{2028}\x{2029}])?\z)"),
        }
    }

    /// `{2}`, `{2,}`, `{2,5}`.
    fn repetition(&mut self) -> Result<(), String> {
        let rest = &self.chars[self.at..];
        let length =
            rest.iter().position(|c| *c == '}').ok_or("illegal repetition: `{` begins a count such as `{2}`")?;
        let count: String = rest[..length].iter().collect();
        let (least, most) = count.split_once(',').unwrap_or((&count, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let bounds = (least.parse::<u32>(), most.parse::<u32>());
        let disordered = matches!(bounds, (Ok(least), Ok(most)) if least > most);
        if least.is_empty() || !digits(least) || !digits(most) || disordered || self.out.is_empty() {
            return Err(format!("illegal repetition `{{{count}}}`: `{{` begins a count such as `{{2}}`"));
        }
        self.at += length + 1;
        self.out.push('{');
        self.out.push_str(&count);
        self.out.push('}');
        Ok(())
    }

    /// Behind an opening parenthesis.
    fn group(&mut self) -> Result<(), String> {
        self.outer.push(self.flags);
        if !self.eat("?") {
            self.out.push('(');
            return Ok(());
        }
        for plain in [":", "=", "!", ">", "<=", "<!"] {
            if self.eat(plain) {
                self.out.push_str("(?");
                self.out.push_str(plain);
                return Ok(());
            }
        }
        if self.eat("<") {
            let name = self.until('>').ok_or("unclosed group name: `>` is missing")?;
            self.out.push_str("(?<");
            self.out.push_str(&name);
            self.out.push('>');
            return Ok(());
        }
        self.inline_flags()
    }

    /// `(?i)` for the rest of the group, `(?i:…)` for a group.
    fn inline_flags(&mut self) -> Result<(), String> {
        let (mut on, mut ignore_case) = (true, None);
        loop {
            match self.next() {
                Some('-') => on = false,
                Some('i') => ignore_case = Some(on),
                Some('s') => self.flags.dot_all = on,
                Some('m') => self.flags.multi_line = on,
                Some('x') => self.flags.spacing = on,
                Some('d') => self.flags.unix_lines = on,
                Some('U') => self.flags.unicode = on,
                // Case is mapped in all alphabets anyway.
                Some('u') => {}
                Some(end @ (':' | ')')) => {
                    let case = match ignore_case {
                        Some(true) => "i",
                        Some(false) => "-i",
                        None => "",
                    };
                    if end == ')' {
                        self.outer.pop();
                        if !case.is_empty() {
                            self.out.push_str(&format!("(?{case})"));
                        }
                    } else {
                        self.out.push_str(&format!("(?{case}:"));
                    }
                    return Ok(());
                }
                Some(other) => return Err(format!("unknown group `(?{other}`")),
                None => return Err("unclosed group: `)` is missing".to_owned()),
            }
        }
    }

    /// The characters up to a closing one, which is skipped.
    fn until(&mut self, close: char) -> Option<String> {
        let length = self.chars[self.at..].iter().position(|c| *c == close)?;
        let inside = self.chars[self.at..self.at + length].iter().collect();
        self.at += length + 1;
        Some(inside)
    }

    /// Behind a backslash outside of a class.
    fn escaped(&mut self) -> Result<(), String> {
        match self.peek() {
            Some(c @ ('b' | 'B' | 'A' | 'G' | 'z')) => {
                self.at += 1;
                self.out.push('\\');
                self.out.push(c);
            }
            Some('Z') => {
                self.at += 1;
                self.end(false);
            }
            Some('R') => {
                self.at += 1;
                self.out.push_str(&format!(r"(?:\r\n|[{VERTICAL}])"));
            }
            Some('Q') => {
                self.at += 1;
                for c in self.quoted() {
                    push_literal(&mut self.out, c);
                }
            }
            Some('k') => {
                self.at += 1;
                let name = if self.eat("<") { self.until('>') } else { None };
                let name = name.ok_or("expected `<name>` after `\\k`")?;
                self.out.push_str(&format!(r"\k<{name}>"));
            }
            Some('1'..='9') => self.back_reference(),
            _ => match self.escape()? {
                Escape::Char(c) => push_literal(&mut self.out, c),
                Escape::Class(inside, negated) => {
                    self.out.push_str(if negated { "[^" } else { "[" });
                    self.out.push_str(&inside);
                    self.out.push(']');
                }
            },
        }
        Ok(())
    }

    /// As many digits as make the number of a group.
    fn back_reference(&mut self) {
        let mut number = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            let longer = number * 10 + digit as usize;
            if number > 0 && longer > self.groups {
                break;
            }
            number = longer;
            self.at += 1;
        }
        self.out.push_str(&format!(r"(?:\{number})"));
    }

    /// The characters of `\Q…\E`.
    fn quoted(&mut self) -> Vec<char> {
        let rest = &self.chars[self.at..];
        let end = rest.windows(2).position(|pair| pair == ['\\', 'E']);
        let inside = rest[..end.unwrap_or(rest.len())].to_vec();
        self.at += inside.len() + if end.is_some() { 2 } else { 0 };
        inside
    }

    /// Behind an opening bracket.
    fn class(&mut self, depth: usize) -> Result<(), String> {
        if depth > DEEPEST_CLASS {
            return Err(format!("classes are nested deeper than {DEEPEST_CLASS} levels"));
        }
        self.out.push('[');
        if self.eat("^") {
            self.out.push('^');
        }
        if self.peek() == Some(':') {
            // `[[:alpha:]]` is five plain characters in Java; doubled, the colon names no class.
            self.out.push(':');
        }
        let (mut first, mut after_char) = (true, false);
        loop {
            if self.eat("&&") {
                self.out.push_str("&&");
                (first, after_char) = (false, false);
                continue;
            }
            let c = self.next().ok_or("unclosed character class: `]` is missing")?;
            after_char = match c {
                ']' if !first => {
                    self.out.push(']');
                    return Ok(());
                }
                '[' => {
                    self.class(depth + 1)?;
                    false
                }
                '-' if after_char && !matches!(self.peek(), Some(']' | '[') | None) => {
                    self.out.push('-');
                    self.range_end()?;
                    false
                }
                '\\' if self.peek() == Some('Q') => {
                    self.at += 1;
                    for c in self.quoted() {
                        push_in_class(&mut self.out, c);
                    }
                    false
                }
                '\\' => match self.escape()? {
                    Escape::Char(c) => {
                        push_in_class(&mut self.out, c);
                        true
                    }
                    Escape::Class(inside, negated) => {
                        self.out.push_str(if negated { "[^" } else { "[" });
                        self.out.push_str(&inside);
                        self.out.push(']');
                        false
                    }
                },
                c if self.flags.spacing && c.is_whitespace() => after_char,
                c => {
                    push_in_class(&mut self.out, c);
                    true
                }
            };
            first = false;
        }
    }

    /// The upper end of a range such as `a-z`.
    fn range_end(&mut self) -> Result<(), String> {
        let end = match self.next() {
            Some('\\') => match self.escape()? {
                Escape::Char(c) => c,
                Escape::Class(..) => return Err("a range ends in a single character".to_owned()),
            },
            Some(c) => c,
            None => return Err("unclosed character class: `]` is missing".to_owned()),
        };
        push_in_class(&mut self.out, end);
        Ok(())
    }

    /// An escape that stands for a character or a class, in or out of brackets.
    fn escape(&mut self) -> Result<Escape, String> {
        let c = self.next().ok_or("expected a character after the last `\\`")?;
        let class = |inside: &str, negated: bool| Ok(Escape::Class(inside.to_owned(), negated));
        match c {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' if self.flags.unicode => class(&format!("\\{c}"), false),
            'd' | 'D' => class("0-9", c == 'D'),
            'w' | 'W' => class("a-zA-Z0-9_", c == 'W'),
            's' | 'S' => class(SPACE, c == 'S'),
            'h' | 'H' => class(HORIZONTAL, c == 'H'),
            'v' | 'V' => class(VERTICAL, c == 'V'),
            'p' | 'P' => self.property(c == 'P'),
            't' => Ok(Escape::Char('\t')),
            'n' => Ok(Escape::Char('\n')),
            'r' => Ok(Escape::Char('\r')),
            'f' => Ok(Escape::Char('\x0C')),
            'a' => Ok(Escape::Char('\x07')),
            'e' => Ok(Escape::Char('\x1B')),
            'c' => {
                let letter = self.next().filter(char::is_ascii).ok_or("expected a letter after `\\c`")?;
                Ok(Escape::Char((letter as u8 ^ 64) as char))
            }
            '0' => self.code(8, 3, "\\0"),
            'x' if self.eat("{") => {
                let digits = self.until('}').ok_or("unclosed `\\x{`")?;
                to_char(&digits, 16).map(Escape::Char)
            }
            'x' => self.code(16, 2, "\\x"),
            'u' => self.unicode(),
            c if c.is_ascii_alphabetic() => Err(format!("illegal escape `\\{c}`")),
            c => Ok(Escape::Char(c)),
        }
    }

    /// Up to `most` digits of a character's number.
    fn code(&mut self, radix: u32, most: usize, name: &str) -> Result<Escape, String> {
        let digits: String = self.chars[self.at..].iter().take(most).take_while(|c| c.is_digit(radix)).collect();
        if digits.is_empty() || (radix == 16 && digits.len() < most) {
            return Err(format!("expected digits after `{name}`"));
        }
        self.at += digits.len();
        to_char(&digits, radix).map(Escape::Char)
    }

    /// `\u0041`; a pair of surrogates is one character.
    fn unicode(&mut self) -> Result<Escape, String> {
        let four = |chars: &[char]| {
            let digits: String = chars.iter().take(4).collect();
            if digits.len() == 4 { u16::from_str_radix(&digits, 16).ok() } else { None }
        };
        let first = four(&self.chars[self.at..]).ok_or("expected four digits after `\\u`")?;
        self.at += 4;
        let mut units = vec![first];
        if (0xD800..0xDC00).contains(&first) && self.eat("\\u") {
            units.extend(four(&self.chars[self.at..]));
            self.at = (self.at + 4).min(self.chars.len());
        }
        let text = String::from_utf16(&units).map_err(|_| "half a surrogate pair")?;
        text.chars().next().map(Escape::Char).ok_or_else(|| "half a surrogate pair".to_owned())
    }

    /// `\p{Alpha}`, `\pL`, `\p{IsLatin}`.
    fn property(&mut self, negated: bool) -> Result<Escape, String> {
        let name = match self.next() {
            Some('{') => self.until('}').ok_or("unclosed `\\p{`")?,
            Some(letter) => letter.to_string(),
            None => return Err("expected a name after `\\p`".to_owned()),
        };
        let inside = match name.as_str() {
            "Lower" => "a-z".to_owned(),
            "Upper" => "A-Z".to_owned(),
            "ASCII" => r"\x00-\x7F".to_owned(),
            "Alpha" => "a-zA-Z".to_owned(),
            "Digit" => "0-9".to_owned(),
            "Alnum" => "a-zA-Z0-9".to_owned(),
            "Punct" => r"!-/:-@\[-`{-\~".to_owned(),
            "Graph" => r"!-\~".to_owned(),
            "Print" => r" -\~".to_owned(),
            "Blank" => r" \t".to_owned(),
            "Cntrl" => r"\x00-\x1F\x7F".to_owned(),
            "XDigit" => "0-9a-fA-F".to_owned(),
            "Space" => SPACE.to_owned(),
            "L1" => r"\x00-\x{FF}".to_owned(),
            "javaLowerCase" => r"\p{Lowercase}".to_owned(),
            "javaUpperCase" => r"\p{Uppercase}".to_owned(),
            "javaWhitespace" => r"\p{White_Space}".to_owned(),
            other if other.starts_with("In") || other.starts_with("java") => {
                return Err(format!("the property `\\p{{{other}}}` is not supported here"));
            }
            other => format!(r"\p{{{}}}", other.strip_prefix("Is").unwrap_or(other)),
        };
        Ok(Escape::Class(inside, negated))
    }
}

fn to_char(digits: &str, radix: u32) -> Result<char, String> {
    let number = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    number.ok_or_else(|| format!("`{digits}` is not the number of a character"))
}

fn push_literal(out: &mut String, c: char) {
    if "\\.+*?()|[]{}^$".contains(c) {
        out.push('\\');
    }
    out.push(c);
}

fn push_in_class(out: &mut String, c: char) {
    if "\\[]^-&~".contains(c) {
        out.push('\\');
    }
    out.push(c);
}

/// How many groups a pattern numbers.
fn capturing_groups(pattern: &str) -> usize {
    let (mut groups, mut escaped, mut in_class) = (0, false, false);
    for (at, c) in pattern.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let behind = &pattern[at + 1..];
                let named = behind.starts_with("?<") && !behind.starts_with("?<=") && !behind.starts_with("?<!");
                groups += usize::from(named || !behind.starts_with('?'));
            }
            _ => {}
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::regex::fits;

    #[test]
    fn java_patterns_fit_as_in_java() {
        for (pattern, text, fit) in [
            (r"\d+", "12", true),
            (r"\d+", "१२", false),
            (r"\w+", "é", false),
            (r"\s", "\u{A0}", false),
            (r"\h", "\u{A0}", true),
            (r"\p{Alpha}+\p{Punct}", "ab!", true),
            (r"\p{L}+", "äß", true),
            (r"\p{IsLatin}\P{Digit}", "äx", true),
            (r"[\w.-]+\@[\w-]+\.\w{2,}", "a.b-c@x-y.com", true),
            (r"\Q1+1\E=2", "1+1=2", true),
            (r"[\Q]\E]", "]", true),
            (r"\u0041\x42\t", "AB\t", true),
            (r"\uD83D\uDE00", "😀", true),
            (r"[a-z&&[^aeiou]]+", "xyz", true),
            (r"[a-z&&[^aeiou]]+", "xaz", false),
            (r"[]a]+", "a]", true),
            (r"a.c", "a\nc", false),
            (r"(?s)a.c", "a\nc", true),
            (r"(?s:.)b.", "\nb\n", false),
            (r"(?i)ABC", "abc", true),
            (r"(?x) a b # comment", "ab", true),
            (r"(?=.*\d)(?=.*[a-z]).{4,}", "abc1", true),
            (r"(a)(b)\2\1", "abba", true),
            (r"(a)\11", "aa1", true),
            (r"(?<x>a)\k<x>", "aa", true),
            (r"a++a", "aaa", false),
            (r"(?>a+)b", "aab", true),
            (r"a{2}+b", "aab", true),
            (r"a}]", "a}]", true),
            (r"\<b\>", "<b>", true),
            (r"\-\ \%\'", "- %'", true),
            (r"^abc$", "abc", true),
            (r"abc$\n", "abc\n", true),
            (r"[\d-x]+", "1-x", true),
            (r"[a-c-]+", "b-", true),
            (r"[~&#|^-]+", "~&#|^-", true),
            (r"x*+", "xxx", true),
        ] {
            assert_eq!(fits(text, pattern).map_err(|fault| fault.message()), Ok(fit), "{pattern} on {text}");
        }
    }

    #[test]
    fn what_java_refuses_is_refused() {
        for pattern in ["{", "a{", "a{x}", "(", ")", "[", "*a", r"\y", r"\", "[a", r"\p{Klingon}", "(?#a)", "a**"] {
            assert!(fits("a", pattern).is_err(), "{pattern}");
        }
    }
}
