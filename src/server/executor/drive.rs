//! Drives one execution from its first statement to its end, carrying out what it wishes.

use super::Core;
use super::job::{Failed, Job, Outcome, Returned, Stop, Why};
use super::journal::{Journal, Scribe};
use crate::connections::Outbound;
use crate::engine::{Failure, Run};
use crate::eval::limits::Stats;
use crate::fault::{Fault, FaultKind};
use crate::host::{Mail, Reply, Request, Response};
use crate::hosts::parked::{Answer, Clock, Message, Parked, Step, Surroundings, Unparked, Wish, Witness};
use crate::hosts::tape::Line;
use crate::hosts::tape::entry::Exchange;
use crate::hosts::tape::redacted;
use crate::http::Redactor;
use crate::value::{Settings, Value, convert, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

type Ended = Result<Run, Failure>;

/// When an execution has to end, and how it says so.
struct Deadline {
    at: Option<Instant>,
    time: Duration,
}

/// Runs a job and says what came of it.
pub(super) async fn drive(core: &Core, job: Box<Job>) {
    let Job { script, function, args, settings, time, account, outbound, stop, journal, redactor, done } = *job;
    let scribe = Rc::new(Scribe::new(journal, redactor, script.clone()));
    scribe.open().begin((core.clock)());
    let started = Instant::now();
    let deadline = Deadline { at: time.map(|time| started + time), time: time.unwrap_or_default() };
    let around = Surroundings { clock: core.clock.clone(), account, witness: scribe.clone() };
    let outbound = outbound.as_ref().unwrap_or(&core.outbound);
    let outcome = match core.stacks.take() {
        Err(error) => Err(Failed::Internal(format!("no stack for the execution: {error}"))),
        Ok(stack) => {
            let body = move |host: &mut dyn crate::host::Host| script.call(&function, host, &args);
            let mut parked = Parked::new(stack, around, body);
            let ended = to_the_end(core, outbound, &mut parked, &scribe, &stop, &deadline).await;
            if let Some(stack) = parked.into_stack() {
                core.stacks.give_back(stack);
            }
            ended
        }
    };
    let took = started.elapsed();
    done(outcome_of(outcome, took, &settings, &stop));
}

/// Runs a job on the thread of its caller, unless it turns out to want more than a moment: then nothing has
/// happened yet, and it is to be submitted.
pub fn at_once(job: &Job, clock: &Clock) -> Option<Outcome> {
    let Job { script, function, args, settings, account, stop, journal, redactor, .. } = job;
    let scribe = Rc::new(Scribe::new(journal.clone(), redactor.clone(), script.clone()));
    scribe.open().begin(clock());
    let started = Instant::now();
    let around = Surroundings { clock: clock.clone(), account: account.clone(), witness: scribe.clone() };
    let mut host = Unparked::new(around);
    let ended = catch_unwind(AssertUnwindSafe(|| script.call(function, &mut host, args)));
    if host.gave_up() {
        *scribe.open() = Journal::new(clock());
        return None;
    }
    let ended = ended.map_err(|_| defect());
    Some(outcome_of(ended, started.elapsed(), settings, stop))
}

fn defect() -> Failed {
    Failed::Internal("the interpreter failed; this is a defect of Ararat".to_owned())
}

async fn to_the_end(
    core: &Core,
    outbound: &Arc<Outbound>,
    parked: &mut Parked<Ended>,
    scribe: &Scribe,
    stop: &Stop,
    deadline: &Deadline,
) -> Result<Ended, Failed> {
    let mut answer: Answer = Ok(Reply::Done);
    loop {
        // A panic is a mistake of ours: it ends this execution and no other.
        let step = catch_unwind(AssertUnwindSafe(|| parked.resume(answer)));
        let wish = match step {
            Ok(Step::Ended(ended)) => return Ok(ended),
            Ok(Step::Waits(wish)) => wish,
            Err(_) => return Err(defect()),
        };
        answer = match wish {
            Wish::Breathe => {
                tokio::task::yield_now().await;
                deadline.check(stop)
            }
            Wish::Http(request) => http(core, outbound, request, scribe, stop, deadline).await,
            // Boxed, so that executions that only wait for HTTP need no room for them.
            Wish::Message(message) => Box::pin(message_answer(core, outbound, *message, scribe, stop, deadline)).await,
            Wish::Mail(mail) => Box::pin(mail_answer(core, outbound, *mail, scribe, stop, deadline)).await,
        };
    }
}

impl Deadline {
    /// Whether the execution may go on.
    fn check(&self, stop: &Stop) -> Answer {
        if stop.wished().is_some() {
            return Err(FaultKind::Stopped.into());
        }
        match self.at {
            Some(at) if Instant::now() >= at => Err(self.passed()),
            _ => Ok(Reply::Done),
        }
    }

    fn passed(&self) -> Fault {
        Fault::limit("limit.time", format!("the script ran longer than {} s", self.time.as_secs_f64()))
    }

    async fn wait(&self) {
        match self.at {
            Some(at) => tokio::time::sleep_until(at.into()).await,
            None => std::future::pending().await,
        }
    }
}

/// Sends a request on the network's runtime, so that no script's long statement holds it up.
async fn http(
    core: &Core,
    outbound: &Arc<Outbound>,
    request: Box<Request>,
    scribe: &Scribe,
    stop: &Stop,
    deadline: &Deadline,
) -> Answer {
    deadline.check(stop)?;
    let redactor = &scribe.redactor;
    // Before the request goes out: what it shows of secrets is kept from the lines that follow.
    let asked = redacted::asked(&request, redactor);
    let request = Arc::<Request>::from(request);
    let (outbound, going) = (outbound.clone(), request.clone());
    let (at, started) = (scribe.open().calling(&asked, scribe.standing()), Instant::now());
    drop(asked);
    let sent = core.network.spawn(async move { outbound.send(&going).await });
    let answer = in_time(sent, stop, deadline).await;
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    scribe.open().called(at, Exchange { ms, ..exchange(&request, &answer, redactor) });
    answer.map(Reply::Http)
}

/// What was asked and answered, without secrets: also without those that only the reply told of.
fn exchange(request: &Request, answer: &Result<Response, Fault>, redactor: &Redactor) -> Exchange {
    let asked = redacted::asked(request, redactor);
    match answer {
        Ok(response) => {
            let reply = Some(redacted::answered(response, &asked.url, redactor));
            Exchange { reply, ..redacted::asked(request, redactor) }
        }
        Err(fault) => Exchange { fault: Some(redacted::failed(fault, redactor)), ..asked },
    }
}

/// What the network's runtime answers, unless the execution has to end before.
async fn in_time<T>(mut sent: JoinHandle<Result<T, Fault>>, stop: &Stop, deadline: &Deadline) -> Result<T, Fault> {
    let answer = tokio::select! {
        answer = &mut sent => answer.unwrap_or_else(|_| Err(Fault::other("run.http", "the request was given up"))),
        () = stop.wait() => Err(FaultKind::Stopped.into()),
        () = deadline.wait() => Err(deadline.passed()),
    };
    sent.abort();
    answer
}

async fn mail_answer(
    core: &Core,
    outbound: &Arc<Outbound>,
    mail: Mail,
    scribe: &Scribe,
    stop: &Stop,
    deadline: &Deadline,
) -> Answer {
    deadline.check(stop)?;
    let mut posted = redacted::posted(&mail, &scribe.redactor);
    let (post, outbound, now) = (core.post.clone(), outbound.clone(), (core.clock)());
    let sent = core.network.spawn(async move { post.mail(&mail, now, &outbound).await });
    let answer = in_time(sent, stop, deadline).await.map(|()| Reply::Done);
    posted.fault = answer.as_ref().err().map(|fault| redacted::failed(fault, &scribe.redactor));
    let mut journal = scribe.open();
    journal.say(format!("sendmail to {}: {}", posted.to.join(", "), posted.subject));
    journal.entry(&Line::Mail(Box::new(posted)));
    answer
}

async fn message_answer(
    core: &Core,
    outbound: &Arc<Outbound>,
    message: Message,
    scribe: &Scribe,
    stop: &Stop,
    deadline: &Deadline,
) -> Answer {
    deadline.check(stop)?;
    let line = match &message {
        Message::Sms(sms) => format!("sendsms to {}", sms.to.join(", ")),
        Message::Push { to, title, .. } => format!("pushNotification to {}: {title}", to.join(", ")),
    };
    scribe.printed(&line);
    let (post, outbound, now) = (core.post.clone(), outbound.clone(), (core.clock)());
    let sent = core.network.spawn(async move {
        match message {
            Message::Sms(sms) => post.sms(&sms, now, &outbound).await,
            Message::Push { to, title, message } => post.push(&to, &title, &message, now, &outbound).await,
        }
    });
    in_time(sent, stop, deadline).await.map(|()| Reply::Done)
}

fn outcome_of(ended: Result<Ended, Failed>, took: Duration, settings: &Arc<Settings>, stop: &Stop) -> Outcome {
    match ended {
        Ok(Ok(run)) => Outcome { result: returned(run.value, settings), stats: run.stats, took },
        Ok(Err(Failure::Script { fault: FaultKind::Stopped, stats, .. })) => {
            let why = stop.wished().unwrap_or(Why::Cancelled);
            Outcome { result: Err(Failed::Stopped(why)), stats, took }
        }
        Ok(Err(Failure::Script { fault, report, stats })) => {
            Outcome { result: Err(Failed::Script { fault, report }), stats, took }
        }
        Ok(Err(Failure::Call(message))) => {
            Outcome { result: Err(Failed::Arguments(message)), stats: Stats::default(), took }
        }
        Err(failed) => Outcome { result: Err(failed), stats: Stats::default(), took },
    }
}

fn returned(value: Value, settings: &Settings) -> Result<Returned, Failed> {
    let unfit = |fault: Fault| Failed::Arguments(format!("the returned value cannot be written: {fault}"));
    if value.is_null() {
        return Ok(Returned { text: String::new(), json: "null".to_owned() });
    }
    let mut json = String::new();
    json::write(&value, settings, &mut json).map_err(unfit)?;
    let mut text = String::new();
    convert::write_text(&value, settings, &mut text).map_err(unfit)?;
    value.discard();
    Ok(Returned { text, json })
}
