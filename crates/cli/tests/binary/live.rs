//! Live events over real sockets, of one process and of two that share a database.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

use crate::client::Client;
use crate::support::{Schema, Server, command, sqlite};

/// A user with an access token.
struct User {
    id: i64,
    token: String,
}

fn register(client: &Client, name: &str) -> User {
    let body = json!({ "email": format!("{name}@example.com"), "password": "Test1234", "first_name": name, "role": "student" });
    let answer = client.call("POST", "/api/v1/auth/register", None, Some(&body), 201).unwrap();
    let token = answer["access_token"].as_str().unwrap().to_owned();
    User { id: answer["user"]["id"].as_i64().unwrap(), token }
}

impl User {
    fn post(&self, client: &Client, path: &str, body: &Value) -> Value {
        client.call("POST", path, Some(&self.token), Some(body), 200).unwrap()
    }

    fn open(&self, client: &Client, kind: &str, others: &[i64]) -> i64 {
        let body = json!({ "type": kind, "name": "Chess club", "participant_user_ids": others });
        self.post(client, "/api/v1/chat/conversations", &body)["conversation_id"].as_i64().unwrap()
    }

    fn connect(&self, server: &Server, after: Option<i64>) -> Socket {
        let ticket = self.post(&server.client, "/api/v1/ws/ticket", &json!({}))["ticket"].as_str().unwrap().to_owned();
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        let url = format!("ws://{}/api/v1/ws?ticket={ticket}{after}", server.address);
        let (mut socket, _) = tungstenite::connect(url).unwrap();
        if let MaybeTlsStream::Plain(stream) = socket.get_mut() {
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        }
        let mut socket = Socket(socket);
        assert_eq!(socket.next().unwrap()["type"], "hello");
        socket
    }
}

struct Socket(WebSocket<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Returns the next frame, or the code with which the server closes the connection; `None` if it just ends.
    fn next(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match self.0.read() {
                Ok(Message::Text(text)) => return Ok(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(frame)) => return Err(frame.map(|frame| frame.code.into())),
                Ok(_) => {}
                Err(_) => return Err(None),
            }
        }
    }
}

const WRITERS: usize = 10;
const MESSAGES: usize = 12;

/// Ten users write to a group, and a reader follows it. The process that serves the reader and half of the writers is killed;
/// they go on with the other one, the writers by repeating what has not been answered.
#[test]
fn every_message_arrives_once_and_in_order_although_a_process_is_killed() {
    let Some(schema) = Schema::create("live") else { return };
    let (mut first, second) = (Server::start(schema.command()), Server::start(schema.command()));
    let reader = register(&first.client, "reader");
    let writers: Vec<User> = (0..WRITERS).map(|number| register(&second.client, &format!("writer{number}"))).collect();
    let ids: Vec<i64> = writers.iter().map(|writer| writer.id).collect();
    let group = reader.open(&first.client, "group", &ids);
    let start = second.client.call("GET", "/api/v1/events", Some(&reader.token), None, 200).unwrap();
    let mut cursor = start["cursor"].as_i64().unwrap();

    let first_client = Client::new(format!("http://{}", first.address));
    let is_killed = AtomicBool::new(false);
    let (mut seqs, mut contents) = (Vec::new(), BTreeSet::new());
    thread::scope(|scope| {
        let (first, second, is_killed) = (&mut first, &second, &is_killed);
        let (first_client, second_client) = (&first_client, &second.client);
        for (number, writer) in writers.iter().enumerate() {
            scope.spawn(move || {
                for message in 0..MESSAGES {
                    let content = format!("{number}: {message}");
                    let body = json!({ "conversation_id": group, "content": content, "client_message_id": format!("{number}-{message}") });
                    let send = |client: &Client| client.call("POST", "/api/v1/chat/messages", Some(&writer.token), Some(&body), 200);
                    let prefers_first = number % 2 == 0 && !is_killed.load(Ordering::SeqCst);
                    if !prefers_first || send(first_client).is_err() {
                        send(second_client).unwrap();
                    }
                }
            });
        }
        let mut socket = reader.connect(first, Some(cursor));
        let deadline = Instant::now() + Duration::from_secs(60);
        while seqs.len() < WRITERS * MESSAGES {
            assert!(Instant::now() < deadline, "only these messages have arrived: {seqs:?}");
            if seqs.len() == WRITERS * MESSAGES / 3 && !is_killed.swap(true, Ordering::SeqCst) {
                first.signal("KILL");
                first.wait();
            }
            let Ok(event) = socket.next() else {
                socket = reader.connect(second, Some(cursor));
                continue;
            };
            assert_eq!(event["cursor"].as_i64().unwrap(), cursor + 1, "{event}");
            cursor += 1;
            if event["type"] == "message.sent" {
                seqs.push(event["data"]["message"]["seq"].as_i64().unwrap());
                contents.insert(event["data"]["message"]["content"].as_str().unwrap().to_owned());
            }
        }
    });
    assert!(is_killed.load(Ordering::SeqCst));
    assert_eq!(contents.len(), WRITERS * MESSAGES, "none is missing");
    let expected: Vec<i64> = (2..).take(WRITERS * MESSAGES).collect();
    assert_eq!(seqs, expected, "none is repeated, and the order is that of the conversation");
    let end = second.client.call("GET", "/api/v1/events", Some(&reader.token), None, 200).unwrap();
    assert_eq!(end["cursor"].as_i64().unwrap(), cursor);
}

#[test]
fn a_socket_is_closed_within_five_seconds_of_a_logout_and_at_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(command(&sqlite(folder.path())));
    let (one, other) = (register(&server.client, "one"), register(&server.client, "other"));
    let conversation = one.open(&server.client, "direct", &[other.id]);
    let (mut own, mut others) = (one.connect(&server, None), other.connect(&server, None));
    let body = json!({ "conversation_id": conversation, "content": "Hello" });
    let sent = one.post(&server.client, "/api/v1/chat/messages", &body);
    for socket in [&mut own, &mut others] {
        let event = socket.next().unwrap();
        assert_eq!((&event["type"], &event["data"]["message_id"]), (&json!("message.sent"), &sent["id"]));
    }
    let logged_out_at = Instant::now();
    one.post(&server.client, "/api/v1/auth/logout", &json!({}));
    assert_eq!(own.next(), Err(Some(4401)));
    assert!(logged_out_at.elapsed() < Duration::from_secs(5));
    let stopped_at = Instant::now();
    server.signal("TERM");
    assert_eq!(others.next(), Err(Some(1001)));
    assert!(server.wait().success());
    assert!(stopped_at.elapsed() < Duration::from_secs(8), "sockets do not delay a stop");
}
