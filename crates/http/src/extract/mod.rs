//! Extractors: the caller, and parsed input.

mod body;
mod caller;
mod json;
mod page;
mod path;
mod query;
mod received_at;

pub use body::{
    BODY_TIMEOUT, Body, MAX_BODY_BYTES, Parse, media_type, parse_form, parse_json, read_body, require_json,
};
pub use caller::{Caller, ClientDevice, MaybeCaller};
pub use page::{Paging, PagingQuery, list, next_link};
pub use path::PathId;
pub use query::Query;
pub use received_at::received_at;
