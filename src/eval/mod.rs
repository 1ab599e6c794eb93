//! The tree walk: runs a program, counts what it uses, asks the host for effects.
//!
//! Synchronous and free of I/O. Leaf operands are read by reference, statements answer with a
//! one-byte signal and leave a returned value in the machine, faults are one pointer.

mod call;
mod door;
mod expr;
mod ops;
mod stmt;

pub mod limits;

use crate::fault::{Fault, Place};
use crate::host::{Ask, Host, Reply};
use crate::memory;
use crate::program::{Const, Expr, Program, Site};
use crate::value::{Number, Settings, Text, Value};
use door::Door;
use limits::{Limits, Stats};

/// Statements between two looks at the clock, the limits and the host.
const SLICE: u32 = 4096;

/// A running program: its frames, and what it may reach.
pub struct Machine<'p, 'h> {
    program: &'p Program,
    settings: &'p Settings,
    limits: &'p Limits,
    host: &'h mut dyn Host,
    /// All frames, one behind the other.
    stack: Vec<Value>,
    /// Where the current frame starts.
    frame: usize,
    consts: Vec<Value>,
    /// Where the last `return` with a value stands.
    return_site: Site,
    /// The value of the last `return`.
    returned: Value,
    /// Text under construction, kept to save allocations.
    scratch: String,
    /// Statements left until the next look.
    fuel: u32,
    /// How much fuel was given at the last look.
    slice: u32,
    depth: usize,
    /// Calls that the limits allow.
    most_calls: u64,
    /// Elements of one list or map that the limits allow.
    most_elements: usize,
    /// What the thread may hold at the limit of memory.
    most_held: isize,
    /// Native stack below this is kept for what one call needs.
    floor: usize,
    started: i64,
    stats: Stats,
}

/// Values that a fresh stack has room for; thousands of executions may wait at once, each with one.
const FIRST_SLOTS: usize = 16;

/// What a block tells the block around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signal {
    Next,
    Break,
    Continue,
    Return,
}

impl<'p, 'h> Machine<'p, 'h> {
    pub fn new(program: &'p Program, settings: &'p Settings, limits: &'p Limits, host: &'h mut dyn Host) -> Self {
        let floor = host.stack_end().map_or(call::UNKNOWN_FLOOR, call::lowest_start_above);
        let mut machine = Self {
            program,
            settings,
            limits,
            host,
            stack: Vec::with_capacity(FIRST_SLOTS),
            frame: 0,
            consts: program.consts.iter().map(constant).collect(),
            return_site: 0,
            returned: Value::Null,
            scratch: String::new(),
            fuel: 0,
            slice: 0,
            depth: 0,
            most_calls: limits.calls.unwrap_or(u64::MAX),
            floor,
            most_elements: limits.elements.unwrap_or(usize::MAX),
            most_held: isize::MAX,
            started: 0,
            stats: Stats::default(),
        };
        machine.refill();
        machine
    }

    /// Runs the body on a frame of given variables; gives the value of its `return`, if any.
    ///
    /// # Errors
    /// The fault that stopped the script, with its places.
    pub fn run_body(&mut self, frame: &mut Vec<Value>) -> Result<Value, Fault> {
        self.begin()?;
        std::mem::swap(&mut self.stack, frame);
        self.stack.resize(self.program.body.slots.len(), Value::Null);
        let program = self.program;
        let result = self.block(&program.body.body);
        self.stack.truncate(self.program.body.slots.len());
        std::mem::swap(&mut self.stack, frame);
        self.count_used();
        // What a function left behind is no value of the body.
        result.map(|signal| match signal {
            Signal::Return => std::mem::replace(&mut self.returned, Value::Null),
            Signal::Next | Signal::Break | Signal::Continue => Value::Null,
        })
    }

    /// Calls a function with values for its parameters.
    ///
    /// # Errors
    /// The fault that stopped the function, with its places.
    pub fn run_function(&mut self, function: u32, args: Vec<Value>) -> Result<Value, Fault> {
        self.begin()?;
        let result = self.enter(function, args);
        self.count_used();
        result
    }

    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    fn begin(&mut self) -> Result<(), Fault> {
        if self.limits.time.is_some() {
            self.started = self.now()?;
        }
        if let Some(most) = self.limits.memory {
            self.most_held = memory::held().saturating_add_unsigned(most);
        }
        Ok(())
    }

    fn place(&self, site: Site) -> Place {
        self.program.sites[site as usize]
    }

    #[inline(always)]
    fn leaf<'a>(&'a self, expr: &Expr) -> Option<&'a Value> {
        match expr {
            Expr::Local(slot) => Some(&self.stack[self.frame + *slot as usize]),
            Expr::Const(at) => Some(&self.consts[*at as usize]),
            _ => None,
        }
    }

    #[inline(always)]
    fn local(&mut self, slot: u32) -> &mut Value {
        let at = self.frame + slot as usize;
        &mut self.stack[at]
    }

    /// Counts one statement.
    #[inline(always)]
    fn step(&mut self) -> Result<(), Fault> {
        self.fuel -= 1;
        if self.fuel == 0 || memory::held() > self.most_held { self.look() } else { Ok(()) }
    }

    /// Between slices: limits, the clock, and the host's wish to go on.
    #[cold]
    #[inline(never)]
    fn look(&mut self) -> Result<(), Fault> {
        self.count_used();
        if memory::held() > self.most_held {
            let most = limits::Unit::Bytes.shown(self.limits.memory.unwrap_or_default() as u64);
            return Err(Fault::limit("limit.memory", format!("the limit of {most} memory was exceeded")));
        }
        if let Some(most) = self.limits.statements
            && self.stats.statements > most
        {
            return Err(Fault::limit(
                "limit.statements",
                format!("the limit of {most} executed statements was exceeded"),
            ));
        }
        if let Some(most) = self.limits.time
            && self.now()? - self.started > most.as_millis() as i64
        {
            return Err(Fault::limit("limit.time", format!("the script ran longer than {} s", most.as_secs())));
        }
        self.host.ask(Ask::Breathe)?;
        self.refill();
        Ok(())
    }

    fn count_used(&mut self) {
        self.stats.statements += (self.slice - self.fuel) as u64;
        self.slice = self.fuel;
    }

    /// Fuel up to the next look, at the latest when the statement limit is passed.
    fn refill(&mut self) {
        let left = self.limits.statements.map_or(u64::MAX, |most| most.saturating_sub(self.stats.statements) + 1);
        self.fuel = left.min(SLICE as u64) as u32;
        self.slice = self.fuel;
    }

    /// The host for tasks, which counts what passes.
    fn door(&mut self) -> Door<'_> {
        Door { host: &mut *self.host, limits: self.limits, stats: &mut self.stats }
    }

    #[cold]
    fn too_many_elements(&self) -> Fault {
        let most = self.most_elements;
        Fault::limit("limit.size", format!("the limit of {most} elements of one list or map was exceeded"))
    }

    fn now(&mut self) -> Result<i64, Fault> {
        match self.host.ask(Ask::Now)? {
            Reply::Now(epoch_ms) => Ok(epoch_ms),
            other => Err(unexpected(&other)),
        }
    }
}

#[cold]
fn unexpected(reply: &Reply) -> Fault {
    Fault::value(format!("the host gave an answer of another kind: {reply:?}"))
}

fn constant(constant: &Const) -> Value {
    match constant {
        Const::Null => Value::Null,
        Const::Bool(b) => Value::Bool(*b),
        Const::Int(n) => Value::Int(*n),
        Const::Decimal(digits) => Number::parse(digits).map_or(Value::Null, |number| match number {
            Number::Int(n) => Number::Exact(crate::value::Wide::new(n as i128, 0)).into(),
            Number::Exact(_) | Number::Float(_) => number.into(),
        }),
        Const::Text(text) => Value::Text(Text::new(text)),
        Const::Date(date) => Value::Date(*date),
        Const::Time(time) => Value::Time(*time),
    }
}
