//! Expressions.

use super::{Machine, ops};
use crate::fault::{Fault, FaultKind};
use crate::host::{Account, Ask, Reply};
use crate::program::{Arith, CollectionOf, Expr, FieldOf, MethodCall, Pair, Site, System};
use crate::value::collection::Contents;
use crate::value::list::Element;
use crate::value::{Collection, DateTime, List, Map, Text, Value, compare, convert, typed};
use std::cmp::Ordering;

const ADD: u8 = 0;
const SUB: u8 = 1;
const MUL: u8 = 2;
const DIV: u8 = 3;
const REM: u8 = 4;
const ARITH: [Arith; 5] = [Arith::Add, Arith::Sub, Arith::Mul, Arith::Div, Arith::Rem];

/// Returns what `get` finds where nothing has to be converted: a text key of a map, an index inside a list.
///
/// A macro, so that what is found is cloned to where the caller wants it, and nowhere before.
macro_rules! quick_get {
    ($receiver:expr, $key:expr, $guess:expr) => {
        match ($receiver, $key) {
            (Value::Map(map), Value::Text(key)) => match map.borrow().get_near(key, $guess) {
                Some(found) => return Ok(found.clone()),
                None if map.became_list().is_none() => return Ok(Value::Null),
                None => {}
            },
            (Value::List(list), Value::Int(index)) => {
                if let Ok(at) = usize::try_from(*index)
                    && let Some(found) = list.borrow().get(at)
                {
                    return Ok(found.clone());
                }
            }
            _ => {}
        }
    };
}

impl<'p> Machine<'p, '_> {
    pub(super) fn eval(&mut self, expr: &'p Expr) -> Result<Value, Fault> {
        match expr {
            Expr::Const(at) => Ok(self.consts[*at as usize].clone()),
            Expr::Local(slot) => Ok(self.stack[self.frame + *slot as usize].clone()),
            Expr::Add(pair) => self.arith::<ADD>(pair),
            Expr::Sub(pair) => self.arith::<SUB>(pair),
            Expr::Mul(pair) => self.arith::<MUL>(pair),
            Expr::Div(pair) => self.arith::<DIV>(pair),
            Expr::Rem(pair) => self.arith::<REM>(pair),
            Expr::Get(call) => self.get(call),
            Expr::Put(call) => self.put(call),
            Expr::Push(call) => self.push(call),
            Expr::Method(call) => self.method(call),
            Expr::Call(call) => self.user_call(call),
            Expr::Concat(parts) => self.concat(parts),
            Expr::Eq(_)
            | Expr::Ne(_)
            | Expr::Lt(_)
            | Expr::Le(_)
            | Expr::Gt(_)
            | Expr::Ge(_)
            | Expr::In(_)
            | Expr::NotIn(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_) => self.truth(expr),
            _ => self.rare(expr),
        }
    }

    /// The value of an expression over whole numbers alone, without going through values.
    ///
    /// Variables, constants and `+ - * %` of them have no effects, so a caller may evaluate again
    /// what turns out not to be whole numbers, or to leave their range.
    #[inline(always)]
    pub(super) fn whole(&self, expr: &Expr) -> Option<i64> {
        match expr {
            Expr::Local(slot) => match self.stack[self.frame + *slot as usize] {
                Value::Int(n) => Some(n),
                _ => None,
            },
            Expr::Const(at) => match self.consts[*at as usize] {
                Value::Int(n) => Some(n),
                _ => None,
            },
            Expr::Add(pair) => self.whole_pair(pair, i64::checked_add),
            Expr::Sub(pair) => self.whole_pair(pair, i64::checked_sub),
            Expr::Mul(pair) => self.whole_pair(pair, i64::checked_mul),
            Expr::Rem(pair) => self.whole_pair(pair, i64::checked_rem),
            _ => None,
        }
    }

    #[inline(always)]
    fn whole_pair(&self, pair: &Pair, op: fn(i64, i64) -> Option<i64>) -> Option<i64> {
        op(self.whole_leaf(&pair.left)?, self.whole_leaf(&pair.right)?)
    }

    /// A leaf in line, anything deeper by a call.
    #[inline(always)]
    fn whole_leaf(&self, expr: &Expr) -> Option<i64> {
        match expr {
            Expr::Local(slot) => match self.stack[self.frame + *slot as usize] {
                Value::Int(n) => Some(n),
                _ => None,
            },
            Expr::Const(at) => match self.consts[*at as usize] {
                Value::Int(n) => Some(n),
                _ => None,
            },
            Expr::Add(_) | Expr::Sub(_) | Expr::Mul(_) | Expr::Rem(_) => self.whole_deep(expr),
            _ => None,
        }
    }

    #[inline(never)]
    fn whole_deep(&self, expr: &Expr) -> Option<i64> {
        self.whole(expr)
    }

    /// Nodes that no inner loop waits for.
    #[inline(never)]
    fn rare(&mut self, expr: &'p Expr) -> Result<Value, Fault> {
        match expr {
            Expr::Neg(operand) => {
                let value = self.eval(&operand.value)?;
                ops::negate(&value).map_err(|fault| fault.or_at(self.place(operand.site)))
            }
            Expr::Plus(operand) => {
                let value = self.eval(&operand.value)?;
                match value.number() {
                    Some(_) => Ok(value),
                    None => Err(ops::operands("+", &Value::Int(0), &value).or_at(self.place(operand.site))),
                }
            }
            Expr::If(choice) => {
                let (condition, yes, no) = &**choice;
                if self.test(condition)? { self.eval(yes) } else { self.eval(no) }
            }
            Expr::IfNull(pair) => match self.eval(&pair.0)? {
                Value::Null => self.eval(&pair.1),
                value => Ok(value),
            },
            Expr::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.eval(item)?);
                }
                Ok(Value::List(List::from_vec(list)))
            }
            Expr::Map(pairs) => self.map(pairs),
            Expr::Braces => Ok(Value::Map(Map::braces())),
            Expr::NewList(element) => Ok(Value::List(List::typed(*element))),
            Expr::NewMap => Ok(Value::Map(Map::new())),
            Expr::Typed(typed) => {
                let value = self.eval(&typed.value)?;
                typed::list_of(typed.element, &value, self.settings)
                    .map(Value::List)
                    .map_err(|fault| fault.or_at(self.place(typed.site)))
            }
            Expr::Collection(collection) => self.collection(collection),
            Expr::Task(call) => self.task(call),
            Expr::Block(call) => self.block_call(call),
            Expr::Form(call) => self.network_form(call),
            Expr::Field(field) => self.field(field),
            Expr::System(system, site) => self.system(*system).map_err(|fault| fault.or_at(self.place(*site))),
            Expr::Unsupported(what) => Err(Fault::unsupported(&what.0).or_at(self.place(what.1))),
            Expr::Const(_)
            | Expr::Local(_)
            | Expr::Add(_)
            | Expr::Sub(_)
            | Expr::Mul(_)
            | Expr::Div(_)
            | Expr::Rem(_)
            | Expr::Get(_)
            | Expr::Put(_)
            | Expr::Push(_)
            | Expr::Method(_)
            | Expr::Call(_)
            | Expr::Concat(_)
            | Expr::Eq(_)
            | Expr::Ne(_)
            | Expr::Lt(_)
            | Expr::Le(_)
            | Expr::Gt(_)
            | Expr::Ge(_)
            | Expr::In(_)
            | Expr::NotIn(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Not(_) => self.eval(expr),
        }
    }

    // Out of line, so that `eval` stays a jump table without a frame of its own.
    #[inline(never)]
    fn arith<const OP: u8>(&mut self, pair: &'p Pair) -> Result<Value, Fault> {
        if let Some(right) = self.leaf(&pair.right) {
            if let Some(left) = self.leaf(&pair.left) {
                return match whole::<OP>(left, right) {
                    Some(value) => Ok(value),
                    None => self.slow_arith(OP, left, right, pair.site),
                };
            }
            let left = self.eval(&pair.left)?;
            let right = self.leaf(&pair.right).unwrap_or(&Value::Null);
            if let Some(value) = whole::<OP>(&left, right) {
                left.discard();
                return Ok(value);
            }
            return self.slow_arith(OP, &left, right, pair.site);
        }
        let left = self.eval(&pair.left);
        let Ok(a) = &left else { return left };
        let right = self.eval(&pair.right);
        let Ok(b) = &right else { return right };
        if let Some(value) = whole::<OP>(a, b) {
            // Whole numbers both: there is nothing to drop.
            std::mem::forget((left, right));
            return Ok(value);
        }
        self.slow_arith(OP, a, b, pair.site)
    }

    #[cold]
    #[inline(never)]
    fn slow_arith(&self, op: u8, left: &Value, right: &Value, site: Site) -> Result<Value, Fault> {
        ops::arith(ARITH[op as usize], left, right, self.settings).map_err(|fault| fault.or_at(self.place(site)))
    }

    #[inline(never)]
    fn truth(&mut self, expr: &'p Expr) -> Result<Value, Fault> {
        self.test(expr).map(Value::Bool)
    }

    /// The truth of a comparison of whole numbers, which has no effects (see [`Self::whole`]).
    #[inline(always)]
    pub(super) fn quick_test(&self, expr: &Expr) -> Option<bool> {
        match expr {
            Expr::Eq(pair) => self.whole_two(pair).map(|(a, b)| a == b),
            Expr::Ne(pair) => self.whole_two(pair).map(|(a, b)| a != b),
            Expr::Lt(pair) => self.whole_two(pair).map(|(a, b)| a < b),
            Expr::Le(pair) => self.whole_two(pair).map(|(a, b)| a <= b),
            Expr::Gt(pair) => self.whole_two(pair).map(|(a, b)| a > b),
            Expr::Ge(pair) => self.whole_two(pair).map(|(a, b)| a >= b),
            _ => None,
        }
    }

    #[inline(always)]
    fn whole_two(&self, pair: &Pair) -> Option<(i64, i64)> {
        Some((self.whole_leaf(&pair.left)?, self.whole_leaf(&pair.right)?))
    }

    /// The truth of a condition, without making a value of it.
    #[inline]
    pub(super) fn test(&mut self, expr: &'p Expr) -> Result<bool, Fault> {
        match expr {
            Expr::Eq(pair) => self.equal(pair),
            Expr::Ne(pair) => Ok(!self.equal(pair)?),
            Expr::Lt(pair) => self.ordered(pair, "<", |a, b| a < b, Ordering::is_lt),
            Expr::Le(pair) => self.ordered(pair, "<=", |a, b| a <= b, Ordering::is_le),
            Expr::Gt(pair) => self.ordered(pair, ">", |a, b| a > b, Ordering::is_gt),
            Expr::Ge(pair) => self.ordered(pair, ">=", |a, b| a >= b, Ordering::is_ge),
            Expr::And(pair) => Ok(self.side(&pair.left, "&&", pair.site)? && self.side(&pair.right, "&&", pair.site)?),
            Expr::Or(pair) => Ok(self.side(&pair.left, "||", pair.site)? || self.side(&pair.right, "||", pair.site)?),
            Expr::Not(operand) => Ok(!self.side(&operand.value, "!", operand.site)?),
            Expr::In(pair) => self.is_in(pair),
            Expr::NotIn(pair) => Ok(!self.is_in(pair)?),
            _ => match self.eval(expr)? {
                Value::Bool(truth) => Ok(truth),
                other => Err(ops::not_a_condition(&other, "if")),
            },
        }
    }

    fn side(&mut self, expr: &'p Expr, op: &'static str, site: Site) -> Result<bool, Fault> {
        match expr {
            Expr::Local(_) | Expr::Const(_) | Expr::Get(_) | Expr::Method(_) | Expr::Call(_) => {
                match self.eval(expr)? {
                    Value::Bool(truth) => Ok(truth),
                    other => Err(ops::not_a_condition(&other, op).or_at(self.place(site))),
                }
            }
            _ => self.test(expr).map_err(|fault| fault.or_at(self.place(site))),
        }
    }

    #[inline]
    fn equal(&mut self, pair: &'p Pair) -> Result<bool, Fault> {
        if let (Some(left), Some(right)) = (self.whole_leaf(&pair.left), self.whole_leaf(&pair.right)) {
            return Ok(left == right);
        }
        if let Some(right) = self.leaf(&pair.right) {
            if let Some(left) = self.leaf(&pair.left) {
                return same(left, right, self, pair.site);
            }
            let left = self.eval(&pair.left);
            let Ok(value) = &left else { return left.map(|_| false) };
            let right = self.leaf(&pair.right).unwrap_or(&Value::Null);
            return same(value, right, self, pair.site);
        }
        let left = self.eval(&pair.left)?;
        let right = self.eval(&pair.right)?;
        same(&left, &right, self, pair.site)
    }

    #[inline(always)]
    fn ordered(
        &mut self,
        pair: &'p Pair,
        op: &'static str,
        whole: fn(i64, i64) -> bool,
        test: fn(Ordering) -> bool,
    ) -> Result<bool, Fault> {
        if let (Some(a), Some(b)) = (self.whole_leaf(&pair.left), self.whole_leaf(&pair.right)) {
            return Ok(whole(a, b));
        }
        let left = self.eval(&pair.left)?;
        let right = self.eval(&pair.right)?;
        if let (Value::Int(a), Value::Int(b)) = (&left, &right) {
            return Ok(whole(*a, *b));
        }
        let order = compare::order(&left, &right, op, self.settings);
        order.map(test).map_err(|fault| fault.or_at(self.place(pair.site)))
    }

    fn is_in(&mut self, pair: &'p Pair) -> Result<bool, Fault> {
        let left = self.eval(&pair.left)?;
        let right = self.eval(&pair.right)?;
        compare::is_in(&left, &right, self.settings).map_err(|fault| fault.or_at(self.place(pair.site)))
    }

    #[inline(never)]
    fn concat(&mut self, parts: &'p [Expr]) -> Result<Value, Fault> {
        let from = self.scratch.len();
        for part in parts {
            if let Err(fault) = self.append(part) {
                self.scratch.truncate(from);
                return Err(fault);
            }
        }
        let text = Text::new(&self.scratch[from..]);
        self.scratch.truncate(from);
        Ok(Value::Text(text))
    }

    /// Appends the text of an expression to the scratch text.
    pub(super) fn append(&mut self, part: &'p Expr) -> Result<(), Fault> {
        match part {
            Expr::Local(slot) => {
                let value = &self.stack[self.frame + *slot as usize];
                convert::write_text(value, self.settings, &mut self.scratch)
            }
            Expr::Const(at) => convert::write_text(&self.consts[*at as usize], self.settings, &mut self.scratch),
            _ => {
                let value = self.eval(part)?;
                convert::write_text(&value, self.settings, &mut self.scratch)
            }
        }
    }

    fn map(&mut self, pairs: &'p [(Expr, Expr)]) -> Result<Value, Fault> {
        let map = Map::new();
        for (key, value) in pairs {
            let key = self.eval(key)?;
            let value = self.eval(value)?;
            match key {
                Value::Text(key) => map.put(key, value),
                other => {
                    let text = convert::to_text(&other, self.settings)?;
                    map.put_odd(other, text, value);
                }
            }
        }
        Ok(Value::Map(map))
    }

    fn collection(&mut self, collection: &'p CollectionOf) -> Result<Value, Fault> {
        let mut contents = Contents::default();
        for (key, value) in &collection.items {
            let key = key.as_ref().map(|key| self.eval(key)).transpose()?;
            let value = self.eval(value)?;
            let put = match key {
                None => contents.indexed().map(|items| items.push(value)),
                Some(key) => {
                    let key = convert::to_text(&key, self.settings)?;
                    contents.keyed().map(|pairs| pairs.put(key, value))
                }
            };
            put.map_err(|fault| fault.or_at(self.place(collection.site)))?;
        }
        Ok(Value::Collection(Collection::new(contents)))
    }

    fn field(&mut self, field: &'p FieldOf) -> Result<Value, Fault> {
        let value = self.eval(&field.value)?;
        read_field(&value, &field.name, field.on_input).map_err(|fault| fault.or_at(self.place(field.site)))
    }

    fn system(&mut self, system: System) -> Result<Value, Fault> {
        let text = |account: &Account| match system {
            System::LoginUser => account.login_user.clone(),
            System::LoginUserId => account.login_user_id.clone(),
            System::AdminUser => account.admin_user.clone(),
            System::AdminUserId => account.admin_user_id.clone(),
            System::AppName => account.app_name.clone(),
            System::AppUri => account.app_uri.clone(),
            System::IpAddress => account.ip_address.clone(),
            System::CurrentDate | System::CurrentTime => String::new(),
        };
        match system {
            System::CurrentDate | System::CurrentTime => {
                let moment = DateTime::from_epoch(self.now()?, &self.settings.zone);
                let date_only = system == System::CurrentDate;
                Ok(Value::Date(DateTime::from_local(moment.local_ms() / 1000 * 1000, date_only)))
            }
            System::LoginUser
            | System::LoginUserId
            | System::AdminUser
            | System::AdminUserId
            | System::AppName
            | System::AppUri
            | System::IpAddress => match self.host.ask(Ask::Account)? {
                Reply::Account(account) => Ok(Value::Text(text(&account).into())),
                other => Err(super::unexpected(&other)),
            },
        }
    }

    /// `x.get(k)`: maps and lists at once, everything else as any built-in.
    #[inline(never)]
    fn get(&mut self, call: &'p MethodCall) -> Result<Value, Fault> {
        let [receiver, key] = &*call.args else { return self.method(call) };
        if let (Some(receiver), Some(key)) = (self.leaf(receiver), self.leaf(key)) {
            quick_get!(receiver, key, &call.guess);
        }
        let receiver = self.eval(receiver)?;
        let key = self.eval(key)?;
        quick_get!(&receiver, &key, &call.guess);
        self.method_on(call, [receiver, key])
    }

    /// `x.put(k, v)`: a text key of a map at once, everything else as any built-in.
    #[inline(never)]
    fn put(&mut self, call: &'p MethodCall) -> Result<Value, Fault> {
        let [receiver, key, value] = &*call.args else { return self.method(call) };
        let Expr::Local(_) = receiver else {
            let args = [self.eval(receiver)?, self.eval(key)?, self.eval(value)?];
            return self.method_on(call, args);
        };
        // A variable does not change while an expression is evaluated, so it is looked at last.
        let made = match self.leaf(key) {
            Some(_) => None,
            None => Some(self.eval(key)?),
        };
        let value = match self.whole(value) {
            Some(n) => Value::Int(n),
            None => self.eval(value)?,
        };
        if let (Some(Value::Map(map)), Some(Value::Text(key))) =
            (self.leaf(receiver), made.as_ref().or_else(|| self.leaf(key)))
            && map.became_list().is_none()
        {
            if map.set(key, value) > self.most_elements {
                return Err(self.too_many_elements().at(self.place(call.site)));
            }
            return Ok(Value::Null);
        }
        let key = match made {
            Some(key) => key,
            None => self.eval(key)?,
        };
        let receiver = self.eval(receiver)?;
        self.method_on(call, [receiver, key, value])
    }

    /// `x.add(v)`: to an untyped list at once, everything else as any built-in.
    #[inline(never)]
    fn push(&mut self, call: &'p MethodCall) -> Result<Value, Fault> {
        let [receiver, value] = &*call.args else { return self.method(call) };
        if !matches!(receiver, Expr::Local(_)) {
            let args = [self.eval(receiver)?, self.eval(value)?];
            return self.method_on(call, args);
        }
        if let Some(n) = self.whole(value)
            && let Some(Value::List(list)) = self.leaf(receiver)
            && list.element() == Element::Any
            && list.len() < self.most_elements
        {
            list.push(Value::Int(n));
            return Ok(Value::Null);
        }
        let value = self.eval(value)?;
        if let Some(Value::List(list)) = self.leaf(receiver)
            && list.element() == Element::Any
        {
            list.push(value);
            if list.len() > self.most_elements {
                return Err(self.too_many_elements().at(self.place(call.site)));
            }
            return Ok(Value::Null);
        }
        let receiver = self.eval(receiver)?;
        self.method_on(call, [receiver, value])
    }
}

/// The result of an operator on two whole numbers that stays one.
#[inline(always)]
fn whole<const OP: u8>(left: &Value, right: &Value) -> Option<Value> {
    let (Value::Int(a), Value::Int(b)) = (left, right) else { return None };
    let result = match OP {
        ADD => a.checked_add(*b),
        SUB => a.checked_sub(*b),
        MUL => a.checked_mul(*b),
        REM => a.checked_rem(*b),
        _ => match a.checked_rem(*b) {
            Some(0) => a.checked_div(*b),
            _ => None,
        },
    };
    result.map(Value::Int)
}

#[inline(always)]
fn same(left: &Value, right: &Value, machine: &Machine<'_, '_>, site: Site) -> Result<bool, Fault> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Ok(a == b),
        (Value::Text(a), Value::Text(b)) => Ok(a == b),
        _ => {
            let same = compare::loosely_equal(left, right, machine.settings);
            same.map_err(|fault| fault.or_at(machine.place(site)))
        }
    }
}

/// `e.message`, `file.content`, `response.status`, and `input.Field` on the map of inputs.
pub(super) fn read_field(value: &Value, name: &str, on_input: bool) -> Result<Value, Fault> {
    match (value, name.to_ascii_lowercase().as_str()) {
        (Value::Error(caught), "message") => Ok(Value::text(&caught.message)),
        (Value::Error(caught), "lineno") => Ok(Value::Int(caught.line as i64)),
        (Value::File(file), "content") => Ok(Value::text(&String::from_utf8_lossy(&file.borrow().bytes))),
        (Value::File(file), "actualname") => Ok(Value::text(&file.borrow().name)),
        (Value::Map(map), _) if on_input => Ok(map.get_str(name).unwrap_or(Value::Null)),
        (Value::Null, _) if on_input => Ok(Value::Null),
        (Value::Null, _) => Err(FaultKind::NullReceiver(name.to_owned()).into()),
        (Value::Map(map), field) => map.field(field).ok_or_else(|| {
            Fault::value(format!("a map has no field `{name}`")).help(format!("write `.get(\"{name}\")`"))
        }),
        _ => Err(Fault::unsupported(format!("the field `{name}` of a value of type {}", value.kind().name()))),
    }
}
