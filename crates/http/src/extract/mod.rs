//! From a request to what a handler is given: who is calling, and parsed input.

mod body;
mod caller;
mod page;
mod path;
mod query;
mod received_at;

pub use body::{Body, Parse, media_type, parse_form, parse_json, read_body, require_json};
pub use caller::{Caller, ClientDevice, MaybeCaller};
pub use page::{Paging, PagingQuery, list, next_link};
pub use path::PathId;
pub use query::Query;
pub use received_at::received_at;
