//! The use cases of sessions, over mocks of their ports.
