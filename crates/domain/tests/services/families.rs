//! The use cases of families, over mocks of their ports.
