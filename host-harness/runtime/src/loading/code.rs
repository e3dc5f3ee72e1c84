//! How long compiling one function takes, estimated from its code.
//!
//! Cranelift's time does not follow bytes: 8 KB of code can take half a second, 0.2 MB a minute. It follows what is
//! counted here, by weights that were measured with dependencies built at `opt-level = 1`, on one core.

use std::time::Duration;

use wasmparser::{BinaryReaderError, BlockType, FunctionBody, Operator};

use super::census::Census;

/// Nanoseconds for a function, however short.
const FUNCTION: u64 = 70_000;
/// For a byte of ordinary code.
const BYTE: u64 = 1_000;
/// For each variable at each loop: it may become a parameter of the loop's first block, and of those around it.
const LOOP_VARIABLE: u64 = 10_000;
/// For the square of the places in a function where control flow meets again.
const MEETING_SQUARED: u64 = 4;
/// For each value that a call or a branch passes.
const VALUE: u64 = 4_000;
/// For each parameter and result of a block that has several: compilers of today make none of these.
const BLOCK_VALUE: u64 = 50_000;

/// Places where control flow meets again, in generated code: a loop looks at the epoch, an indirect call at its
/// signature, an access to a table at its element.
const MEETINGS_OF_LOOP: u64 = 4;
const MEETINGS_OF_INDIRECT_CALL: u64 = 3;
const MEETINGS_OF_TABLE_ACCESS: u64 = 1;
const MEETINGS_OF_BLOCK: u64 = 1;

/// The signatures of a module: how many parameters and results each type and each function has.
#[derive(Default)]
pub(super) struct Signatures {
    /// By type index; 0 for what is no function type.
    pub(super) types: Vec<u32>,
    /// By function index, imported ones first.
    pub(super) functions: Vec<u32>,
    /// Functions whose bodies were seen.
    pub(super) bodies: usize,
    /// Imported functions, which have no bodies.
    pub(super) imported: usize,
}

impl Signatures {
    pub(super) fn of_type(&self, index: u32) -> u32 {
        at(&self.types, index)
    }

    fn of_block(&self, block: BlockType) -> u32 {
        match block {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(index) => self.of_type(index),
        }
    }
}

/// An index that does not exist makes the module invalid, which the validator says.
fn at(values: &[u32], index: u32) -> u32 {
    let value = usize::try_from(index).ok().and_then(|it| values.get(it));
    value.copied().unwrap_or(0)
}

/// Counts a function's code.
pub(super) fn count(
    body: &FunctionBody<'_>,
    signatures: &Signatures,
    census: &mut Census,
) -> Result<(), BinaryReaderError> {
    census.function_bytes(body.range().len());
    let own = at_usize(
        &signatures.functions,
        signatures.imported + signatures.bodies,
    );
    let locals = locals(body)?;
    census.locals(locals);
    let variables = locals + u64::from(own);
    let mut code = Code::of(signatures, own);
    for operator in body.get_operators_reader()? {
        code.see(&operator?);
    }
    census.block_depth(code.depth);
    census.branch_targets(code.targets);
    census.compile_time(code.estimate(variables, body.range().len() as u64));
    Ok(())
}

fn at_usize(values: &[u32], index: usize) -> u32 {
    values.get(index).copied().unwrap_or(0)
}

fn locals(body: &FunctionBody<'_>) -> Result<u64, BinaryReaderError> {
    let mut total = 0_u64;
    for group in body.get_locals_reader()? {
        total = total.saturating_add(u64::from(group?.0));
    }
    Ok(total)
}

struct Code<'a> {
    signatures: &'a Signatures,
    /// Values that a branch to each open label carries, the innermost last.
    labels: Vec<u32>,
    loops: u64,
    meetings: u64,
    /// Values that calls and branches pass.
    values: u64,
    block_values: u64,
    /// Of the largest `br_table`.
    targets: u64,
    /// The deepest nesting of blocks.
    depth: u64,
}

impl<'a> Code<'a> {
    fn of(signatures: &'a Signatures, own: u32) -> Self {
        Self {
            signatures,
            labels: vec![own],
            loops: 0,
            meetings: 0,
            values: 0,
            block_values: 0,
            targets: 0,
            depth: 0,
        }
    }

    fn estimate(&self, variables: u64, bytes: u64) -> Duration {
        let parts = [
            FUNCTION,
            bytes.saturating_mul(BYTE),
            self.loops
                .saturating_mul(variables)
                .saturating_mul(LOOP_VARIABLE),
            self.meetings
                .saturating_mul(self.meetings)
                .saturating_mul(MEETING_SQUARED),
            self.values.saturating_mul(VALUE),
            self.block_values.saturating_mul(BLOCK_VALUE),
        ];
        Duration::from_nanos(parts.into_iter().fold(0, u64::saturating_add))
    }

    fn see(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Loop { blockty } => {
                self.loops += 1;
                self.meetings += MEETINGS_OF_LOOP;
                self.open(*blockty);
            }
            Operator::Block { blockty } | Operator::If { blockty } => {
                self.meetings += MEETINGS_OF_BLOCK;
                self.open(*blockty);
            }
            Operator::TryTable { try_table } => self.open(try_table.ty),
            Operator::End => drop(self.labels.pop()),
            Operator::Br { relative_depth } | Operator::BrIf { relative_depth } => {
                self.branch(*relative_depth);
            }
            Operator::BrTable { targets } => {
                self.targets = self.targets.max(u64::from(targets.len()));
                self.values += u64::from(targets.len());
                for target in targets.targets().flatten() {
                    self.branch(target);
                }
            }
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                self.call(at(&self.signatures.functions, *function_index));
            }
            Operator::CallIndirect { type_index, .. }
            | Operator::ReturnCallIndirect { type_index, .. } => {
                self.meetings += MEETINGS_OF_INDIRECT_CALL;
                self.call(self.signatures.of_type(*type_index));
            }
            Operator::TableGet { .. } | Operator::TableSet { .. } => {
                self.meetings += MEETINGS_OF_TABLE_ACCESS;
            }
            _ => {}
        }
    }

    fn open(&mut self, block: BlockType) {
        let arity = self.signatures.of_block(block);
        self.labels.push(arity);
        if arity > 1 {
            self.block_values += u64::from(arity);
        }
        self.depth = self.depth.max(self.labels.len() as u64 - 1);
    }

    fn branch(&mut self, depth: u32) {
        let depth = usize::try_from(depth).ok();
        let label = depth.and_then(|it| self.labels.iter().rev().nth(it));
        self.values += u64::from(label.copied().unwrap_or(0));
    }

    fn call(&mut self, arity: u32) {
        self.values += u64::from(arity);
    }
}
