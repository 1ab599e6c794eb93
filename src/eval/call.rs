//! Calls: the script's own functions, built-ins, integration tasks, blocks.

use super::{Machine, Signal};
use crate::builtins::Cx;
use crate::fault::{Fault, FaultKind};
use crate::program::{BlockCall, EntryOf, FormCall, Line, MethodCall, NetworkForm, Site, TaskCall, Type, UserCall};
use crate::tasks::{self, block::EntryValue};
use crate::value::{Kind, Number, Value, convert, json_read};

/// Native stack that a call must find, and how much more it takes when it does not.
const RED_ZONE: usize = 256 << 10;
const MORE_STACK: usize = 4 << 20;
/// Every place is below it, so that the first call looks where the stack ends.
pub(super) const UNKNOWN_FLOOR: usize = usize::MAX;

impl<'p> Machine<'p, '_> {
    #[inline(never)]
    pub(super) fn user_call(&mut self, call: &'p UserCall) -> Result<Value, Fault> {
        let base = self.stack.len();
        let slots = self.program.functions[call.function as usize].slots.len();
        self.stack.resize_with(base + slots, || Value::Null);
        for (slot, arg) in (base..).zip(&call.args) {
            if let Some(n) = self.whole(arg) {
                self.stack[slot].replace_with(Value::Int(n));
                continue;
            }
            match self.eval(arg) {
                Ok(value) => self.stack[slot].replace_with(value),
                Err(fault) => {
                    self.stack.truncate(base);
                    return Err(fault);
                }
            }
        }
        self.enter_at(call.function, base).map_err(|fault| fault.at(self.place(call.site)))
    }

    /// Calls a function with values.
    pub(super) fn enter(&mut self, function: u32, args: Vec<Value>) -> Result<Value, Fault> {
        let base = self.stack.len();
        self.stack.extend(args);
        let slots = self.program.functions[function as usize].slots.len();
        self.stack.resize_with(base + slots, || Value::Null);
        self.enter_at(function, base)
    }

    /// Runs a function whose variables lie on the stack from `base` on, its arguments first.
    #[inline(always)]
    fn enter_at(&mut self, function: u32, base: usize) -> Result<Value, Fault> {
        let function = &*self.program.functions[function as usize];
        self.stats.calls += 1;
        if self.depth >= self.limits.depth || self.stats.calls > self.most_calls {
            self.stack.truncate(base);
            return Err(self.too_many_calls());
        }
        for (index, param) in function.params.iter().enumerate() {
            let value = &mut self.stack[base + index];
            if !fits(param.kind, value)
                && let Err(fault) = convert_argument(value, param.kind, &function.name)
            {
                self.stack.truncate(base);
                return Err(fault);
            }
        }
        let frame = std::mem::replace(&mut self.frame, base);
        self.depth += 1;
        let signal =
            if here() < self.floor { self.block_near_the_end(&function.body) } else { self.block(&function.body) };
        self.depth -= 1;
        self.frame = frame;
        while self.stack.len() > base {
            match self.stack.last() {
                Some(value) if value.is_plain() => std::mem::forget(self.stack.pop()),
                _ => drop(self.stack.pop()),
            }
        }
        match signal? {
            Signal::Return => {
                if let (Type::Int | Type::Void | Type::Other, Value::Int(n)) = (function.returns, &self.returned) {
                    return Ok(Value::Int(*n));
                }
                let value = std::mem::replace(&mut self.returned, Value::Null);
                match fits_return(function.returns, &value) {
                    true => Ok(value),
                    false => Err(wrong_return(function.returns, &value).at(self.place(self.return_site))),
                }
            }
            Signal::Next | Signal::Break | Signal::Continue => Ok(Value::Null),
        }
    }

    /// Runs a body on a fresh piece of native stack, if there really is little left of this one.
    #[cold]
    #[inline(never)]
    fn block_near_the_end(&mut self, body: &'p [Line]) -> Result<Signal, Fault> {
        if self.floor == UNKNOWN_FLOOR {
            self.floor = lowest_start();
            if here() >= self.floor {
                return self.block(body);
            }
        }
        let floor = self.floor;
        let signal = stacker::grow(MORE_STACK, || {
            self.floor = lowest_start();
            self.block(body)
        });
        self.floor = floor;
        signal
    }

    #[cold]
    fn too_many_calls(&self) -> Fault {
        match self.limits.calls {
            Some(most) if self.stats.calls > most => {
                Fault::limit("limit.calls", format!("the limit of {most} function calls was exceeded"))
            }
            _ => Fault::limit("limit.depth", format!("functions call each other more than {} deep", self.limits.depth)),
        }
    }

    /// A built-in with its arguments.
    #[inline(never)]
    pub(super) fn method(&mut self, call: &'p MethodCall) -> Result<Value, Fault> {
        match &*call.args {
            [] => self.method_on(call, []),
            [a] => {
                let a = self.eval(a)?;
                self.method_on(call, [a])
            }
            [a, b] => {
                let args = [self.eval(a)?, self.eval(b)?];
                self.method_on(call, args)
            }
            [a, b, c] => {
                let args = [self.eval(a)?, self.eval(b)?, self.eval(c)?];
                self.method_on(call, args)
            }
            more => {
                let mut args = Vec::with_capacity(more.len());
                for arg in more {
                    args.push(self.eval(arg)?);
                }
                self.call_method(call, &mut args)
            }
        }
    }

    #[inline]
    pub(super) fn method_on<const N: usize>(
        &mut self,
        call: &'p MethodCall,
        mut args: [Value; N],
    ) -> Result<Value, Fault> {
        self.call_method(call, &mut args)
    }

    fn call_method(&mut self, call: &'p MethodCall, args: &mut [Value]) -> Result<Value, Fault> {
        let mut cx = Cx { settings: self.settings, host: self.host, function: &call.name };
        // One result from the built-in to the caller: taken apart and put together it costs more than the call.
        let mut result = call.method.call(&mut cx, args);
        match &mut result {
            Err(fault) => fault.add_place(self.place(call.site)),
            Ok(value) if self.most_elements < usize::MAX => {
                if let Err(fault) = self.check_elements(value, args, call.site) {
                    result = Err(fault);
                }
            }
            Ok(_) => {}
        }
        result
    }

    /// Bounds what a built-in made, and what it added to.
    #[cold]
    fn check_elements(&self, made: &Value, args: &[Value], site: Site) -> Result<(), Fault> {
        let elements = |value: &Value| match value {
            Value::List(list) => list.len(),
            Value::Map(map) => map.len(),
            Value::Collection(collection) => collection.len(),
            _ => 0,
        };
        let most = args.first().map_or(0, elements).max(elements(made));
        if most > self.most_elements { Err(self.too_many_elements().at(self.place(site))) } else { Ok(()) }
    }

    pub(super) fn task(&mut self, call: &'p TaskCall) -> Result<Value, Fault> {
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(self.eval(arg)?);
        }
        self.host.standing_at(self.place(call.site));
        let done = tasks::perform(call.task, &args, self.settings, &mut self.door());
        done.map_err(|fault| fault.or_at(self.place(call.site)))
    }

    pub(super) fn block_call(&mut self, call: &'p BlockCall) -> Result<Value, Fault> {
        let mut entries = Vec::with_capacity(call.entries.len());
        for (key, entry) in &call.entries {
            let value = match entry {
                EntryOf::Value(expr) => EntryValue::Value(self.eval(expr)?),
                EntryOf::Word(word) => EntryValue::Word(word.clone()),
                EntryOf::Values(exprs) => {
                    EntryValue::Values(exprs.iter().map(|expr| self.eval(expr)).collect::<Result<_, _>>()?)
                }
                EntryOf::Attachments(files) => {
                    let mut values = Vec::with_capacity(files.len());
                    for (word, expr) in files {
                        values.push((word.clone(), self.eval(expr)?));
                    }
                    EntryValue::Attachments(values)
                }
            };
            entries.push((key.clone(), value));
        }
        self.host.standing_at(self.place(call.site));
        let done = tasks::block::perform(call.kind, &entries, self.settings, &mut self.door());
        done.map_err(|fault| fault.or_at(self.place(call.site)))
    }

    pub(super) fn network_form(&mut self, call: &'p FormCall) -> Result<Value, Fault> {
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(self.eval(arg)?);
        }
        let perform = match call.form {
            NetworkForm::GetUrl => tasks::get_url,
            NetworkForm::PostUrl => tasks::post_url,
            NetworkForm::InvokeUrl => tasks::invoke_url,
            NetworkForm::OpenUrl => tasks::open_url,
            NetworkForm::PushNotification => tasks::push_notification,
        };
        self.host.standing_at(self.place(call.site));
        perform(&args, self.settings, &mut self.door()).map_err(|fault| fault.or_at(self.place(call.site)))
    }

    /// The name of a variable of the body, for the few statements that care.
    pub(super) fn program_slot_name(&self, slot: u32) -> String {
        self.program.body.slots.get(slot as usize).cloned().unwrap_or_default()
    }
}

/// Where the native stack stands, near enough.
#[inline(always)]
fn here() -> usize {
    let marker = 0u8;
    &raw const marker as usize
}

/// The lowest place of the native stack at which a call may still start.
fn lowest_start() -> usize {
    // Where the system does not tell, every call takes a fresh piece, which is slow and safe.
    stacker::remaining_stack().map_or(UNKNOWN_FLOOR, |left| here().saturating_sub(left.saturating_sub(RED_ZONE)))
}

/// The same on a stack that ends at an address.
pub(super) fn lowest_start_above(stack_end: usize) -> usize {
    stack_end.saturating_add(RED_ZONE)
}

/// Whether a value is of a parameter's type as it is. Null fits everything.
#[inline(always)]
fn fits(kind: Type, value: &Value) -> bool {
    match (kind, value) {
        (Type::Int, Value::Int(_)) => true,
        _ => fits_otherwise(kind, value),
    }
}

#[inline(never)]
fn fits_otherwise(kind: Type, value: &Value) -> bool {
    match (kind, value) {
        (_, Value::Null) | (Type::Other | Type::Void, _) => true,
        (Type::Int, Value::Int(_)) | (Type::String, Value::Text(_)) | (Type::Map, Value::Map(_)) => true,
        (Type::Decimal, _) => value.number().is_some(),
        (Type::Bool, Value::Bool(_)) | (Type::Date, Value::Date(_)) | (Type::Time, Value::Time(_)) => true,
        (Type::List, _) => value.as_list().is_some() || matches!(value, Value::Collection(_)),
        (Type::Collection, Value::Collection(_)) | (Type::File, Value::File(_)) => true,
        _ => false,
    }
}

/// Converts an argument as a caller of the platform would find it converted.
#[cold]
fn convert_argument(value: &mut Value, kind: Type, function: &str) -> Result<(), Fault> {
    let settings = Default::default();
    let converted = match kind {
        Type::String => match value.kind() {
            Kind::Int | Kind::Decimal | Kind::Bool => convert::to_text(value, &settings).ok().map(Value::Text),
            // What else scripts pass as text stays what it is: they call `toString` themselves.
            _ => Some(value.clone()),
        },
        Type::Int => convert::to_number(value).and_then(Number::to_i64).map(Value::Int),
        Type::Decimal => convert::to_number(value).map(Value::from),
        Type::Bool => match value.as_text().map(|text| text.to_ascii_lowercase()) {
            Some(word) if word == "true" => Some(Value::Bool(true)),
            Some(word) if word == "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Date => {
            value.as_text().and_then(|text| crate::value::date_parse::parse(text, &settings)).map(Value::Date)
        }
        Type::Map => match value.as_text().map(|text| json_read::read(text)) {
            Some(Ok(map @ Value::Map(_))) => Some(map),
            _ => None,
        },
        Type::List => convert::to_list(value).map(Value::List),
        Type::Void | Type::Other => Some(value.clone()),
        Type::Time | Type::Collection | Type::File => None,
    };
    match converted {
        Some(converted) => {
            *value = converted;
            Ok(())
        }
        None => Err(FaultKind::Cast {
            found: value.kind().name().to_owned(),
            expected: kind.name(),
            function: function.to_owned(),
        }
        .into()),
    }
}

/// Whether a returned value is of the declared type.
#[inline(always)]
fn fits_return(declared: Type, value: &Value) -> bool {
    match declared {
        Type::Void | Type::Other => true,
        Type::Int => matches!(value, Value::Int(_) | Value::Null) || value.number().is_some(),
        _ => fits(declared, value),
    }
}

#[cold]
fn wrong_return(declared: Type, value: &Value) -> Fault {
    Fault::other("run.return", "Invalid return Type").help(format!(
        "the header declares {}, the value is {}",
        declared.name(),
        value.kind().name()
    ))
}
