//! Layers around the routes. From the outermost: `boundary`, compression, `keep_validators`, CORS, `old_paths`,
//! `check_method`.

mod boundary;
mod methods;
mod old_paths;
mod redaction;
mod validators;

pub use boundary::{CorsOrigins, REQUEST_TIMEOUT, boundary, extend_deadline};
pub use methods::{MethodTable, check_method};
pub use old_paths::{UnversionedPath, old_paths};
pub use validators::keep_validators;
