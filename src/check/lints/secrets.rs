//! Keys, tokens and passwords written into the script. Findings never show the text they are about.

use super::{Context, Cx, Family, walk, warning};
use crate::diagnostic::pages::Page;
use crate::program::Program;
use crate::source::{Source, Span};
use crate::syntax::ast::{Expr, ExprKind, Name, Step, Stmt, StmtKind, Target};
use crate::value::Settings;

pub const SECRET: Page = Page {
    code: "DG402",
    kind: "lint.secret",
    title: "a secret in the source",
    text: "Who can read the script can use the key, token or password; so can everyone who reads its copies and its \
history. Make a connection, which adds the credentials to each request by itself, and revoke what has been written down.",
    wrong: "headers = Map();\nheaders.put(\"Authorization\",\"Zoho-oauthtoken 1000.8cb99d2a3d.9be8f7\");\ninfo headers;",
    right: "response = invokeurl\n[\n\turl :\"https://www.zohoapis.com/crm/v8/Leads\"\n\ttype :GET\n\tconnection :\"crm_link\"\n];\n\
info response;",
};

/// What stands in front of a secret inside a text, in lower case.
const MARKS: &[&str] = &[
    "authtoken=",
    "zoho-oauthtoken ",
    "client_secret=",
    "access_token=",
    "refresh_token=",
    "apikey=",
    "api_key=",
    "api-key=",
    "password=",
    "bearer ",
    "basic ",
    "zoho-authtoken ",
];

/// Names whose value is a secret, in lower case without `_` and `-`.
const NAMES: &[&str] = &[
    "authtoken",
    "apikey",
    "xapikey",
    "clientsecret",
    "consumersecret",
    "secretkey",
    "secret",
    "password",
    "passwd",
    "accesstoken",
    "refreshtoken",
    "privatekey",
];

pub struct Secrets;

impl<'a> Family<'a> for Secrets {
    fn stmt(&mut self, cx: &mut Cx<'_>, stmt: &'a Stmt<'a>) {
        if let StmtKind::Assign { target: Target::Variable(name), value, .. } = &stmt.kind {
            named(cx, name.text, value);
        }
    }

    fn expr(&mut self, cx: &mut Cx<'_>, expr: &'a Expr<'a>) {
        match &expr.kind {
            ExprKind::Text(text) if holds_secret(text) => report(cx, expr.span),
            ExprKind::Map(pairs) => pairs.iter().for_each(|(key, value)| keyed(cx, key, value)),
            ExprKind::Chain { steps, .. } => {
                for step in steps {
                    if let Step::Call { name: Name { text: "put", .. }, args, .. } = step
                        && let [key, value] = args.as_slice()
                    {
                        keyed(cx, &key.value, &value.value);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether the line at a place shows a secret, as far as the source can be read.
pub fn shows_secret(source: &Source, at: Span) -> bool {
    let (file, _) = crate::syntax::parse(source.text(), Default::default());
    let (program, settings) = (Program::default(), Settings::default());
    let around = Context { source, program: &program, settings: &settings, strict: false };
    let mut cx = Cx::new(&around);
    walk::file(&file, &mut cx, &mut [Box::new(Secrets)]);
    let line = source.line(at.start);
    cx.found.iter().any(|found| (source.line(found.span.start)..=source.line(found.span.end)).contains(&line))
}

fn keyed(cx: &mut Cx<'_>, key: &Expr<'_>, value: &Expr<'_>) {
    if let ExprKind::Text(name) = &key.kind {
        named(cx, name, value);
    }
}

/// A literal under a name that says it is a secret.
fn named(cx: &mut Cx<'_>, name: &str, value: &Expr<'_>) {
    let ExprKind::Text(text) = &value.kind else { return };
    if text.len() >= 8 && is_token(text) && !holds_secret(text) && is_secret_name(name) {
        report(cx, value.span);
    }
}

fn is_secret_name(name: &str) -> bool {
    if name.len() > 24 {
        return false;
    }
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    NAMES.contains(&plain.as_str())
}

fn report(cx: &mut Cx<'_>, span: Span) {
    let mut found = warning(&SECRET, span, "a secret stands in the source")
        .help("make a connection (`ararat connections add`) and name it in the call; revoke this secret");
    found.masked = true;
    cx.report(found);
}

/// Whether a text holds one of the marks with something like a token behind it.
fn holds_secret(text: &str) -> bool {
    if text.len() < 14 {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    MARKS.iter().any(|mark| {
        lower.match_indices(mark).any(|(at, _)| {
            let token = text[at + mark.len()..].split(|c: char| !is_token_char(c)).next().unwrap_or("");
            token.len() >= 8 && is_token(token)
        })
    })
}

fn is_token_char(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+' | '/' | '=' | '~')
}

/// One word with a digit in it: no sentence, no name of a field.
fn is_token(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && !text.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_from_sentences() {
        assert!(holds_secret("https://crm.zoho.com/crm?authtoken=8cb99d2a3d7e&scope=crmapi"));
        assert!(holds_secret("Basic YWRhOmxvdmVsYWNlMTg0Mw=="));
        assert!(!holds_secret("basic information of 2026"));
        assert!(!holds_secret("https://crm.zoho.com/crm?authtoken="));
        assert!(is_secret_name("Client_Secret") && !is_secret_name("secretary"));
    }
}
