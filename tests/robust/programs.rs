//! Random programs of a seed: calls of every built-in on odd values, whole scripts, damaged scripts.

use ararat::builtins::{self, On};

/// A small generator of numbers; the same seed gives the same program everywhere.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Values at the edges of every type.
const ODD: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "2",
    "7",
    "100",
    "9223372036854775807",
    "(-9223372036854775807 - 1)",
    "0.5",
    "-0.5",
    "1.50",
    "0.00000000000000000000000000000000001",
    "99999999999999999999999999999999999999.5",
    "(10 / 3)",
    "0.sqrt()",
    "(-1).exp()",
    "710.exp()",
    "\"\"",
    "\" \"",
    "\"a\"",
    "\"abc,def,,\"",
    "\"héllo 日本 🚀\"",
    "\"5\"",
    "\"-12.50\"",
    "\"1e400\"",
    "\"{\\\"a\\\":{\\\"b\\\":[1,2]}}\"",
    "\"[1,\\\"x\\\",null]\"",
    "\"<a b='c'><d>1</d></a>\"",
    "\"(\"",
    "\"\\\\\"",
    "\"$1\"",
    "\"%\"",
    "\"%ff%\"",
    "\"yyyy-MM-dd'T'HH:mm:ssXXX\"",
    "\"#,##0.00;(#)\"",
    "\"hex\"",
    "\"Monday\"",
    "\"GMT+25:00\"",
    "\"en-us\"",
    "\"0123456789abcdef\"",
    "\"x\".repeat(1000)",
    "\"01-Jan-2020\"",
    "'01-Jan-2020'",
    "'31-Dec-9999 23:59:59'",
    "'01-Jan-0001'",
    "'29-Feb-2020 12:30:45'",
    "zoho.currentdate",
    "List()",
    "{}",
    "{1, 2, 3}",
    "{3, \"2\", null, 1.5}",
    "{\"b\", \"a\", \"B\"}",
    "{true, {1}, {\"k\":2}}",
    "{'01-Jan-2020', '02-Jan-2020'}",
    "[\"Saturday\"]",
    "Map()",
    "{\"a\":1, \"b\":null}",
    "{1:{2:3}}",
    "{\"start\":9, \"end\":17}",
    "Collection()",
    "Collection(1, \"a\", null)",
    "Collection(\"k\":1, \"l\":\"x\")",
    "\"text\".toFile(\"a.txt\")",
    "\"a,b\".toFile(\"a.zip\")",
    "List:Int()",
    "List:String({1, 2})",
    "\"{\\\"l\\\":[1]}\".toMap().get(\"l\")",
];

/// Every name under which a built-in is called.
pub fn methods() -> Vec<&'static str> {
    let mut names: Vec<_> = builtins::all().map(|row| row.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A call of a built-in with random arguments, its result printed.
pub fn odd_call(name: &str, dice: &mut Dice) -> String {
    let Some(method) = builtins::find(name) else { return String::new() };
    let (least, most) = method.arity();
    let count = least + dice.below(most.min(least + 3).saturating_sub(least) + 1);
    let mut args: Vec<_> = (0..count).map(|_| dice.pick(ODD)).collect();
    let free = method.rows.iter().all(|row| row.on == On::Nothing);
    let call = if free || args.is_empty() {
        format!("{name}({})", args.join(", "))
    } else {
        let receiver = args.remove(0);
        format!("r.{name}({})", args.join(", ")).replacen('r', &format!("({receiver})"), 1)
    };
    format!("try {{ x = {call}; info x; info x == {}; }} catch (e) {{ info e; }}\n{call};", dice.pick(ODD))
}

const NAMES: &[&str] = &["a", "b", "list", "map", "total"];
const OPERATORS: &[&str] =
    &["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "in", "is not", "="];

/// A script that compiles more often than not.
pub fn program(dice: &mut Dice) -> String {
    let mut out = String::from("a = 1; b = \"x\"; list = {1, 2}; map = {\"k\":1}; total = 0.5;\n");
    for _ in 0..dice.below(8) + 1 {
        statement(dice, 3, &mut out);
    }
    out
}

fn statement(dice: &mut Dice, depth: usize, out: &mut String) {
    let choice = if depth == 0 { dice.below(4) } else { dice.below(9) };
    match choice {
        0 => out.push_str(&format!("{} = {};\n", dice.pick(NAMES), expression(dice, 3))),
        1 => out.push_str(&format!("{} += {};\n", dice.pick(NAMES), expression(dice, 2))),
        2 => out.push_str(&format!("info {};\n", expression(dice, 3))),
        3 => {
            let method = dice.pick(&["add", "put", "remove", "addAll", "clear", "sort", "putAll", "removeElement"]);
            let count = if method.starts_with("put") && method.len() == 3 {
                2
            } else {
                usize::from(!matches!(method, "clear" | "sort"))
            };
            let args: Vec<_> = (0..count).map(|_| expression(dice, 1)).collect();
            out.push_str(&format!("{}.{method}({});\n", dice.pick(&["list", "map"]), args.join(", ")));
        }
        4..=6 => {
            let header = match choice {
                4 => format!("if({})", expression(dice, 2)),
                5 => format!("for each {} in {}", dice.pick(NAMES), expression(dice, 2)),
                _ => format!("for each index {} in {}", dice.pick(NAMES), dice.pick(NAMES)),
            };
            block(dice, depth, &header, out);
        }
        _ => {
            block(dice, depth, "try", out);
            block(dice, depth, "catch (e)", out);
        }
    }
}

fn block(dice: &mut Dice, depth: usize, header: &str, out: &mut String) {
    out.push_str(&format!("{header}\n{{\n"));
    for _ in 0..dice.below(3) {
        statement(dice, depth - 1, out);
    }
    out.push_str("}\n");
}

fn expression(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        return if dice.below(2) == 0 { dice.pick(NAMES).to_owned() } else { dice.pick(ODD).to_owned() };
    }
    match dice.below(6) {
        0 | 1 => expression(dice, 0),
        2 | 3 => format!("({} {} {})", expression(dice, depth - 1), dice.pick(OPERATORS), expression(dice, depth - 1)),
        4 => {
            let names = methods();
            let name = names[dice.below(names.len())];
            let arity = builtins::find(name).map_or((1, 1), |method| method.arity());
            let args: Vec<_> = (0..arity.0.max(1)).map(|_| expression(dice, depth - 1)).collect();
            format!("{name}({})", args.join(", "))
        }
        _ => format!(
            "if({}, {}, {})",
            expression(dice, depth - 1),
            expression(dice, depth - 1),
            expression(dice, depth - 1)
        ),
    }
}

/// The text with pieces cut out, doubled, and odd characters put in.
pub fn damage(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..dice.below(6) + 1 {
        let at = dice.below(letters.len());
        let end = (at + dice.below(12)).min(letters.len());
        match dice.below(3) {
            0 => drop(letters.drain(at..end)),
            1 => {
                let piece: Vec<char> = letters[at..end].to_vec();
                letters.splice(at..at, piece);
            }
            _ => {
                let odd = [
                    '"', '\'', '{', '}', '(', ')', '[', ']', ';', '/', '*', '\\', '\0', '\u{feff}', '🚀', '?', ':', '.',
                ];
                letters.insert(at, odd[dice.below(odd.len())]);
            }
        }
    }
    letters.into_iter().collect()
}
