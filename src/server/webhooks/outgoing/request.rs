//! From a webhook and a payload to the request that is sent.

use super::template::{Facts, Form, render, text_of};
use super::wish::{Content, OutgoingWish, Parameter, ParameterKind, Verb};
use crate::host::{Body, Request, Target};
use crate::hosts::tape::redacted;
use crate::http::Redactor;
use serde_json::Value;
use std::time::Duration;

const WAIT: u32 = 30;
/// Of an answer only its status counts.
const LARGEST_ANSWER: usize = 1 << 20;
/// Names the delivery to its receiver, so that one that comes twice can be told.
const DELIVERY: &str = "X-Ararat-Delivery";

/// A shorter part of a path is a name or a number.
const SHORTEST_RANDOM: usize = 16;

/// The request of one delivery.
pub fn request_of(wish: &OutgoingWish, payload: &Value, delivery: &str) -> Request {
    let facts = Facts { payload, module: wish.module.as_deref() };
    let pairs = |parameters: &[Parameter]| -> Vec<(String, String)> {
        parameters.iter().map(|one| (one.name.clone(), one.filled(&facts))).collect()
    };
    let mut headers = pairs(&wish.headers);
    headers.push((DELIVERY.to_owned(), delivery.to_owned()));
    let raw = |content_type: &str, text: &str, form: Form| Body::Bytes {
        content_type: content_type.to_owned(),
        bytes: render(text, &facts, form).into_bytes(),
    };
    let body = match &wish.body {
        Content::None => Body::Empty,
        // Nobody reads it there.
        Content::Payload if wish.method == Verb::Get => Body::Empty,
        Content::Payload => {
            Body::Bytes { content_type: "application/json".to_owned(), bytes: payload.to_string().into_bytes() }
        }
        Content::Form { parameters } => Body::Form(pairs(parameters)),
        Content::Json { text } => raw("application/json", text, Form::Json),
        Content::Xml { text } => raw("application/xml", text, Form::Xml),
        Content::Text { text } => raw("text/plain; charset=utf-8", text, Form::Plain),
    };
    Request {
        method: wish.method.method(),
        target: Target::Url(render(&wish.url, &facts, Form::Url)),
        query: pairs(&wish.parameters),
        headers,
        body,
        connection: wish.link().map(str::to_owned),
        scopes: Vec::new(),
        timeout: Duration::from_secs(wish.timeout.unwrap_or(WAIT).into()),
        max_response: LARGEST_ANSWER,
        origin: format!("webhook {}", wish.name),
    }
}

/// Makes a redactor know what a request holds of secrets: by the names of headers, parameters and members,
/// and long random parts of the path, which are all that some receivers ask for.
pub fn learn_secrets(request: &Request, redactor: &Redactor) {
    redacted::asked(request, redactor);
    if let Target::Url(url) = &request.target {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        path.split('/').filter(|part| is_random(part)).for_each(|part| redactor.learn(part));
    }
}

fn is_random(part: &str) -> bool {
    part.len() >= SHORTEST_RANDOM
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && part.bytes().any(|byte| byte.is_ascii_digit())
        && part.bytes().any(|byte| byte.is_ascii_alphabetic())
}

impl Parameter {
    fn filled(&self, facts: &Facts<'_>) -> String {
        match self.kind {
            ParameterKind::Custom => self.value.clone(),
            ParameterKind::Module => text_of(facts.of_record(self.value.trim())),
            ParameterKind::UserDefined => render(&self.value, facts, Form::Plain),
        }
    }
}
