//! Built-ins between XML and values. Documents and paths are read in `xml_path`.

use super::encoding::escape_xml;
use super::xml_path;
use crate::fault::{Fault, FaultKind};
use crate::value::{List, Settings, Value, convert, json_read, nesting};

/// The largest text that the XML functions read, as of `toMap`.
const LARGEST: usize = 5 * 1024 * 1024;

builtins! { XML on Text {
    /// The XML form of JSON text or of a map, inside `<root>`; a list repeats its element. XML stays as it is.
    ///
    /// ```dg
    /// info "{Name:'Lia', OrderNo:[343,443]}".toXml();
    /// // => <root><Name>Lia</Name><OrderNo>343</OrderNo><OrderNo>443</OrderNo></root>
    /// ```
    "toXml" => fn to_xml[cx](text: &str) -> Result<String, Fault> {
        document(text, cx.settings)
    }

    /// What an XPath 1.0 expression selects in XML, or in JSON under `/root`; an empty text when there is nothing.
    ///
    /// Elements come with their tags, an attribute as an element of its name, text plainly; several texts are
    /// joined by `-|||-`. A bad document or path fails. No external entities are read, and none are expanded.
    ///
    /// ```dg
    /// shop = "<shop><book id='7'><title>Learning XML</title></book></shop>";
    /// info shop.executeXPath("/shop/book/title");         // => <title>Learning XML</title>
    /// info shop.executeXPath("/shop/book/title/text()");  // => Learning XML
    /// info shop.executeXPath("/shop/book/@id");           // => <id>7</id>
    /// info "{\"status\":\"ok\"}".executeXPath("/root/status/text()");  // => ok
    /// ```
    "executeXPath" => fn execute_xpath[cx](text: &str, path: &str) -> Result<String, Fault> {
        xml_path::select(&document(text, cx.settings)?, path)
    }

    /// A list of the elements in an XML text, such as several that `executeXPath` selected, each as text.
    ///
    /// ```dg
    /// shop = "<shop><book>One</book><book>Two</book></shop>";
    /// books = shop.executeXPath("/shop/book").toXmlList();
    /// info books.size();  // => 2
    /// info books.get(1);  // => <book>Two</book>
    /// ```
    "toXmlList" => fn to_xml_list(text: &str) -> Result<List, Fault> {
        sized(text)?;
        let elements = xml_path::elements(text)?;
        Ok(elements.into_iter().map(Value::text).collect())
    }
}}

/// An XML text: the text itself, or made from JSON.
fn document(text: &str, settings: &Settings) -> Result<String, Fault> {
    sized(text)?;
    if text.trim_start().starts_with('<') {
        return Ok(text.to_owned());
    }
    let value = match json_read::read(text)? {
        value @ (Value::Map(_) | Value::List(_)) => value,
        _ => return Err(FaultKind::Json.into()),
    };
    let mut out = String::with_capacity(text.len() + text.len() / 2);
    match value {
        Value::List(_) => {
            out.push_str("<root>");
            write("array", &value, settings, &mut out, 0)?;
            out.push_str("</root>");
        }
        _ => write("root", &value, settings, &mut out, 0)?,
    }
    Ok(out)
}

fn sized(text: &str) -> Result<(), Fault> {
    if text.len() >= LARGEST {
        return Err(Fault::value(format!("XML functions take a text of less than 5 MB, found {} bytes", text.len())));
    }
    Ok(())
}

/// Appends a value as an element; a list as one element for each of its own.
fn write(name: &str, value: &Value, settings: &Settings, out: &mut String, depth: usize) -> Result<(), Fault> {
    nesting::check(depth)?;
    if let Some(list) = value.as_list() {
        for item in list.borrow().iter() {
            write(name, item, settings, out, depth + 1)?;
        }
        return Ok(());
    }
    if !is_name(name) {
        return Err(Fault::value(format!("`{name}` cannot be the name of an XML element")));
    }
    out.push('<');
    out.push_str(name);
    out.push('>');
    match value {
        Value::Null => {}
        Value::Map(map) => {
            map.with(|pairs| pairs.iter().try_for_each(|(key, held)| write(key, held, settings, out, depth + 1)))?
        }
        other => out.push_str(&escape_xml(&convert::to_text(other, settings)?)),
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
    Ok(())
}

/// Whether a key can stand as an element's name.
fn is_name(key: &str) -> bool {
    let mut chars = key.chars();
    let first = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    first && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
}
