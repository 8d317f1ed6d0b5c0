//! The use cases of chat, over mocks of their ports.
