//! The commands, a module each. Options that several commands share are in `config`.

pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod serve;
