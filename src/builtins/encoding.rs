//! Built-ins that encode and decode text: HTML, XML, URLs, hexadecimal digits.

use super::entities;
use crate::fault::Fault;

/// The largest text that the HTML and XML functions take.
const ENTITIES: usize = 300 * 1024;

builtins! { ENCODING on Text {
    /// The text with HTML's special characters as entities; the apostrophe stays as it is.
    ///
    /// The text has at most 300 KB.
    ///
    /// ```dg
    /// info "it's <br />".htmlEncode();  // => it's &lt;br /&gt;
    /// info htmlEncode("a & b");         // => a &amp; b
    /// ```
    "htmlEncode" => fn html_encode[cx](text: &str) -> Result<String, Fault> {
        sized(text, cx.function)?;
        Ok(escape(text, |c| match c {
            '&' => Some("amp"),
            '<' => Some("lt"),
            '>' => Some("gt"),
            '"' => Some("quot"),
            c if c.is_ascii() => None,
            c => entities::name(c),
        }))
    }

    /// The text with HTML entities, named or numbered, as characters.
    ///
    /// The text has at most 300 KB.
    ///
    /// ```dg
    /// info "a &lt; b &eacute; &#65;".htmlDecode();  // => a < b é A
    /// ```
    "htmlDecode" => fn html_decode[cx](text: &str) -> Result<String, Fault> {
        sized(text, cx.function)?;
        Ok(unescape(text, entities::character))
    }

    /// The text with the five special characters of XML as entities.
    ///
    /// The text has at most 300 KB.
    ///
    /// ```dg
    /// info xmlEncode("<b>it's</b>");  // => &lt;b&gt;it&apos;s&lt;/b&gt;
    /// ```
    "xmlEncode" => fn xml_encode[cx](text: &str) -> Result<String, Fault> {
        sized(text, cx.function)?;
        Ok(escape_xml(text))
    }

    /// The text with XML's entities, named or numbered, as characters.
    ///
    /// The text has at most 300 KB.
    ///
    /// ```dg
    /// info xmlDecode("&lt;b&gt;it&apos;s&lt;/b&gt;");  // => <b>it's</b>
    /// ```
    "xmlDecode" => fn xml_decode[cx](text: &str) -> Result<String, Fault> {
        sized(text, cx.function)?;
        Ok(unescape(text, xml_character))
    }

    /// The text as a value of a web form: everything but letters, digits and `.-*_` is escaped, a blank is `+`.
    ///
    /// ```dg
    /// info encodeUrl("a b&c=d/e");  // => a+b%26c%3Dd%2Fe
    /// ```
    "encodeUrl" => fn encode_url(text: &str) -> String {
        form_encode(text, "+")
    }

    /// The text whose UTF-8 bytes are written in hexadecimal digits.
    ///
    /// Anything but pairs of such digits fails.
    ///
    /// ```dg
    /// info hexToText("5a6f686f");  // => Zoho
    /// ```
    "hexToText" => fn hex_to_text(hex: &str) -> Result<String, Fault> {
        let digits: Option<Vec<u8>> = hex.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
        match digits {
            Some(digits) if digits.len() % 2 == 0 => {
                let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            Some(_) | None => Err(Fault::convert(format!("expected pairs of hexadecimal digits, found `{}`", head(hex)))),
        }
    }

    /// The UTF-8 bytes of a text, in lower-case hexadecimal digits.
    ///
    /// ```dg
    /// info textToHex("Zoho");  // => 5a6f686f
    /// ```
    "textToHex" => fn text_to_hex(text: &str) -> String {
        hex(text.as_bytes())
    }
}}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(DIGITS[(byte >> 4) as usize] as char);
        out.push(DIGITS[(byte & 15) as usize] as char);
    }
    out
}

/// `application/x-www-form-urlencoded` as Java writes it, with a blank as given.
pub fn form_encode(text: &str, blank: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => out.push(byte as char),
            b' ' => out.push_str(blank),
            _ => {
                out.push('%');
                out.push(DIGITS[(byte >> 4) as usize] as char);
                out.push(DIGITS[(byte & 15) as usize] as char);
            }
        }
    }
    out
}

/// The five special characters of XML as entities.
pub fn escape_xml(text: &str) -> String {
    escape(text, |c| match c {
        '&' => Some("amp"),
        '<' => Some("lt"),
        '>' => Some("gt"),
        '"' => Some("quot"),
        '\'' => Some("apos"),
        _ => None,
    })
}

/// The beginning of a text, for messages.
pub fn head(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn sized(text: &str, function: &str) -> Result<(), Fault> {
    if text.len() > ENTITIES {
        return Err(Fault::value(format!("`{function}` takes at most 300 KB, found {} bytes", text.len())));
    }
    Ok(())
}

fn escape(text: &str, entity: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut copied = 0;
    for (at, c) in text.char_indices() {
        if let Some(name) = entity(c) {
            out.push_str(&text[copied..at]);
            out.push('&');
            out.push_str(name);
            out.push(';');
            copied = at + c.len_utf8();
        }
    }
    out.push_str(&text[copied..]);
    out
}

/// Replaces `&name;`, `&#65;` and `&#x41;`; what names no character stays as it is.
fn unescape(text: &str, named: impl Fn(&str) -> Option<char>) -> String {
    /// No entity has a longer name.
    const LONGEST: usize = 10;
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST + 2).position(|byte| byte == b';');
        let found = end.and_then(|end| {
            let name = &rest[1..end];
            let number = name.strip_prefix('#');
            let c = match number {
                Some(number) => numbered(number),
                None => named(name),
            };
            c.map(|c| (c, end + 1))
        });
        let (c, used) = found.unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[used..];
    }
    out.push_str(rest);
    out
}

fn numbered(number: &str) -> Option<char> {
    if !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code)
}

fn xml_character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
