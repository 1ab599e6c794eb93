//! Statements.

use super::limits::Unit;
use super::{Machine, Signal, ops};
use crate::fault::{Fault, Place};
use crate::host::Ask;
use crate::program::{Arith, Each, Expr, Line, SetField, Site, Stmt, Try};
use crate::value::collection::Contents;
use crate::value::{Caught, List, Map, Text, Value, convert, nesting};
use std::rc::Rc;

/// The largest CSV file that a loop takes (`deluge/help/list-manipulations/for-each-element`).
const CSV_BYTES: usize = 2 << 20;

impl<'p> Machine<'p, '_> {
    pub(super) fn block(&mut self, lines: &'p [Line]) -> Result<Signal, Fault> {
        for line in lines {
            match self.step().and_then(|()| self.stmt(&line.stmt)) {
                Ok(Signal::Next) => {}
                Ok(signal) => return Ok(signal),
                Err(fault) => return Err(fault.or_at(self.place(line.site))),
            }
        }
        Ok(Signal::Next)
    }

    #[inline(always)]
    fn stmt(&mut self, stmt: &'p Stmt) -> Result<Signal, Fault> {
        match stmt {
            // Each value goes straight to its place: one place for both would be written in pieces and read whole.
            Stmt::Set(slot, expr) => match self.whole(expr) {
                Some(n) => self.local(*slot).replace_with(Value::Int(n)),
                None => match self.eval(expr) {
                    Ok(Value::Int(n)) => self.local(*slot).replace_with(Value::Int(n)),
                    Ok(mut value) => {
                        std::mem::swap(self.local(*slot), &mut value);
                        value.discard();
                    }
                    Err(fault) => return Err(fault),
                },
            },
            Stmt::Append(slot, parts, site) => self.append_to(*slot, parts, *site)?,
            Stmt::If(branches, otherwise) => {
                let mut taken = otherwise;
                for (condition, body) in branches {
                    let holds = match self.quick_test(condition) {
                        Some(holds) => holds,
                        None => self.test(condition)?,
                    };
                    if holds {
                        taken = body;
                        break;
                    }
                }
                match &**taken {
                    [] => {}
                    // The usual guard, `if (…) { return …; }`, needs no block of its own.
                    [Line { stmt: Stmt::Return(expr, at), site }] => {
                        self.step().and_then(|()| self.give_back(expr, *at)).map_err(|f| f.or_at(self.place(*site)))?;
                        return Ok(Signal::Return);
                    }
                    _ => match self.block(taken)? {
                        Signal::Next => {}
                        signal => return Ok(signal),
                    },
                }
            }
            Stmt::Expr(expr) => self.eval(expr)?.discard(),
            Stmt::EachIndex(each) => {
                if self.each_index(each)? == Signal::Return {
                    return Ok(Signal::Return);
                }
            }
            Stmt::Each(each) => {
                if self.each(each)? == Signal::Return {
                    return Ok(Signal::Return);
                }
            }
            Stmt::Return(expr, site) => {
                self.give_back(expr, *site)?;
                return Ok(Signal::Return);
            }
            Stmt::Break => return Ok(Signal::Break),
            Stmt::Continue => return Ok(Signal::Continue),
            Stmt::Leave => {
                self.returned = Value::Null;
                return Ok(Signal::Return);
            }
            Stmt::Info(..)
            | Stmt::Update(..)
            | Stmt::SetField(_)
            | Stmt::While(_)
            | Stmt::Try(_)
            | Stmt::Unsupported(..) => match self.rare_stmt(stmt)? {
                Signal::Next => {}
                signal => return Ok(signal),
            },
        }
        Ok(Signal::Next)
    }

    /// Leaves the value of a `return` for the caller.
    #[inline(always)]
    fn give_back(&mut self, expr: &'p Expr, site: Site) -> Result<(), Fault> {
        match self.whole(expr) {
            Some(n) => self.returned.replace_with(Value::Int(n)),
            None => match self.eval(expr)? {
                Value::Int(n) => self.returned.replace_with(Value::Int(n)),
                value => self.returned.replace_with(value),
            },
        }
        self.return_site = site;
        Ok(())
    }

    #[inline(never)]
    fn rare_stmt(&mut self, stmt: &'p Stmt) -> Result<Signal, Fault> {
        match stmt {
            Stmt::Info(expr, site) => {
                let place = self.place(*site);
                self.info(expr, place)?;
            }
            Stmt::Update(slot, op, expr, site) => self.update(*slot, *op, expr, *site)?,
            Stmt::SetField(set) => self.set_field(set)?,
            Stmt::While(parts) => {
                while self.test(&parts.0)? {
                    match self.block(&parts.1)? {
                        Signal::Next | Signal::Continue => {}
                        Signal::Break => break,
                        Signal::Return => return Ok(Signal::Return),
                    }
                    self.step()?;
                }
            }
            Stmt::Try(parts) => return self.try_catch(parts),
            Stmt::Unsupported(what, site) => return Err(Fault::unsupported(what).at(self.place(*site))),
            Stmt::Set(..)
            | Stmt::Append(..)
            | Stmt::Expr(_)
            | Stmt::If(..)
            | Stmt::Each(_)
            | Stmt::EachIndex(_)
            | Stmt::Break
            | Stmt::Continue
            | Stmt::Return(..)
            | Stmt::Leave => {}
        }
        Ok(Signal::Next)
    }

    /// `x = x + a + b`: text grows in place, anything else adds from left to right.
    fn append_to(&mut self, slot: u32, parts: &'p [Expr], site: Site) -> Result<(), Fault> {
        if let Value::Text(_) = self.local(slot) {
            match parts {
                [part @ (Expr::Get(_) | Expr::Method(_) | Expr::Call(_))] => {
                    return self.append_value(slot, part, site);
                }
                _ if self.append_plain(slot, parts) => return Ok(()),
                _ => {}
            }
            let from = self.scratch.len();
            let written = parts.iter().try_for_each(|part| self.append(part));
            return self.append_scratch(slot, from, written).map_err(|fault| fault.or_at(self.place(site)));
        }
        if let [part] = parts {
            if let Some(more) = self.whole(part)
                && let Value::Int(sum) = self.local(slot)
                && let Some(total) = sum.checked_add(more)
            {
                *sum = total;
                return Ok(());
            }
            let right = self.eval(part)?;
            let left = self.local(slot);
            if let (Value::Int(a), Value::Int(b)) = (&*left, &right)
                && let Some(sum) = a.checked_add(*b)
            {
                *left = Value::Int(sum);
                return Ok(());
            }
            return self.add_to(slot, &right, site);
        }
        // The variable changes only when the whole sum is known.
        let before = self.local(slot).clone();
        for part in parts {
            let added = self.eval(part).and_then(|right| self.add_to(slot, &right, site));
            if let Err(fault) = added {
                *self.local(slot) = before;
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Appends what a call gives to a variable that held a text before it.
    fn append_value(&mut self, slot: u32, part: &'p Expr, site: Site) -> Result<(), Fault> {
        let more = self.eval(part).map_err(|fault| fault.or_at(self.place(site)))?;
        let done = match (self.local(slot), &more) {
            (Value::Text(text), Value::Text(more)) => {
                nesting::check_size(text.len() + more.len()).map(|()| text.push_str(more))
            }
            _ => {
                let from = self.scratch.len();
                let written = convert::write_text(&more, self.settings, &mut self.scratch);
                self.append_scratch(slot, from, written)
            }
        };
        done.map_err(|fault| fault.or_at(self.place(site)))
    }

    /// Moves what was written behind a place of the scratch text to a text.
    fn append_scratch(&mut self, slot: u32, from: usize, written: Result<(), Fault>) -> Result<(), Fault> {
        let at = self.frame + slot as usize;
        let mut grown = written;
        if let (Ok(()), Value::Text(text)) = (&grown, &mut self.stack[at]) {
            grown = nesting::check_size(text.len() + self.scratch.len() - from);
            if grown.is_ok() {
                text.push_str(&self.scratch[from..]);
            }
        }
        self.scratch.truncate(from);
        grown
    }

    /// Appends texts and whole numbers to a text with no detour; does nothing where a part is something else.
    #[inline]
    fn append_plain(&mut self, slot: u32, parts: &'p [Expr]) -> bool {
        let Value::Text(text) = self.local(slot) else { return false };
        let before = text.len();
        // Plain parts have no effects and do not fail; one that reads the text itself is known by its slot.
        let mut grown = std::mem::replace(text, Text::EMPTY);
        let plain = parts.iter().all(|part| self.push_plain(slot, part, &mut grown, before))
            && nesting::check_size(grown.len()).is_ok();
        if !plain {
            grown.truncate(before);
        }
        *self.local(slot) = Value::Text(grown);
        plain
    }

    #[inline(always)]
    fn push_plain(&self, slot: u32, part: &Expr, grown: &mut Text, before: usize) -> bool {
        if grown.len() > nesting::MAX_TEXT {
            return false;
        }
        match (part, self.leaf(part)) {
            (Expr::Local(own), _) if *own == slot => grown.push_own(before),
            (_, Some(Value::Text(text))) => grown.push_str(text),
            (_, Some(Value::Int(n))) => grown.push_str(itoa::Buffer::new().format(*n)),
            (_, Some(_)) => return false,
            (_, None) => match self.whole(part) {
                Some(n) => grown.push_str(itoa::Buffer::new().format(n)),
                None => return false,
            },
        }
        true
    }

    fn add_to(&mut self, slot: u32, right: &Value, site: Site) -> Result<(), Fault> {
        let left = std::mem::replace(self.local(slot), Value::Null);
        match ops::arith(Arith::Add, &left, right, self.settings) {
            Ok(sum) => {
                *self.local(slot) = sum;
                Ok(())
            }
            Err(fault) => {
                *self.local(slot) = left;
                Err(fault.or_at(self.place(site)))
            }
        }
    }

    fn update(&mut self, slot: u32, op: Arith, expr: &'p Expr, site: Site) -> Result<(), Fault> {
        let right = self.eval(expr)?;
        let left = self.local(slot).clone();
        let value = ops::arith(op, &left, &right, self.settings).map_err(|fault| fault.or_at(self.place(site)))?;
        *self.local(slot) = value;
        Ok(())
    }

    fn info(&mut self, expr: &'p Expr, place: Place) -> Result<(), Fault> {
        let from = self.scratch.len();
        let written = self.append(expr).and_then(|()| {
            let before = self.stats.output;
            self.stats.output += self.scratch.len() - from + 1;
            if let Some(most) = self.limits.output.filter(|most| self.stats.output > *most) {
                return self.too_much_output(most, before <= most);
            }
            self.host.standing_at(place);
            self.host.ask(Ask::Print(&self.scratch[from..])).map(|_| ())
        });
        self.scratch.truncate(from);
        written.map_err(|fault| fault.or_at(place))
    }

    /// `info` beyond the limit; `first` is the one that goes over it.
    #[cold]
    fn too_much_output(&mut self, most: usize, first: bool) -> Result<(), Fault> {
        let most = Unit::Bytes.shown(most as u64);
        if !self.limits.cuts_output {
            return Err(Fault::limit("limit.size", format!("the limit of {most} output of `info` was exceeded")));
        }
        if first {
            let note = format!("The info message has been truncated because its size exceeded {most}.");
            self.host.ask(Ask::Print(&note))?;
        }
        Ok(())
    }

    /// `input.Stage = value`: the map of inputs takes it; other records are not there yet.
    fn set_field(&mut self, set: &'p SetField) -> Result<(), Fault> {
        let value = self.eval(&set.value)?;
        let place = self.place(set.site);
        let [field] = &*set.path else {
            return Err(Fault::unsupported("assigning to a nested field of a record").at(place));
        };
        let name = &self.program_slot_name(set.slot);
        match self.local(set.slot) {
            Value::Map(map) => map.put_str(field, value),
            slot @ Value::Null if name.eq_ignore_ascii_case("input") => {
                let map = Map::new();
                map.put_str(field, value);
                *slot = Value::Map(map);
            }
            _ => return Err(Fault::unsupported(format!("assigning to the record field `{field}`")).at(place)),
        }
        Ok(())
    }

    fn each_index(&mut self, each: &'p Each) -> Result<Signal, Fault> {
        let source = self.eval(&each.source)?;
        let count = match source.as_list() {
            Some(list) => list.len(),
            None => self.elements(source, each.site)?.len(),
        };
        for index in 0..count {
            // The statement itself has counted the first turn: three statements in a loop over five make 15.
            if index > 0 {
                self.step()?;
            }
            self.local(each.slot).replace_with(Value::Int(index as i64));
            match self.block(&each.body)? {
                Signal::Next | Signal::Continue => {}
                Signal::Break => break,
                Signal::Return => return Ok(Signal::Return),
            }
        }
        Ok(Signal::Next)
    }

    fn each(&mut self, each: &'p Each) -> Result<Signal, Fault> {
        let source = self.eval(&each.source)?;
        let items = self.elements(source, each.site)?;
        let mut index = 0;
        // The snapshot keeps the loop going as it began when the body changes the list.
        while let Some(item) = items.get(index) {
            if index > 0 {
                self.step()?;
            }
            index += 1;
            let at = self.frame + each.slot as usize;
            self.stack[at].replace_with(item.clone());
            match self.block(&each.body)? {
                Signal::Next | Signal::Continue => {}
                Signal::Break => break,
                Signal::Return => return Ok(Signal::Return),
            }
        }
        Ok(Signal::Next)
    }

    /// What a loop runs over: a list, a collection's values, comma-separated text, a CSV file's lines.
    fn elements(&self, source: Value, site: Site) -> Result<Rc<Vec<Value>>, Fault> {
        let fault = match &source {
            Value::Map(map) if map.became_list().is_none() && !map.is_empty() => {
                Fault::value("expected a list to loop over, found a map")
                    .help("loop over its keys: `for each key in map.keys()`")
            }
            Value::Map(map) => return Ok(map.became_list().map(List::snapshot).unwrap_or_default()),
            Value::File(file) => {
                let contents = file.borrow();
                if contents.bytes.len() <= CSV_BYTES {
                    let text = String::from_utf8_lossy(&contents.bytes);
                    return Ok(Rc::new(text.lines().map(Value::text).collect()));
                }
                Fault::limit("limit.size", "a CSV file of a loop holds at most 2 MB")
            }
            Value::Collection(collection) => {
                let items = match &*collection.borrow() {
                    Contents::Undecided => Vec::new(),
                    Contents::Indexed(items) => items.clone(),
                    Contents::Keyed(pairs) => pairs.iter().map(|(_, value)| value.clone()).collect(),
                };
                return Ok(Rc::new(items));
            }
            Value::Null => Fault::other("run.null", "expected a list to loop over, found null")
                .help("guard it: `ifnull(list, List())`"),
            other => match convert::to_list(other) {
                Some(list) => return Ok(list.snapshot()),
                None => {
                    Fault::other("run.type", format!("expected a list to loop over, found {}", other.kind().name()))
                }
            },
        };
        Err(fault.at(self.place(site)))
    }

    fn try_catch(&mut self, parts: &'p Try) -> Result<Signal, Fault> {
        let (height, scratch, depth, frame) = (self.stack.len(), self.scratch.len(), self.depth, self.frame);
        let fault = match self.block(&parts.body) {
            Ok(signal) => return Ok(signal),
            Err(fault) if fault.kind().is_catchable() => fault,
            Err(fault) => return Err(fault),
        };
        self.stack.truncate(height);
        self.scratch.truncate(scratch);
        (self.depth, self.frame) = (depth, frame);
        let line = fault.trace().first().map_or(0, |place| place.line);
        *self.local(parts.slot) = Value::Error(Rc::new(Caught { message: fault.message(), line }));
        self.block(&parts.catch)
    }
}
