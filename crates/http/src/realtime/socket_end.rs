//! The ends of sockets, and the codes that tell clients about them.

use actix_ws::{CloseCode, ProtocolError};

use super::CloseReason;

/// The reason why a socket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SocketEnd {
    /// The server ends the subscription.
    Reason(CloseReason),
    /// The client has closed the connection, or is taken for gone.
    Gone,
    /// A binary frame was received.
    Binary,
    /// A frame was larger than the limit.
    TooLarge,
    /// A text frame was not UTF-8.
    NotText,
    /// A frame violates the protocol.
    Protocol,
    /// Many frames were not understood.
    TooManyBadFrames,
}

impl From<CloseReason> for SocketEnd {
    fn from(reason: CloseReason) -> Self {
        Self::Reason(reason)
    }
}

impl SocketEnd {
    /// Classifies a frame that cannot be read. The adapter reports large messages and bad text as errors of I/O.
    pub(super) fn of_error(error: &ProtocolError) -> Self {
        match error {
            ProtocolError::Overflow => Self::TooLarge,
            ProtocolError::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => Self::NotText,
            ProtocolError::Io(error) if error.to_string().contains("maximum continuation size") => Self::TooLarge,
            ProtocolError::Io(_) => Self::Gone,
            _ => Self::Protocol,
        }
    }

    /// Returns the code and the reason of the closing frame.
    pub(super) fn frame(self) -> Option<actix_ws::CloseReason> {
        let (code, description) = match self {
            Self::Reason(reason) => (code_of(reason), reason.as_str()),
            Self::Gone => (CloseCode::Normal, "closed"),
            Self::Binary => (CloseCode::Unsupported, "binary_frame"),
            Self::TooLarge => (CloseCode::Size, "frame_too_large"),
            Self::NotText => (CloseCode::Invalid, "invalid_utf8"),
            Self::Protocol => (CloseCode::Protocol, "protocol_error"),
            Self::TooManyBadFrames => (CloseCode::Policy, "too_many_bad_frames"),
        };
        Some(actix_ws::CloseReason { code, description: Some(description.to_owned()) })
    }
}

fn code_of(reason: CloseReason) -> CloseCode {
    match reason {
        CloseReason::TokenExpired | CloseReason::InvalidToken | CloseReason::SignedOut => CloseCode::Other(4401),
        CloseReason::CursorExpired => CloseCode::Other(4410),
        CloseReason::TooManyConnections => CloseCode::Other(4429),
        CloseReason::TooSlow | CloseReason::Unavailable => CloseCode::Again,
        CloseReason::ShuttingDown => CloseCode::Away,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_its_code() {
        for (end, code) in [
            (CloseReason::TokenExpired.into(), 4401),
            (CloseReason::InvalidToken.into(), 4401),
            (CloseReason::SignedOut.into(), 4401),
            (CloseReason::CursorExpired.into(), 4410),
            (CloseReason::TooManyConnections.into(), 4429),
            (CloseReason::TooSlow.into(), 1013),
            (CloseReason::Unavailable.into(), 1013),
            (CloseReason::ShuttingDown.into(), 1001),
            (SocketEnd::TooLarge, 1009),
            (SocketEnd::Binary, 1003),
            (SocketEnd::NotText, 1007),
            (SocketEnd::TooManyBadFrames, 1008),
            (SocketEnd::Protocol, 1002),
        ] {
            assert_eq!(end.frame().map(|frame| u16::from(frame.code)), Some(code), "{end:?}");
        }
        assert_eq!(SocketEnd::of_error(&ProtocolError::Overflow), SocketEnd::TooLarge);
        assert_eq!(SocketEnd::of_error(&ProtocolError::BadOpCode), SocketEnd::Protocol);
    }
}
