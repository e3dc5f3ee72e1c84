//! Picks the declared values out of a body, and leaves the rest unread.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use super::pointer::{Node, escaped};

/// Elements of an array that are read.
const MOST_ELEMENTS: usize = 16;

/// Values that are picked out of one document; one with more is not read. Sixteen results,
/// each refused for sixteen reasons, have some 1,400.
const MOST_PICKED: usize = 2_048;

/// Nodes of an XML document.
const MOST_NODES: u32 = 20_000;

/// A value at a declared place.
#[derive(Debug)]
pub(super) struct Picked {
    /// A JSON Pointer, each `*` as an index.
    pub(super) pointer: String,
    /// Which declarations end there.
    pub(super) declared: Vec<usize>,
    pub(super) value: Raw,
    /// Whether it does not count: another of its name stands behind it (or, in XML, before it). Its
    /// secret is one all the same.
    pub(super) replaced: bool,
}

/// A value as it stands in a document.
#[derive(Debug)]
pub(super) enum Raw {
    Text(Zeroizing<String>),
    /// A whole number that is exact.
    Integer(i128),
    /// Any other number.
    Float(f64),
    Boolean(bool),
    /// A list or an object, and whether it has anything in it.
    Compound {
        empty: bool,
    },
}

/// What a body was read as.
#[derive(Debug)]
pub(super) enum Document {
    Empty,
    Json(Vec<Picked>),
    Xml(Vec<Picked>),
    Html,
    Other,
}

/// Reads a body: JSON where it is that (whatever it is called), else XML.
pub(super) fn pick(body: &[u8], declared: &Node) -> Document {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let Ok(text) = str::from_utf8(body) else {
        return Document::Other;
    };
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    if text.is_empty() {
        return Document::Empty;
    }
    if text.starts_with('<') {
        return xml(text, declared);
    }
    let mut picking = Picking::default();
    let mut json = serde_json::Deserializer::from_str(text);
    let read = At {
        picking: &mut picking,
        node: declared,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end());
    match read {
        Ok(()) => Document::Json(picking.picked),
        Err(_) => Document::Other,
    }
}

#[derive(Default)]
struct Picking {
    picked: Vec<Picked>,
    /// Also of what has been replaced.
    count: usize,
    pointer: String,
}

/// A document has more declared values than any answer has.
#[derive(Debug, thiserror::Error)]
#[error("it has too many declared values")]
struct TooMany;

impl Picking {
    fn pick(&mut self, node: &Node, value: impl FnOnce() -> Raw) -> Result<(), TooMany> {
        if node.declared.is_empty() {
            return Ok(());
        }
        if self.count == MOST_PICKED {
            return Err(TooMany);
        }
        self.count += 1;
        self.picked.push(Picked {
            pointer: self.pointer.clone(),
            declared: node.declared.clone(),
            value: value(),
            replaced: false,
        });
        Ok(())
    }

    fn below<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escaped(step));
        let result = read(self);
        self.pointer.truncate(length);
        result
    }
}

/// A place in a JSON document below which something is declared.
struct At<'a, 'n> {
    picking: &'a mut Picking,
    node: &'n Node,
}

impl At<'_, '_> {
    fn pick<E: Error>(self, value: impl FnOnce() -> Raw) -> Result<(), E> {
        self.picking.pick(self.node, value).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for At<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.pick(|| Raw::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.pick(|| Raw::Integer(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.pick(|| Raw::Integer(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.pick(|| Raw::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        let text = || Raw::Text(Zeroizing::new(value.to_owned()));
        self.pick(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Self { picking, node } = self;
        let mut index = 0;
        loop {
            let below = if index < MOST_ELEMENTS {
                let number = index.to_string();
                node.element(&number).map(|it| (number, it))
            } else {
                None
            };
            let more = match below {
                Some((number, node)) => picking.below(&number, |picking| {
                    elements.next_element_seed(At { picking, node })
                })?,
                None => elements.next_element::<IgnoredAny>()?.map(|_| ()),
            };
            if more.is_none() {
                let value = || Raw::Compound { empty: index == 0 };
                return At { picking, node }.pick(value);
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { picking, node } = self;
        let mut empty = true;
        let outer = std::mem::take(&mut picking.picked);
        // Where a name stands twice, the last counts.
        let mut found: BTreeMap<&str, Vec<Picked>> = BTreeMap::new();
        let mut replaced = Vec::new();
        while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            empty = false;
            let Some((name, node)) = node.member(&name) else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            picking.below(name, |picking| {
                members.next_value_seed(At { picking, node })
            })?;
            if let Some(earlier) = found.insert(name, std::mem::take(&mut picking.picked)) {
                replaced.extend(earlier.into_iter().map(|it| Picked {
                    replaced: true,
                    ..it
                }));
            }
        }
        picking.picked = outer;
        picking.picked.extend(replaced);
        picking.picked.extend(found.into_values().flatten());
        At { picking, node }.pick(|| Raw::Compound { empty })
    }
}

/// Without a document type, so without entities of its own.
fn xml(text: &str, declared: &Node) -> Document {
    let options = roxmltree::ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..roxmltree::ParsingOptions::default()
    };
    let Ok(document) = roxmltree::Document::parse_with_options(text, options) else {
        return if is_broken_xml(text) {
            Document::Other
        } else {
            Document::Html
        };
    };
    let mut picking = Picking::default();
    match children(&mut picking, document.root(), declared) {
        Ok(()) => Document::Xml(picking.picked),
        Err(TooMany) => Document::Other,
    }
}

/// Whether a text that does not parse as XML says that it is XML: by its declaration, or by a document type
/// that is not HTML's.
fn is_broken_xml(text: &str) -> bool {
    let begins_with = |start: &str| {
        let head = text.as_bytes().get(..start.len());
        head.is_some_and(|it| it.eq_ignore_ascii_case(start.as_bytes()))
    };
    begins_with("<?xml") || (begins_with("<!doctype") && !begins_with("<!doctype html"))
}

/// The elements of one name are an array; a step over them that is no index means the first.
fn children(
    picking: &mut Picking,
    parent: roxmltree::Node<'_, '_>,
    declared: &Node,
) -> Result<(), TooMany> {
    let mut named: BTreeMap<&str, (&Node, Vec<roxmltree::Node<'_, '_>>)> = BTreeMap::new();
    for child in parent.children().filter(roxmltree::Node::is_element) {
        if let Some((name, below)) = declared.member(child.tag_name().name()) {
            let (_, elements) = named.entry(name).or_insert((below, Vec::new()));
            if elements.len() < MOST_ELEMENTS {
                elements.push(child);
            }
        }
    }
    for (name, (below, elements)) in named {
        picking.below(name, |picking| of_one_name(picking, &elements, below))?;
    }
    Ok(())
}

fn of_one_name(
    picking: &mut Picking,
    elements: &[roxmltree::Node<'_, '_>],
    declared: &Node,
) -> Result<(), TooMany> {
    for (number, it) in elements.iter().enumerate() {
        let before = picking.picked.len();
        element(picking, *it, declared)?;
        if number > 0 {
            let later = &mut picking.picked[before..];
            later.iter_mut().for_each(|it| it.replaced = true);
        }
    }
    for (index, it) in elements.iter().enumerate() {
        let number = index.to_string();
        if let Some(node) = declared.element(&number) {
            picking.below(&number, |picking| element(picking, *it, node))?;
        }
    }
    Ok(())
}

fn element(
    picking: &mut Picking,
    it: roxmltree::Node<'_, '_>,
    declared: &Node,
) -> Result<(), TooMany> {
    if it.children().any(|child| child.is_element()) {
        picking.pick(declared, || Raw::Compound { empty: false })?;
        return children(picking, it, declared);
    }
    // Comments have a text, too, and are none of the element's.
    let texts = it.children().filter(roxmltree::Node::is_text);
    let texts = texts.filter_map(|child| child.text());
    let text: Zeroizing<String> = Zeroizing::new(texts.collect());
    picking.pick(declared, || {
        Raw::Text(Zeroizing::new(text.trim().to_owned()))
    })
}
