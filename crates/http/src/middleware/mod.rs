//! What stands between the network and the routes.

mod boundary;
mod old_paths;

pub use boundary::{CorsOrigins, boundary};
pub use old_paths::old_paths;
