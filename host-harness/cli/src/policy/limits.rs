//! The `[limits]` of a policy file: each named bound of the runtime, its unit in the name.

use std::time::Duration;

use credential_runtime::{Limits, Measure};

use crate::document::Table;

/// A key of `[limits]`: how it is set, and what it says now.
pub(crate) struct Bound {
    pub(crate) key: &'static str,
    /// The least that works.
    least: u64,
    set: fn(&mut Limits, u64),
    pub(crate) get: fn(&Limits) -> u64,
}

/// One row: the key, the least value, and the member of [`Limits`] behind it.
macro_rules! bound {
    ($key:literal, $least:literal, ms $($member:ident).+) => {
        Bound {
            key: $key,
            least: $least,
            set: |limits, value| limits.$($member).+ = Duration::from_millis(value),
            get: |limits| u64::try_from(limits.$($member).+.as_millis()).unwrap_or(u64::MAX),
        }
    };
    ($key:literal, $least:literal, size $($member:ident).+) => {
        Bound {
            key: $key,
            least: $least,
            set: |limits, value| {
                limits.$($member).+ = usize::try_from(value).unwrap_or(usize::MAX);
            },
            get: |limits| limits.$($member).+ as u64,
        }
    };
    ($key:literal, $least:literal, number $($member:ident).+) => {
        Bound {
            key: $key,
            least: $least,
            set: |limits, value| limits.$($member).+ = value,
            get: |limits| limits.$($member).+,
        }
    };
    ($key:literal, $least:literal, count $($member:ident).+) => {
        Bound {
            key: $key,
            least: $least,
            set: |limits, value| limits.$($member).+ = u32::try_from(value).unwrap_or(u32::MAX),
            get: |limits| u64::from(limits.$($member).+),
        }
    };
}

/// Every bound, in the order in which it is shown.
pub(crate) const BOUNDS: &[Bound] = &[
    bound!("call_deadline_ms", 1, ms call_deadline),
    bound!("cpu_time_ms", 10, ms cpu_time),
    bound!("memory_bytes", 65_536, size memory_bytes),
    bound!("table_elements", 1, size table_elements),
    bound!("stack_bytes", 65_536, size stack_bytes),
    bound!("handles", 0, size handles),
    bound!("hostcall_bytes", 1_024, size hostcall_bytes),
    bound!("component_bytes", 1, size component_bytes),
    bound!("component_functions", 1, number component.functions),
    bound!("component_items", 1, number component.items),
    bound!("component_compile_time_ms", 1, ms component.compile_time),
    bound!("function_bytes", 1, number component.function_bytes),
    bound!("function_locals", 1, number component.function_locals),
    bound!("function_values", 1, number component.function_values),
    bound!("block_depth", 1, number component.block_depth),
    bound!("branch_targets", 1, number component.branch_targets),
    bound!("compile_cpu_time_ms", 1_000, ms compile.cpu_time),
    bound!("compile_deadline_ms", 1_000, ms compile.deadline),
    bound!("compile_memory_bytes", 536_870_912, number compile.memory_bytes),
    bound!("compiled_bytes", 1, number compile.compiled_bytes),
    bound!("concurrent_calls", 1, count concurrent_calls),
    bound!("connect_timeout_ms", 1, ms http.connect_timeout),
    bound!("answer_deadline_ms", 1, ms http.answer_deadline),
    bound!("requests_per_call", 0, count http.requests_per_call),
    bound!("request_bytes", 1, size http.request_bytes),
    bound!("answer_bytes", 1, size http.answer_bytes),
    bound!("answer_headers", 1, size http.answer_headers),
];

/// The key that raises what a component may be made of; absent for what no policy raises.
pub(crate) fn key_of(measure: Measure) -> Option<&'static str> {
    match measure {
        Measure::Functions => Some("component_functions"),
        Measure::FunctionBytes => Some("function_bytes"),
        Measure::FunctionLocals => Some("function_locals"),
        Measure::FunctionValues => Some("function_values"),
        Measure::BlockDepth => Some("block_depth"),
        Measure::BranchTargets => Some("branch_targets"),
        Measure::CompileTime => Some("component_compile_time_ms"),
        Measure::Items => Some("component_items"),
        Measure::MemoryBytes => Some("memory_bytes"),
        Measure::TableElements => Some("table_elements"),
        Measure::CoreInstances | Measure::Memories | Measure::Tables => None,
    }
}

/// Reads them over the defaults.
pub(super) fn read(table: Table<'_>) -> Limits {
    let mut limits = Limits::default();
    for bound in BOUNDS {
        let Some(number) = table.whole_number(bound.key) else {
            continue;
        };
        if number.value < bound.least {
            let message = format!("`{}` is at least {}", bound.key, bound.least);
            table.note(number.at, message, None);
        } else {
            (bound.set)(&mut limits, number.value);
        }
    }
    table.finish();
    limits
}

/// Every bound with its value.
pub(crate) fn every(limits: &Limits) -> impl Iterator<Item = (&'static str, u64)> {
    BOUNDS.iter().map(|bound| (bound.key, (bound.get)(limits)))
}

/// The bounds that differ from the runtime's own, with their values.
pub(crate) fn changed(limits: &Limits) -> impl Iterator<Item = (&'static str, u64)> {
    let default = Limits::default();
    BOUNDS.iter().filter_map(move |bound| {
        let value = (bound.get)(limits);
        (value != (bound.get)(&default)).then_some((bound.key, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_sets_what_it_shows_and_nothing_else() {
        for bound in BOUNDS {
            let mut limits = Limits::default();
            let value = (bound.get)(&limits) + 1;
            (bound.set)(&mut limits, value);
            let changed: Vec<_> = changed(&limits).collect();
            assert_eq!(changed, [(bound.key, value)]);
        }
    }

    #[test]
    fn the_defaults_are_allowed() {
        let limits = Limits::default();
        for bound in BOUNDS {
            assert!((bound.get)(&limits) >= bound.least, "{}", bound.key);
        }
    }
}
