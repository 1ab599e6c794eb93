//! The host as tasks see it during a run: requests, mails and messages are counted and bounded on their way.

use super::limits::{Limits, Stats, Unit};
use crate::fault::Fault;
use crate::host::{Ask, Body, Host, Reply, Request};

pub struct Door<'a> {
    pub host: &'a mut dyn Host,
    pub limits: &'a Limits,
    pub stats: &'a mut Stats,
}

impl Host for Door<'_> {
    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        match ask {
            Ask::Http(request) => {
                let request = self.request(request)?;
                self.host.ask(Ask::Http(request))
            }
            Ask::Mail(_) => {
                one_more(&mut self.stats.mails, self.limits.mails, "mails")?;
                self.host.ask(ask)
            }
            Ask::Sms(_) | Ask::Push { .. } => {
                one_more(&mut self.stats.messages, self.limits.messages, "messages")?;
                self.host.ask(ask)
            }
            Ask::Print(_) | Ask::OpenUrl { .. } | Ask::Now | Ask::Account | Ask::Breathe => self.host.ask(ask),
        }
    }
}

impl Door<'_> {
    fn request(&mut self, mut request: Request) -> Result<Request, Fault> {
        one_more(&mut self.stats.requests, self.limits.requests, "requests")?;
        let size = body_size(&request.body);
        if let Some(most) = self.limits.request_size.filter(|most| size > *most) {
            let [size, most] = [size, most].map(|bytes| Unit::Bytes.shown(bytes as u64));
            return Err(Fault::limit(
                "limit.http",
                format!("the body of a request has {size}, and at most {most} are allowed"),
            ));
        }
        if let Some(most) = self.limits.reply_size {
            request.max_response = request.max_response.min(most);
        }
        Ok(request)
    }
}

/// Counts one more of something, up to a limit.
fn one_more(count: &mut u64, most: Option<u64>, what: &str) -> Result<(), Fault> {
    if let Some(most) = most.filter(|most| *count >= *most) {
        let most = Unit::Count.shown(most);
        return Err(Fault::limit("limit.http", format!("the limit of {most} {what} was exceeded")));
    }
    *count += 1;
    Ok(())
}

/// Bytes of a body, without what its encoding adds.
fn body_size(body: &Body) -> usize {
    match body {
        Body::Empty => 0,
        Body::Bytes { bytes, .. } => bytes.len(),
        Body::Form(pairs) => pairs.iter().map(|(key, value)| key.len() + value.len()).sum(),
        Body::Multipart(parts) => parts.iter().map(|part| part.bytes.len()).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Mail, Method, Response, Target};
    use std::time::Duration;

    /// Answers everything; remembers how large a reply may be.
    #[derive(Default)]
    struct Willing {
        most: usize,
    }

    impl Host for Willing {
        fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
            let Ask::Http(request) = ask else { return Ok(Reply::Done) };
            self.most = request.max_response;
            Ok(Reply::Http(Response { status: 200, headers: Vec::new(), body: Vec::new(), url: String::new() }))
        }
    }

    fn post(size: usize) -> Ask<'static> {
        Ask::Http(Request {
            method: Method::Post,
            target: Target::Url("https://service.example/".to_owned()),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::Bytes { content_type: "text/plain".to_owned(), bytes: vec![0; size] },
            connection: None,
            scopes: Vec::new(),
            timeout: Duration::from_secs(1),
            max_response: 1_000,
            origin: "invokeurl".to_owned(),
        })
    }

    #[test]
    fn requests_mails_and_messages_end_at_their_limits() {
        let limits = Limits {
            requests: Some(2),
            request_size: Some(10),
            reply_size: Some(500),
            mails: Some(1),
            messages: Some(0),
            ..Limits::NONE
        };
        let (mut host, mut stats) = (Willing::default(), Stats::default());
        let mut told = |ask| {
            let mut door = Door { host: &mut host, limits: &limits, stats: &mut stats };
            door.ask(ask).map_or_else(|fault| fault.message(), |_| "done".to_owned())
        };
        assert_eq!(told(post(10)), "done");
        assert_eq!(told(post(11)), "the body of a request has 11 bytes, and at most 10 bytes are allowed");
        assert_eq!(told(post(1)), "the limit of 2 requests was exceeded");
        assert_eq!(told(Ask::Mail(Mail::default())), "done");
        assert_eq!(told(Ask::Mail(Mail::default())), "the limit of 1 mails was exceeded");
        let push = Ask::Push { to: Vec::new(), title: String::new(), message: String::new() };
        assert_eq!(told(push), "the limit of 0 messages was exceeded");
        assert_eq!(host.most, 500);
        assert_eq!((stats.requests, stats.mails, stats.messages), (2, 1, 0));
    }
}
