//! The use cases of connections, over mocks of their ports.
