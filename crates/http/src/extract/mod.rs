//! Extractors: the caller, and parsed input.

mod body;
mod caller;
mod etag;
mod json;
mod nullable;
mod page;
mod path;
mod public_url;
mod query;
mod received_at;

pub use body::{
    BODY_TIMEOUT, Body, DraftBody, MAX_BODY_BYTES, Parse, ParseDraft, media_type, parse_form, parse_json, read_body,
    require_json,
};
pub use caller::{Caller, ClientDevice, IdentifiedCaller, MaybeCaller};
pub use etag::{Precondition, resource, tagged, validated};
pub use nullable::Nullable;
pub use page::{Paging, PagingQuery, list, next_link};
pub use path::{PathId, PathIds};
pub use public_url::{InvalidPublicUrl, PublicUrl};
pub use query::Query;
pub use received_at::received_at;
