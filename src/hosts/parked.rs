//! The host of scripts that run in a coroutine: what takes time suspends the script.
//!
//! [`Parked`] is a script on a stack of its own. Whoever drives it resumes it, gets a [`Wish`],
//! carries that out as slowly as need be, and resumes it with the answer. An answer that is a stop
//! or a limit lets the script leave by its own way, so a suspended stack is never thrown away.
//! Printing and the time need no waiting and suspend nothing.

use crate::fault::{Fault, FaultKind, Place};
use crate::host::{Account, Ask, Host, Mail, Reply, Request, Sms};
use crate::memory;
use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult, Yielder};
use std::io;
use std::rc::Rc;
use std::sync::Arc;

/// Address space of one script's stack; only what is touched takes memory. Half of it is kept for the
/// innermost call, and calls inside calls that need more take further pieces.
pub const STACK_SIZE: usize = 512 << 10;

/// What a suspended script waits for.
#[derive(Debug)]
pub enum Wish {
    Http(Box<Request>),
    Mail(Box<Mail>),
    Message(Box<Message>),
    /// Only to let others run.
    Breathe,
}

/// A short message to people.
#[derive(Debug)]
pub enum Message {
    Sms(Sms),
    Push { to: Vec<String>, title: String, message: String },
}

/// What a wish is answered with.
pub type Answer = Result<Reply, Fault>;

/// Milliseconds since the epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What a script is given without waiting.
pub struct Surroundings {
    pub clock: Clock,
    pub account: Arc<Account>,
    /// Takes what the script prints, and the times it is told.
    pub witness: Rc<dyn Witness>,
}

/// Sees what passes without a suspension.
pub trait Witness {
    /// One line of `info`.
    fn printed(&self, line: &str);
    /// The script asked for the time and got this.
    fn told_time(&self, epoch_ms: i64);
    /// The script asked who runs it.
    fn told_account(&self, account: &Account);
    /// `openUrl`, which a button's page would follow.
    fn opened(&self, url: &str, window: &str);
    /// The script is about to print, or to wait for something.
    fn standing_at(&self, place: Place);
}

/// A script on a stack of its own, suspended or not yet begun. `R` is what it ends with.
pub struct Parked<R> {
    coroutine: Coroutine<Answer, Wish, R, DefaultStack>,
    /// Bytes that the script holds, counted while it runs.
    held: isize,
}

/// How far a script came.
pub enum Step<R> {
    Waits(Wish),
    Ended(R),
}

impl<R: 'static> Parked<R> {
    /// Puts a script on a stack; it begins with the first [`Parked::resume`].
    pub fn new(stack: DefaultStack, around: Surroundings, script: impl FnOnce(&mut dyn Host) -> R + 'static) -> Self {
        let stack_end = stack.limit().get();
        let body = move |yielder: &Yielder<Answer, Wish>, _begin: Answer| {
            script(&mut ParkedHost { yielder, around, stack_end })
        };
        Self { coroutine: Coroutine::with_stack(stack, body), held: 0 }
    }

    /// Runs on to the next wish or the end. The answer to the beginning is not looked at.
    pub fn resume(&mut self, answer: Answer) -> Step<R> {
        let outside = memory::exchange(self.held);
        let result = self.coroutine.resume(answer);
        self.held = memory::exchange(outside);
        match result {
            CoroutineResult::Yield(wish) => Step::Waits(wish),
            CoroutineResult::Return(ended) => Step::Ended(ended),
        }
    }

    /// The stack of a script that has ended, to be used again.
    pub fn into_stack(self) -> Option<DefaultStack> {
        self.coroutine.done().then(|| self.coroutine.into_stack())
    }
}

/// A fresh stack.
///
/// # Errors
/// That the system gives no more address space or mappings.
pub fn new_stack() -> io::Result<DefaultStack> {
    DefaultStack::new(STACK_SIZE)
}

struct ParkedHost<'y> {
    yielder: &'y Yielder<Answer, Wish>,
    around: Surroundings,
    stack_end: usize,
}

impl Host for ParkedHost<'_> {
    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        match self.around.answer(ask) {
            Ok(reply) => Ok(reply),
            Err(wish) => self.yielder.suspend(wish),
        }
    }

    fn standing_at(&mut self, place: Place) {
        self.around.witness.standing_at(place);
    }

    fn stack_end(&self) -> Option<usize> {
        Some(self.stack_end)
    }
}

impl Surroundings {
    /// Answers what needs no waiting; the rest is a wish.
    fn answer(&self, ask: Ask<'_>) -> Result<Reply, Wish> {
        match ask {
            Ask::Print(line) => {
                self.witness.printed(line);
                Ok(Reply::Done)
            }
            Ask::OpenUrl { url, window, .. } => {
                self.witness.opened(url, window);
                Ok(Reply::Done)
            }
            Ask::Now => {
                let now = (self.clock)();
                self.witness.told_time(now);
                Ok(Reply::Now(now))
            }
            Ask::Account => {
                self.witness.told_account(&self.account);
                Ok(Reply::Account(Account::clone(&self.account)))
            }
            Ask::Http(request) => Err(Wish::Http(Box::new(request))),
            Ask::Mail(mail) => Err(Wish::Mail(Box::new(mail))),
            Ask::Sms(sms) => Err(Wish::Message(Box::new(Message::Sms(sms)))),
            Ask::Push { to, title, message } => Err(Wish::Message(Box::new(Message::Push { to, title, message }))),
            Ask::Breathe => Err(Wish::Breathe),
        }
    }
}

/// The host of a script that runs where it is called, and gives up as soon as it wishes for anything: nothing
/// has left it by then, so it can begin anew elsewhere.
pub struct Unparked {
    around: Surroundings,
    gave_up: bool,
}

impl Unparked {
    pub fn new(around: Surroundings) -> Self {
        Self { around, gave_up: false }
    }

    /// Whether the script wished for something and was stopped.
    pub fn gave_up(&self) -> bool {
        self.gave_up
    }
}

impl Host for Unparked {
    fn ask(&mut self, ask: Ask<'_>) -> Result<Reply, Fault> {
        self.around.answer(ask).map_err(|_| {
            self.gave_up = true;
            FaultKind::Stopped.into()
        })
    }
}
