//! Reading XML and selecting in it with XPath 1.0.
//!
//! Documents are read without entities of their own and without anything from outside, up to a depth.
//! Prefixes are plain parts of names, as for Java's default reader: `/soap:Envelope` matches an element
//! written `<soap:Envelope>`, whatever its namespace.

use crate::fault::{Fault, FaultKind};
use crate::value::nesting;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use sxd_document::dom::{ChildOfElement, ChildOfRoot, Document, Element};
use sxd_document::{Package, QName};
use sxd_xpath::nodeset::Node;
use sxd_xpath::{Context, Factory, Value as Selected};

/// What joins several selected texts. The docs are silent on it.
const BETWEEN_TEXTS: &str = "-|||-";
/// The longest path that is evaluated.
const LONGEST_PATH: usize = 2_000;
/// The deepest brackets of a path.
const DEEPEST_PATH: usize = 32;
/// Evaluating a long path recurses; this much stack is enough for the longest one.
const STACK: usize = 8 * 1024 * 1024;

/// What a path selects in a document, as text.
///
/// # Errors
/// [`FaultKind::Xml`] when either cannot be read.
pub fn select(xml: &str, path: &str) -> Result<String, Fault> {
    if path.len() > LONGEST_PATH || too_deep(path) {
        return Err(bad());
    }
    stacker::grow(STACK, || {
        let package = Package::new();
        let document = package.as_document();
        read(xml, document)?;
        let compiled = Factory::new().build(path).map_err(|_| bad())?.ok_or_else(bad)?;
        let mut context = Context::new();
        prefixes(path).for_each(|prefix| context.set_namespace(prefix, prefix));
        let selected = compiled.evaluate(&context, document.root()).map_err(|_| bad())?;
        Ok(shown(selected))
    })
}

/// The texts of the outermost elements.
pub fn elements(xml: &str) -> Result<Vec<&str>, Fault> {
    let mut reader = Reader::from_str(xml);
    let mut found = Vec::new();
    let (mut depth, mut start) = (0usize, 0);
    loop {
        let before = reader.buffer_position() as usize;
        match reader.read_event().map_err(|_| bad())? {
            Event::Start(_) => {
                if depth == 0 {
                    start = before;
                }
                depth += 1;
                nesting::check(depth)?;
            }
            Event::End(_) => {
                depth = depth.checked_sub(1).ok_or_else(bad)?;
                if depth == 0 {
                    found.push(&xml[start..reader.buffer_position() as usize]);
                }
            }
            Event::Empty(_) if depth == 0 => found.push(&xml[before..reader.buffer_position() as usize]),
            Event::Text(text) if depth == 0 && !text.xml10_content().trim().is_empty() => return Err(bad()),
            Event::GeneralRef(_) | Event::CData(_) if depth == 0 => return Err(bad()),
            Event::Eof => break,
            Event::Empty(_)
            | Event::Text(_)
            | Event::GeneralRef(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
    if depth > 0 { Err(bad()) } else { Ok(found) }
}

#[cold]
fn bad() -> Fault {
    FaultKind::Xml.into()
}

fn too_deep(path: &str) -> bool {
    let mut depth = 0usize;
    path.bytes().any(|byte| {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST_PATH
    })
}

/// Whatever a path may use as a prefix: the evaluator must know all of them. `-b:c` is minus `b:c`, so every
/// end of the word before a colon counts.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    let part_of_name = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    path.match_indices(':').flat_map(move |(at, _)| {
        let before = &path[..at];
        let word = &before[before.trim_end_matches(part_of_name).len()..];
        word.char_indices().map(move |(start, _)| &word[start..])
    })
}

/// Fills a document.
fn read(xml: &str, document: Document<'_>) -> Result<(), Fault> {
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut text = String::new();
    let mut has_root = false;
    loop {
        let event = reader.read_event().map_err(|_| bad())?;
        if matches!(event, Event::Start(_) | Event::Empty(_) | Event::End(_) | Event::Eof) && !text.is_empty() {
            match open.last() {
                Some(parent) => parent.append_child(document.create_text(&text)),
                None if text.trim().is_empty() => {}
                None => return Err(bad()),
            }
            text.clear();
        }
        match event {
            Event::Start(tag) => {
                let element = element(&tag, document)?;
                attach(element, &open, document, &mut has_root)?;
                open.push(element);
                nesting::check(open.len())?;
            }
            Event::Empty(tag) => {
                let element = element(&tag, document)?;
                attach(element, &open, document, &mut has_root)?;
            }
            Event::End(_) => {
                open.pop().ok_or_else(bad)?;
            }
            Event::Text(more) => text.push_str(&more.xml10_content()),
            Event::CData(more) => text.push_str(&more.xml10_content()),
            Event::GeneralRef(entity) => text.push(character(&entity)?),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if has_root && open.is_empty() { Ok(()) } else { Err(bad()) }
}

/// A character reference or one of XML's five entities; entities of the document itself are not known.
fn character(entity: &BytesRef<'_>) -> Result<char, Fault> {
    if let Some(c) = entity.resolve_char_ref().map_err(|_| bad())? {
        return Ok(c);
    }
    match &*entity.xml10_content() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(bad()),
    }
}

fn element<'d>(tag: &BytesStart<'_>, document: Document<'d>) -> Result<Element<'d>, Fault> {
    let element = document.create_element(name(tag.name().as_ref())?);
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| bad())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| bad())?;
        element.set_attribute_value(name(attribute.key.as_ref())?, &value);
    }
    Ok(element)
}

/// A name whose prefix stands for itself as the namespace.
fn name(raw: &str) -> Result<QName<'_>, Fault> {
    match raw.split_once(':') {
        Some((prefix, local)) if prefix.is_empty() || local.is_empty() || local.contains(':') => Err(bad()),
        Some((prefix, local)) => Ok(QName::with_namespace_uri(Some(prefix), local)),
        None if raw.is_empty() => Err(bad()),
        None => Ok(QName::new(raw)),
    }
}

fn attach<'d>(
    element: Element<'d>,
    open: &[Element<'d>],
    document: Document<'d>,
    has_root: &mut bool,
) -> Result<(), Fault> {
    match open.last() {
        Some(parent) => parent.append_child(element),
        None if *has_root => return Err(bad()),
        None => {
            *has_root = true;
            document.root().append_child(element);
        }
    }
    Ok(())
}

fn shown(selected: Selected<'_>) -> String {
    match selected {
        Selected::Nodeset(nodes) => {
            let mut out = String::new();
            let mut after_text = false;
            for node in nodes.document_order() {
                let is_text = !matches!(node, Node::Element(_) | Node::Attribute(_) | Node::Root(_));
                if is_text && after_text {
                    out.push_str(BETWEEN_TEXTS);
                }
                write_node(node, &mut out);
                after_text = is_text;
            }
            out
        }
        other @ (Selected::Boolean(_) | Selected::Number(_) | Selected::String(_)) => other.into_string(),
    }
}

fn write_node(node: Node<'_>, out: &mut String) {
    match node {
        Node::Root(root) => {
            for child in root.children() {
                if let ChildOfRoot::Element(element) = child {
                    write_element(element, out);
                }
            }
        }
        Node::Element(element) => write_element(element, out),
        Node::Attribute(attribute) => {
            let name = full_name(attribute.name());
            out.push_str(&format!("<{name}>"));
            escape(attribute.value(), false, out);
            out.push_str(&format!("</{name}>"));
        }
        Node::Text(_) | Node::Comment(_) | Node::ProcessingInstruction(_) | Node::Namespace(_) => {
            out.push_str(&node.string_value());
        }
    }
}

/// Recurses as deep as the document, whose depth has been checked.
fn write_element(element: Element<'_>, out: &mut String) {
    let name = full_name(element.name());
    out.push('<');
    out.push_str(&name);
    let mut attributes = element.attributes();
    // The document does not keep the order in which they were written.
    attributes.sort_by_key(|attribute| full_name(attribute.name()));
    for attribute in attributes {
        out.push(' ');
        out.push_str(&full_name(attribute.name()));
        out.push_str("=\"");
        escape(attribute.value(), true, out);
        out.push('"');
    }
    let children = element.children();
    if children.is_empty() {
        return out.push_str("/>");
    }
    out.push('>');
    for child in children {
        match child {
            ChildOfElement::Element(inner) => write_element(inner, out),
            ChildOfElement::Text(text) => escape(text.text(), false, out),
            ChildOfElement::Comment(_) | ChildOfElement::ProcessingInstruction(_) => {}
        }
    }
    out.push_str("</");
    out.push_str(&name);
    out.push('>');
}

fn full_name(name: QName<'_>) -> String {
    match name.namespace_uri() {
        Some(prefix) => format!("{prefix}:{}", name.local_part()),
        None => name.local_part().to_owned(),
    }
}

/// Escapes what XML needs escaped there.
fn escape(text: &str, in_attribute: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(xml: &str, path: &str) -> String {
        select(xml, path).unwrap_or_else(|fault| fault.message())
    }

    const SHOP: &str = "<?xml version='1.0'?><!-- c --><shop><book id=\"1\" lang='en'><t>A &amp; B</t></book><book id=\"2\"><t>C</t><e/></book></shop>";

    #[test]
    fn elements_attributes_texts_and_numbers_are_selected() {
        assert_eq!(selected(SHOP, "/shop/book[1]"), "<book id=\"1\" lang=\"en\"><t>A &amp; B</t></book>");
        assert_eq!(selected(SHOP, "//e"), "<e/>");
        assert_eq!(selected(SHOP, "/shop/book/@id"), "<id>1</id><id>2</id>");
        assert_eq!(selected(SHOP, "//t/text()"), "A & B-|||-C");
        assert_eq!(selected(SHOP, "count(//book)"), "2");
        assert_eq!(selected(SHOP, "//book[@id='2']/t/text()"), "C");
        assert_eq!(selected(SHOP, "/none"), "");
    }

    #[test]
    fn prefixes_are_parts_of_names() {
        let soap = "<s:Envelope xmlns:s='urn:x' xmlns='urn:y'><s:Body><a>1</a></s:Body></s:Envelope>";
        assert_eq!(selected(soap, "/s:Envelope/s:Body/a/text()"), "1");
        assert_eq!(selected(soap, "/s:Envelope/s:Body"), "<s:Body><a>1</a></s:Body>");
        assert_eq!(selected(soap, "/other:Envelope"), "");
    }

    #[test]
    fn bad_documents_and_paths_are_faults_not_crashes() {
        let wrong = "Invalid XML or Invalid XPath";
        for xml in [
            "",
            "plain",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "</a>",
            "<a>&unknown;</a>",
            "<a b='&x;'/>",
            "<a><",
            "x<a/>",
            "<a:/>",
        ] {
            assert_eq!(selected(xml, "/a"), wrong, "{xml}");
        }
        for path in [
            "", "///[", "/a[", "'", "1.2.3", "/a/@", "$x", "f()", "..2", "/a[1", "\"", "a b", "::", "@@", "-", "1 div",
            "é(",
        ] {
            assert_eq!(selected("<a/>", path), wrong, "{path}");
        }
        assert_eq!(selected("<a/>", &"(".repeat(500)), wrong);
        assert_eq!(selected("<a/>", &format!("{}1", "-".repeat(1_999))).len(), "-1".len());
        assert!(select("<a/>", &format!("1{}", "+1".repeat(999))).is_ok());
        assert!(select(&"<a>".repeat(100_000), "/a").is_err());
    }

    #[test]
    fn no_path_crashes() {
        const WORDS: &[&str] = &[
            "/",
            "//",
            "a",
            "b:a",
            "@",
            "*",
            "[",
            "]",
            "(",
            ")",
            "1",
            ".5",
            ".",
            "..",
            "'x'",
            "\"",
            "::",
            "child",
            "self::",
            "namespace::*",
            "preceding::",
            "text()",
            "node()",
            "count",
            "substring",
            "translate",
            "string",
            "position()",
            "last()",
            ",",
            "|",
            "+",
            "-",
            " div ",
            " mod ",
            " and ",
            " or ",
            "=",
            "!=",
            "<",
            ">=",
            "$",
            "id",
            "name()",
            "lang",
            "sum",
            "-1",
            "0 div 0",
            "1 div 0",
            "b:*",
            "processing-instruction('x')",
            "ancestor-or-self::",
            ":",
            "é",
        ];
        let mut seed = 42u64;
        for _ in 0..30_000 {
            let mut path = String::new();
            for _ in 0..1 + seed % 9 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                path.push_str(WORDS[(seed >> 33) as usize % WORDS.len()]);
            }
            let _ = select("<a x='1' b:y='2'><b:a>t</b:a><a/></a>", &path);
        }
        for path in ["substring('abc', 0 div 0)", "substring('é', -1 div 0, 1 div 0)", "translate('a','','x')"] {
            assert!(select("<a/>", path).is_ok(), "{path}");
        }
    }

    #[test]
    fn entities_of_a_document_are_not_expanded() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert_eq!(selected(bomb, "/a"), "Invalid XML or Invalid XPath");
        let outside = "<!DOCTYPE a [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><a>&f;</a>";
        assert_eq!(selected(outside, "/a"), "Invalid XML or Invalid XPath");
    }

    #[test]
    fn fragments_are_split_into_their_elements() {
        assert_eq!(
            elements("<a>1</a> <b x='1'/><c><c/></c>").expect("valid"),
            ["<a>1</a>", "<b x='1'/>", "<c><c/></c>"]
        );
        assert!(elements("text<a/>").is_err() && elements("<a>").is_err());
        assert!(elements("").expect("nothing").is_empty());
    }
}
