//! As much of HTTP/1.1 as a tap needs: whole messages, kept as the bytes that they came in.

use std::io::{self, BufRead, BufReader, Read};
use std::net::TcpStream;

/// A request or a reply, as it was on the wire.
pub struct Message {
    /// Up to and including the empty line.
    pub head: String,
    pub body: Vec<u8>,
}

impl Message {
    /// Reads one message; none where the other side has closed the connection.
    pub fn read(from: &mut BufReader<TcpStream>) -> io::Result<Option<Message>> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if from.read_line(&mut head)? == 0 {
                return Ok(None);
            }
        }
        let mut message = Message { head, body: Vec::new() };
        let length = message.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        message.body.resize(length, 0);
        from.read_exact(&mut message.body)?;
        Ok(Some(message))
    }

    pub fn first_line(&self) -> &str {
        self.head.lines().next().unwrap_or("")
    }

    /// Names as they came, with their values.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.head.lines().skip(1).filter_map(|line| line.split_once(": "))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }

    /// The body as text, without the boundary that chance has named; bytes that are no text are counted.
    pub fn shown_body(&self) -> String {
        let boundary = self.header("content-type").and_then(|kind| kind.split_once("boundary=")).map(|(_, name)| name);
        match std::str::from_utf8(&self.body) {
            Ok(text) => match boundary {
                Some(boundary) => text.replace(boundary.trim_matches('"'), "BOUNDARY"),
                None => text.to_owned(),
            },
            Err(_) => format!("({} bytes)", self.body.len()),
        }
    }
}
