//! Errors of ports, below the errors of use cases.

/// A failure of a repository. Each use case decides what a conflict means to its caller.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// A fact that the write relied on no longer holds; nothing was written.
    #[error("a fact that the write relied on has changed")]
    Conflict,
    /// The store cannot be reached or is overloaded; a retry may succeed.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store returned something that the adapter cannot explain: a defect or corrupt data.
    #[error("the store failed unexpectedly")]
    Unexpected(#[source] Box<dyn std::error::Error + Send + Sync>),
}
