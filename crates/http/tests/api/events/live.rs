//! A real server, and clients of its sockets and streams. They block: the server runs on threads of its own.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use astegni_http::app;
use astegni_http::background::BackgroundTasks;
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

use crate::support::{Actor, TestApp};

/// The time after which a test fails that waits for the server.
pub(super) const LIMIT: Duration = Duration::from_secs(20);

/// A server with the services of an application.
pub(super) struct Live {
    app: TestApp,
    address: SocketAddr,
    server: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    pub(super) fn start(app: &TestApp) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (shared, services) = (app.shared.clone(), app.services.clone());
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            System::new().block_on(async {
                let server = HttpServer::new(move || app::build(&shared)).workers(1).disable_signals();
                let server = server.h1_allow_half_closed(false).tcp_nodelay(true).listen(listener).unwrap().run();
                sender.send(server.handle()).unwrap();
                let _background = BackgroundTasks::start(&services, None);
                server.await.unwrap();
            });
        });
        Self { app: app.clone(), address, server: receiver.recv().unwrap(), thread: Some(thread) }
    }

    fn tcp(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        stream
    }

    /// Opens a socket that does not know its user yet, or whose user the query tells.
    pub(super) fn open(&self, query: &str, origin: Option<&str>) -> Socket {
        let mut request = format!("ws://{}/api/v1/ws{query}", self.address).into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let (socket, _) = tungstenite::client(request, self.tcp()).unwrap();
        Socket(socket)
    }

    /// Opens a socket of a user, which reads from now on or continues behind a position.
    pub(super) async fn connect(&self, user: &Actor, after: Option<&Value>) -> (Socket, Value) {
        let ticket = ticket(user).await;
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        let mut socket = self.open(&format!("?ticket={ticket}{after}"), None);
        let hello = socket.next();
        assert_eq!(hello["type"], "hello", "{hello}");
        (socket, hello["cursor"].clone())
    }

    /// Opens a socket of a user that reads from now on.
    pub(super) async fn follow(&self, user: &Actor) -> Socket {
        self.connect(user, None).await.0
    }

    /// Opens an event stream of a user.
    pub(super) fn stream(&self, user: &Actor, query: &str) -> EventStream {
        let (mut stream, token) = (self.tcp(), user.token.as_deref().unwrap());
        write!(
            stream,
            "GET /api/v1/events{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: text/event-stream\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        )
        .unwrap();
        let mut stream = EventStream(BufReader::new(stream));
        assert_eq!(stream.line(), "HTTP/1.1 200 OK\r\n");
        while stream.line() != "\r\n" {}
        assert_eq!(stream.next().unwrap(), "retry: 2000");
        stream
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.app.services.hub.shut_down();
        drop(self.server.stop(false));
        // Fails only if the server has panicked, which its clients notice.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

/// Returns a new ticket.
pub(super) async fn ticket(user: &Actor) -> String {
    let body = user.post("/api/v1/ws/ticket", json!({})).await.expect(200);
    body["ticket"].as_str().unwrap().to_owned()
}

/// The client's end of a socket.
pub(super) struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// Sends a message, unless the server has closed the connection meanwhile.
    pub(super) fn send(&mut self, message: Message) {
        drop(self.0.send(message));
    }

    pub(super) fn send_json(&mut self, frame: &Value) {
        self.send(Message::text(frame.to_string()));
    }

    pub(super) fn authenticate(&mut self, user: &Actor) {
        self.send_json(&json!({ "type": "auth", "token": user.token }));
    }

    /// Returns the next frame, or the code and the reason with which the server closes the connection.
    fn receive(&mut self) -> Result<Value, (u16, String)> {
        loop {
            match self.0.read().unwrap() {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Close(frame) => {
                    let frame = frame.unwrap();
                    return Err((frame.code.into(), frame.reason.to_string()));
                }
                _ => {}
            }
        }
    }

    pub(super) fn next(&mut self) -> Value {
        self.receive().unwrap()
    }

    /// Asserts that the server closes the connection without another frame.
    #[track_caller]
    pub(super) fn expect_end(mut self, code: u16, reason: &str) {
        assert_eq!(self.receive(), Err((code, reason.to_owned())));
    }

    /// Closes the connection, and returns when the server has forgotten it.
    pub(super) fn close(mut self) {
        self.0.close(None).unwrap();
        while !matches!(self.0.read(), Ok(Message::Close(_)) | Err(_)) {}
    }
}

/// The client's end of an event stream.
pub(super) struct EventStream(BufReader<TcpStream>);

impl EventStream {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    /// Returns the next field, or `None` at the end. The lines between fields, which are empty or tell the size of a chunk,
    /// have no colon.
    pub(super) fn next(&mut self) -> Option<String> {
        loop {
            let line = self.line();
            if line.is_empty() {
                return None;
            }
            if line.contains(':') {
                return Some(line.trim_end().to_owned());
            }
        }
    }

    /// Returns the next event after checking that its fields agree.
    pub(super) fn event(&mut self) -> Value {
        let [id, kind, data] = [(); 3].map(|()| self.next().unwrap());
        let event: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(id, format!("id: {}", event["cursor"]));
        assert_eq!(kind, format!("event: {}", event["type"].as_str().unwrap()));
        event
    }
}
