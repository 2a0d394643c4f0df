//! A server that answers every request with what a closure says, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Request {
    /// `PUT /v1/…`.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What the server answers; nothing to hang up.
pub(crate) type Answer = Option<(u16, String)>;

pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Serves until the test ends. The closure gets the request and how many there were before it.
    pub(crate) fn new(answer: impl Fn(&Request, usize) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&mut stream) else { continue };
                let before = seen.lock().unwrap().len();
                seen.lock().unwrap().push(request.clone());
                if let Some((status, body)) = answer(&request, before) {
                    let head = format!(
                        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                        body.len()
                    );
                    let _ = stream.write_all(format!("{head}{body}").as_bytes());
                }
            }
        });
        Self { url, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        headers.push_str(&header);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body: String::from_utf8(body).ok()? })
}

/// The answer to a stored document.
pub(crate) fn stored(request: &Request) -> Answer {
    let mut document: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    document["version"] = 1.into();
    document["updatedAt"] = 0.into();
    document["updatedBy"] = "demo".into();
    Some((201, document.to_string()))
}

/// An execution of `shop` with one wave of one server.
pub(crate) fn execution(status: &str, wave: &str, server: &str) -> String {
    let ended = if ["PENDING", "RUNNING"].contains(&status) { "null" } else { "700" };
    format!(
        r#"{{"executionId":"shop-1","planId":"shop","planVersion":1,"mode":"DRILL","status":"{status}","reason":"",
        "startedBy":"demo","startedAt":100,"endedAt":{ended},"rtoSeconds":{ended},"rpoSeconds":{ended},"recoveryPoint":{{"kind":"NOT_AFTER","at":1795312800}},"findings":[],"paused":null,"allowedActions":[],"waves":[{{"number":1,
        "name":"database","region":"eu-central-1","dependsOnWaves":[],"status":"{wave}","reason":"","approval":null,"beforeActions":[],"afterActions":[],"allowedActions":[],"startedAt":110,"launchedAt":600,
        "endedAt":{ended},"servers":[{{"serverId":"s-3tierdb0000000001","hostname":"db-1","group":"database",
        "criticality":"critical","status":"{server}","phase":"LAUNCH","reason":"","jobId":"drsjob-1",
        "instanceId":"i-1","recoverySnapshotId":"pit-1","recoverySnapshotAt":60,"startedAt":110,"launchedAt":600,"checkedAt":null,"checks":[]}}]}}]}}"#
    )
}

/// A refusal with one problem in a field.
pub(crate) fn refusal(status: u16) -> Answer {
    Some((
        status,
        format!(
            r#"{{"type":"about:blank","title":"Not valid","status":{status},"code":"INVALID","detail":"It was not stored.",
            "problems":[{{"at":"waves[0] (database).groups[0]","message":"there is no protection group x"}}]}}"#
        ),
    ))
}
