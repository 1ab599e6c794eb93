//! A host for tests: records what scripts ask for and plays canned replies.
#![allow(dead_code)]

use ararat::fault::Fault;
use ararat::host::{Account, Ask, Body, Host, Mail, Reply, Request, Response, Sms, Target};
use ararat::value::{File, Settings, Value, convert, json_read};

/// Records requests as lines; answers each with the next canned reply.
#[derive(Default)]
pub struct Recorder {
    pub asked: Vec<Request>,
    pub mails: Vec<Mail>,
    pub messages: Vec<Sms>,
    pub effects: Vec<String>,
    pub printed: String,
    pub replies: Vec<Response>,
}

impl Recorder {
    pub fn replying(status: u16, body: &str) -> Self {
        Self { replies: vec![response(status, body)], ..Self::default() }
    }
}

impl Host for Recorder {
    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        match ask {
            Ask::Http(request) => {
                self.asked.push(request);
                let next = if self.replies.is_empty() { response(200, "{}") } else { self.replies.remove(0) };
                Ok(Reply::Http(next))
            }
            Ask::Account => Ok(Reply::Account(Account {
                login_user_id: "user@zylker.com".into(),
                admin_user_id: "admin@zylker.com".into(),
                ..Account::default()
            })),
            Ask::Mail(mail) => {
                self.mails.push(mail);
                Ok(Reply::Done)
            }
            Ask::Sms(sms) => {
                self.messages.push(sms);
                Ok(Reply::Done)
            }
            Ask::Print(text) => {
                self.printed += text;
                self.printed.push('\n');
                Ok(Reply::Done)
            }
            Ask::OpenUrl { url, window, option } => {
                self.effects.push(format!("open {url} in {window} {option:?}"));
                Ok(Reply::Done)
            }
            Ask::Push { to, title, message } => {
                self.effects.push(format!("push to {} {title}: {message}", to.join("+")));
                Ok(Reply::Done)
            }
            Ask::Now => Ok(Reply::Now(0)),
            Ask::Breathe => Ok(Reply::Done),
        }
    }
}

pub fn response(status: u16, body: &str) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json;charset=UTF-8".to_owned())];
    Response { status, headers, body: body.as_bytes().to_vec(), url: "https://www.zohoapis.com/x".to_owned() }
}

/// One request as a line: `POST api /crm/v2/Leads ?a=1 {"data":[…]} @link`.
pub fn line(request: &Request) -> String {
    let mut line = request.method.as_str().to_owned();
    match &request.target {
        Target::Url(url) => line += &format!(" {url}"),
        Target::Zoho { family, path } => line += &format!(" {family} {path}"),
    }
    for (at, (key, value)) in request.query.iter().enumerate() {
        line += &format!("{}{key}={value}", if at == 0 { " ?" } else { "&" });
    }
    for (key, value) in &request.headers {
        line += &format!(" [{key}: {value}]");
    }
    match &request.body {
        Body::Empty => {}
        Body::Bytes { content_type, bytes } if content_type == "application/json" => {
            line += &format!(" {}", String::from_utf8_lossy(bytes));
        }
        Body::Bytes { content_type, bytes } => line += &format!(" {content_type} {}", String::from_utf8_lossy(bytes)),
        Body::Form(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
            line += &format!(" form {}", pairs.join("&"));
        }
        Body::Multipart(parts) => {
            line += " multipart";
            for part in parts {
                line += &format!(" {}", part.name);
                if let Some(name) = &part.file_name {
                    line += &format!("({name}, {})", part.content_type.as_deref().unwrap_or("-"));
                }
                line += &format!("={}", String::from_utf8_lossy(&part.bytes));
            }
        }
    }
    if let Some(link) = &request.connection {
        line += &format!(" @{link}");
    }
    line
}

pub fn shown(value: &Value) -> String {
    convert::to_text(value, &Settings::default()).expect("text").to_string()
}

/// A value written as JSON; `FILE` is a small file.
pub fn value(text: &str) -> Value {
    match text {
        "FILE" => Value::File(File::new("photo.png", b"png".as_slice())),
        "" => Value::Null,
        _ => match json_read::read(&format!("[{text}]")).expect("JSON") {
            Value::List(list) => list.get(0).expect("an item"),
            other => other,
        },
    }
}
