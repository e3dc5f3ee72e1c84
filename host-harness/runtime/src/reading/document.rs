//! Picks the declared values out of a body, and leaves the rest unread.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use zeroize::Zeroizing;

use super::pointer::{Node, escaped};

/// Elements of an array that are read.
const MOST_ELEMENTS: usize = 16;

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
    pointer: String,
}

impl Picking {
    fn pick(&mut self, node: &Node, value: impl FnOnce() -> Raw) {
        if !node.declared.is_empty() {
            self.picked.push(Picked {
                pointer: self.pointer.clone(),
                declared: node.declared.clone(),
                value: value(),
            });
        }
    }

    fn below<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escaped(step));
        let result = read(self);
        self.pointer.truncate(length);
        result
    }

    /// Where a name stands twice in an object, the last counts: what was picked below the first goes.
    fn forget_below(&mut self, step: &str) {
        let below = format!("{}/{}", self.pointer, escaped(step));
        self.picked.retain(|it| {
            let rest = it.pointer.strip_prefix(&below);
            rest.is_none_or(|rest| !(rest.is_empty() || rest.starts_with('/')))
        });
    }
}

/// A place in a JSON document below which something is declared.
struct At<'a, 'n> {
    picking: &'a mut Picking,
    node: &'n Node,
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

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.picking.pick(self.node, || Raw::Boolean(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.picking.pick(self.node, || Raw::Integer(value.into()));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.picking.pick(self.node, || Raw::Integer(value.into()));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.picking.pick(self.node, || Raw::Float(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        let text = || Raw::Text(Zeroizing::new(value.to_owned()));
        self.picking.pick(self.node, text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Self { picking, node } = self;
        let mut index = 0;
        loop {
            let below = if index < MOST_ELEMENTS {
                let number = index.to_string();
                node.any()
                    .or_else(|| node.member(&number))
                    .map(|it| (number, it))
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
                picking.pick(node, || Raw::Compound { empty: index == 0 });
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { picking, node } = self;
        let mut empty = true;
        while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            empty = false;
            match node.member(&name) {
                Some(node) => {
                    picking.forget_below(&name);
                    picking.below(&name, |picking| {
                        members.next_value_seed(At { picking, node })
                    })?;
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        picking.pick(node, || Raw::Compound { empty });
        Ok(())
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
        return Document::Other;
    };
    let mut picking = Picking::default();
    children(&mut picking, document.root(), declared);
    Document::Xml(picking.picked)
}

/// The elements of one name are an array; a step over them that is no index means the first.
fn children(picking: &mut Picking, parent: roxmltree::Node<'_, '_>, declared: &Node) {
    for (name, below) in declared.members() {
        let elements: Vec<_> = parent
            .children()
            .filter(|it| it.is_element() && it.tag_name().name() == name)
            .take(MOST_ELEMENTS)
            .collect();
        let Some(first) = elements.first() else {
            continue;
        };
        picking.below(name, |picking| {
            element(picking, *first, below);
            for (index, it) in elements.iter().enumerate() {
                let number = index.to_string();
                if let Some(node) = below.any().or_else(|| below.member(&number)) {
                    picking.below(&number, |picking| element(picking, *it, node));
                }
            }
        });
    }
}

fn element(picking: &mut Picking, it: roxmltree::Node<'_, '_>, declared: &Node) {
    if it.children().any(|child| child.is_element()) {
        picking.pick(declared, || Raw::Compound { empty: false });
        children(picking, it, declared);
    } else {
        let texts = it.children().filter_map(|child| child.text());
        let text: Zeroizing<String> = Zeroizing::new(texts.collect());
        picking.pick(declared, || {
            Raw::Text(Zeroizing::new(text.trim().to_owned()))
        });
    }
}
