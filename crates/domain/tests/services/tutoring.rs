//! The use cases of tutoring, over mocks of their ports.
