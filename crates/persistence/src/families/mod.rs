//! Guardianships, and accounts handed over.

mod claims;
mod queries;
mod repository;
