//! What may leave, and where to: one function, [`decide`], applied to every request whoever sends
//! it, and a resolver that holds the addresses to the same rule.

mod address;
#[cfg(test)]
mod attacks;
mod decide;
mod origin;
mod placement;
mod policy;

pub use address::is_public;
pub(crate) use decide::{
    Denial, NamedHeaders, Reach, Target, check_authorization, check_callers_header, check_headers,
    decide, decide_url,
};
pub use origin::{Origin, OriginError};
pub(crate) use placement::{
    authentication_texts, carried, check_placement, check_secret_headers, literals, written,
};
pub use policy::{MappingTarget, MappingTargetError, Policy};
