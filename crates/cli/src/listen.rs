//! The address that the API listens on.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::str::FromStr;

use socket2::{Domain, Socket, Type};

/// Maximum number of connections that wait to be accepted, on each socket.
const BACKLOG: i32 = 1024;

/// A host and a port. Port 0 means any free port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListenAddress {
    host: String,
    port: u16,
}

/// Error returned when an address cannot be parsed.
#[derive(Debug, thiserror::Error)]
#[error("must be a host and a port, such as 127.0.0.1:8000, [::1]:8000 or localhost:8000")]
pub(crate) struct InvalidListenAddress;

impl FromStr for ListenAddress {
    type Err = InvalidListenAddress;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        let (host, port) = input.rsplit_once(':').ok_or(InvalidListenAddress)?;
        let port = port.parse().map_err(|_| InvalidListenAddress)?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let plausible = match bracketed {
            Some(host) => host.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || "-._".contains(c)),
        };
        if !plausible {
            return Err(InvalidListenAddress);
        }
        Ok(Self { host: bracketed.unwrap_or(host).to_owned(), port })
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl ListenAddress {
    /// Binds a socket to every address of the host, all with the same port.
    ///
    /// A port in use is an error even if another address of the host is free. An address that this machine does not have
    /// is skipped as long as another one can be bound: `localhost` often has an IPv6 address where IPv6 is disabled.
    pub(crate) fn bind(&self) -> io::Result<BoundSockets> {
        let mut sockets = Vec::new();
        let mut skipped = io::Error::new(ErrorKind::AddrNotAvailable, "the host has no address");
        let mut port = self.port;
        for mut address in (self.host.as_str(), self.port).to_socket_addrs()? {
            address.set_port(port);
            match bind(address) {
                Ok((socket, bound)) => {
                    port = bound.port();
                    sockets.push((socket, bound));
                }
                Err(error) if matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied) => {
                    return Err(error);
                }
                Err(error) => skipped = error,
            }
        }
        let (_, address) = sockets.first().ok_or(skipped)?;
        Ok(BoundSockets { address: *address, sockets: sockets.into_iter().map(|(socket, _)| socket).collect() })
    }
}

/// Sockets that hold their port but accept no connections yet, so that clients are refused rather than kept waiting while
/// the database is migrated.
pub(crate) struct BoundSockets {
    /// The first of the addresses.
    pub(crate) address: SocketAddr,
    sockets: Vec<Socket>,
}

impl BoundSockets {
    /// Starts to accept connections.
    pub(crate) fn listen(self) -> io::Result<Vec<TcpListener>> {
        let listen = |socket: Socket| socket.listen(BACKLOG).map(|()| socket.into());
        self.sockets.into_iter().map(listen).collect()
    }
}

fn bind(address: SocketAddr) -> io::Result<(Socket, SocketAddr)> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    let bound = socket.local_addr()?.as_socket().unwrap_or(address);
    Ok((socket, bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for address in ["127.0.0.1:8000", "[::1]:0", "localhost:8000", "api_1.example.com:65535"] {
            assert_eq!(address.parse::<ListenAddress>().unwrap().to_string(), address);
        }
        for address in
            ["", "8000", ":8000", "localhost", "localhost:http", "localhost:65536", "::1:8000", "[x]:1", "http://a:1"]
        {
            assert!(address.parse::<ListenAddress>().is_err(), "{address}");
        }
    }

    #[test]
    fn a_port_that_is_in_use_on_one_address_of_the_host_is_an_error() {
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = ListenAddress { host: "localhost".to_owned(), port: other.local_addr().unwrap().port() };
        assert_eq!(address.bind().err().unwrap().kind(), ErrorKind::AddrInUse);
    }

    #[test]
    fn every_address_of_the_host_gets_the_same_free_port() {
        let bound = ListenAddress { host: "localhost".to_owned(), port: 0 }.bind().unwrap();
        let port = bound.address.port();
        assert_ne!(port, 0);
        for listener in bound.listen().unwrap() {
            assert_eq!(listener.local_addr().unwrap().port(), port);
        }
    }
}
