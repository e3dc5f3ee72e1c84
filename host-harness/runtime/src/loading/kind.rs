//! What a file is by its first bytes, and what a component uses that is not run here.

use std::fmt;

use serde::Serialize;
use wasmparser::BinaryReader;

use crate::error::LoadError;

/// What a file is that is no component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// It has no byte.
    Empty,
    /// A core module: what a compiler gives before `wasm-tools component new`.
    CoreModule,
    /// WebAssembly's text format.
    Text,
    /// It begins as WebAssembly does, in a version of the binary format that is not read here.
    OtherFormat,
    /// It does not begin as WebAssembly does.
    NotWebAssembly,
    /// It ends before it is complete.
    Truncated,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty file",
            Self::CoreModule => "a core WebAssembly module, not a component",
            Self::Text => "WebAssembly text, not a binary component",
            Self::OtherFormat => {
                "WebAssembly in a version of the binary format that this host does not read"
            }
            Self::NotWebAssembly => "not WebAssembly",
            Self::Truncated => "a truncated WebAssembly component",
        })
    }
}

impl FileKind {
    /// What whoever has the file does about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Empty | Self::Truncated => "copy or build it again",
            Self::CoreModule => {
                "its author makes a component of it: `wasm-tools component new FILE -o COMPONENT`, or \
                 `jco new`"
            }
            Self::Text => "its author makes it binary: `wasm-tools parse FILE -o COMPONENT`",
            Self::OtherFormat => {
                "its author builds it with tools for WebAssembly components of today"
            }
            Self::NotWebAssembly => "choose the file of a WebAssembly component",
        }
    }
}

/// What a component uses that no plugin here may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unsupported {
    /// Components with code of their own inside, or functions that are passed from one part to another
    /// through the component model.
    Components,
    /// Async functions, futures, streams and tasks.
    Async,
    /// Threads and shared memory.
    Threads,
    /// Memories or tables with 64-bit indices.
    Memory64,
    /// Garbage-collected types.
    GarbageCollection,
    /// Exceptions.
    Exceptions,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Components => {
                "it is made of several components, and this host runs none made of components; its \
                 author builds it as one (for JavaScript: an engine that is one core module)"
            }
            Self::Async => {
                "it uses the component model's async, which this host does not run; its author builds \
                 it with async off"
            }
            Self::Threads => {
                "it uses threads or shared memory, which this host does not run; its author builds it \
                 without"
            }
            Self::Memory64 => {
                "it uses 64-bit memory, which this host does not run; its author builds it for wasm32"
            }
            Self::GarbageCollection => {
                "it uses garbage-collected types, which this host does not run; its author builds it \
                 with a toolchain that does without"
            }
            Self::Exceptions => {
                "it uses WebAssembly exceptions, which this host does not run; its author builds it \
                 without (for Rust: `panic = \"abort\"`)"
            }
        })
    }
}

/// The first bytes of every binary.
const MAGIC: &[u8] = b"\0asm";
/// Version and layer of a core module.
const MODULE_FORMAT: &[u8] = &[1, 0, 0, 0];
/// Version and layer of a component.
const COMPONENT_FORMAT: &[u8] = &[0x0d, 0, 1, 0];

/// Refuses what does not begin as a component does.
pub(super) fn check_beginning(bytes: &[u8]) -> Result<(), LoadError> {
    let kind = match bytes.strip_prefix(MAGIC) {
        Some(rest) if rest.starts_with(COMPONENT_FORMAT) => return Ok(()),
        Some(rest) if rest.starts_with(MODULE_FORMAT) => FileKind::CoreModule,
        Some(rest) if rest.len() < COMPONENT_FORMAT.len() => FileKind::Truncated,
        Some(_) => FileKind::OtherFormat,
        None if bytes.is_empty() => FileKind::Empty,
        None if MAGIC.starts_with(bytes) => FileKind::Truncated,
        None if is_text(bytes) => FileKind::Text,
        None => FileKind::NotWebAssembly,
    };
    Err(LoadError::NotAComponent(kind))
}

/// The text format begins with `(component` or `(module`, after blanks and comments.
fn is_text(bytes: &[u8]) -> bool {
    let mut rest = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    loop {
        rest = rest.trim_ascii_start();
        if rest.starts_with(b";;") {
            let end = rest
                .iter()
                .position(|it| *it == b'\n')
                .unwrap_or(rest.len());
            rest = rest.get(end..).unwrap_or_default();
        } else if rest.starts_with(b"(;") {
            let end = rest
                .windows(2)
                .position(|it| it == b";)")
                .map_or(rest.len(), |it| it + 2);
            rest = rest.get(end..).unwrap_or_default();
        } else {
            let opened = rest.strip_prefix(b"(").map(<[u8]>::trim_ascii_start);
            return opened
                .is_some_and(|it| it.starts_with(b"component") || it.starts_with(b"module"));
        }
    }
}

/// Whether the last section of a component goes beyond the end of the file.
pub(super) fn is_truncated(bytes: &[u8]) -> bool {
    let mut rest = bytes
        .get(MAGIC.len() + COMPONENT_FORMAT.len()..)
        .unwrap_or_default();
    while !rest.is_empty() {
        let mut header = BinaryReader::new(rest, 0);
        let size = header.read_u8().and_then(|_id| header.read_var_u32());
        let end = size.map(|it| header.current_position().saturating_add(it as usize));
        match end.ok().and_then(|it| rest.get(it..)) {
            Some(after) => rest = after,
            None => return true,
        }
    }
    false
}
