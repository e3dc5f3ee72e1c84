//! Component-level types, read without recursion.
//!
//! `wasmparser` reads a type within a type by calling itself, three bytes a level: a file of some kilobytes
//! overflows the stack, which ends the process. So nesting is bounded before its own reader sees the section.

use wasmparser::{
    BinaryReader, BinaryReaderError, ComponentAlias, ComponentDefinedType, ComponentExternName,
    ComponentFuncType, ComponentImport, ComponentType, ComponentTypeRef, CoreType,
    PrimitiveValType,
};

/// Types within types: an instance type in a component type is two.
const MOST_NESTED: usize = 32;

/// A bad byte at the start of a declaration, or too deep a nesting.
pub(super) enum TypeError {
    Binary(BinaryReaderError),
    Malformed(&'static str),
    TooDeep,
}

impl From<BinaryReaderError> for TypeError {
    fn from(error: BinaryReaderError) -> Self {
        Self::Binary(error)
    }
}

/// What a section of types holds.
#[derive(Default)]
pub(super) struct Types {
    /// Types and declarations, those within others included.
    pub(super) count: u64,
    /// A function, future, stream or error context of the component model's async.
    pub(super) is_async: bool,
    /// A resource that the component defines.
    pub(super) has_resource: bool,
}

/// Reads a section of types, its count included.
pub(super) fn read(section: &[u8]) -> Result<Types, TypeError> {
    let mut reader = BinaryReader::new(section, 0);
    let mut types = Types::default();
    for _ in 0..reader.read_var_u32()? {
        types.read_one(&mut reader)?;
    }
    Ok(types)
}

impl Types {
    /// One type with all that is within it; `open` holds how many declarations are left at each level.
    fn read_one(&mut self, reader: &mut BinaryReader<'_>) -> Result<(), TypeError> {
        let mut open: Vec<u32> = Vec::new();
        open.extend(self.begin(reader)?);
        while let Some(left) = open.last_mut() {
            let Some(rest) = left.checked_sub(1) else {
                open.pop();
                continue;
            };
            *left = rest;
            open.extend(self.declaration(reader)?);
            if open.len() > MOST_NESTED {
                return Err(TypeError::TooDeep);
            }
        }
        Ok(())
    }

    /// The start of a type: how many declarations follow where it is a component's or an instance's.
    fn begin(&mut self, reader: &mut BinaryReader<'_>) -> Result<Option<u32>, TypeError> {
        self.count += 1;
        let mut ahead = reader.clone();
        if matches!(ahead.read_u8()?, 0x41 | 0x42) {
            *reader = ahead;
            return Ok(Some(reader.read_var_u32()?));
        }
        match reader.read()? {
            ComponentType::Func(ComponentFuncType { async_, .. }) => self.is_async |= async_,
            ComponentType::Resource { .. } => self.has_resource = true,
            ComponentType::Defined(
                ComponentDefinedType::Future(_)
                | ComponentDefinedType::Stream(_)
                | ComponentDefinedType::Primitive(PrimitiveValType::ErrorContext),
            ) => self.is_async = true,
            ComponentType::Defined(_)
            | ComponentType::Component(_)
            | ComponentType::Instance(_) => {}
        }
        Ok(None)
    }

    fn declaration(&mut self, reader: &mut BinaryReader<'_>) -> Result<Option<u32>, TypeError> {
        self.count += 1;
        match reader.read_u8()? {
            0x00 => {
                reader.read::<CoreType<'_>>()?;
            }
            0x01 => return self.begin(reader),
            0x02 => {
                reader.read::<ComponentAlias<'_>>()?;
            }
            0x03 => {
                reader.read::<ComponentImport<'_>>()?;
            }
            0x04 => {
                reader.read::<ComponentExternName<'_>>()?;
                reader.read::<ComponentTypeRef>()?;
            }
            _ => return Err(TypeError::Malformed("an unknown declaration in a type")),
        }
        Ok(None)
    }
}
