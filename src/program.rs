//! The lowered tree: what the evaluator walks.
//!
//! Variables are numbered slots of a frame, constants sit in one table, built-ins and tasks are
//! `&'static` rows, and every node that can fail carries the number of its place (a *site*) rather
//! than the place itself. A program holds no values and is `Send + Sync`: many threads run one.

use crate::builtins::Method;
use crate::fault::Place;
use crate::source::{Source, Span};
use crate::tasks::Task;
use crate::tasks::block::BlockKind;
use crate::value::DateTime;
use crate::value::keys::Guess;
use crate::value::list::Element;
use std::sync::Arc;

/// A compiled source: its tables and its body.
#[derive(Clone, Default)]
pub struct Program {
    pub sources: Vec<Source>,
    pub functions: Vec<Arc<Function>>,
    pub consts: Vec<Const>,
    pub sites: Vec<Place>,
    /// Statements outside every function.
    pub body: Arc<Function>,
    /// Free variables of the body, in the order of their first use: what the caller supplies.
    pub inputs: Vec<Input>,
}

/// A variable that a bare script reads and never sets.
#[derive(Clone, Debug)]
pub struct Input {
    pub name: String,
    pub slot: u32,
    pub span: Span,
}

#[derive(Default, Debug)]
pub struct Function {
    /// `standalone.fib`
    pub name: String,
    /// The body has this many slots; parameters come first.
    pub slots: Vec<String>,
    pub params: Vec<Param>,
    pub returns: Type,
    pub body: Block,
    pub span: Span,
    /// Index of its source.
    pub source: u32,
}

#[derive(Clone, Debug)]
pub struct Param {
    pub name: String,
    pub kind: Type,
}

/// A type named in a function's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Type {
    #[default]
    Void,
    String,
    Int,
    Decimal,
    Bool,
    Date,
    Time,
    List,
    Map,
    Collection,
    File,
    /// A Creator form or another name: not checked.
    Other,
}

impl Type {
    pub fn parse(word: &str) -> Type {
        match word.to_ascii_lowercase().as_str() {
            "void" => Type::Void,
            "string" | "text" => Type::String,
            "int" | "long" | "bigint" | "number" | "integer" => Type::Int,
            "float" | "decimal" | "double" => Type::Decimal,
            "bool" | "boolean" => Type::Bool,
            "date" | "datetime" | "date-time" | "timestamp" => Type::Date,
            "time" => Type::Time,
            "list" => Type::List,
            "map" | "key-value" => Type::Map,
            "collection" => Type::Collection,
            "file" => Type::File,
            _ => Type::Other,
        }
    }

    /// The word in messages.
    pub fn name(self) -> &'static str {
        match self {
            Type::Void => "VOID",
            Type::String => "TEXT",
            Type::Int => "BIGINT",
            Type::Decimal => "DECIMAL",
            Type::Bool => "BOOLEAN",
            Type::Date => "DATE-TIME",
            Type::Time => "TIME",
            Type::List => "LIST",
            Type::Map => "MAP",
            Type::Collection => "COLLECTION",
            Type::File => "FILE",
            Type::Other => "OBJECT",
        }
    }
}

/// A constant, made into a value once per run.
#[derive(Clone, PartialEq)]
pub enum Const {
    Null,
    Bool(bool),
    Int(i64),
    /// Digits as written.
    Decimal(String),
    Text(String),
    Date(DateTime),
    Time(crate::value::Time),
}

pub type Block = Box<[Line]>;
pub type Slot = u32;
/// Index into [`Program::sites`].
pub type Site = u32;

/// A statement with its place, for faults whose own node has none.
#[derive(Debug)]
pub struct Line {
    pub stmt: Stmt,
    pub site: Site,
}

#[derive(Debug)]
pub enum Stmt {
    Set(Slot, Expr),
    /// `x = x + a + b`, `x += a`: text grows in place, numbers add.
    Append(Slot, Box<[Expr]>, Site),
    /// `x -= a` and its like.
    Update(Slot, Arith, Expr, Site),
    /// `input.Stage = value`
    SetField(Box<SetField>),
    Expr(Expr),
    Info(Expr, Site),
    If(Box<[(Expr, Block)]>, Block),
    Each(Box<Each>),
    EachIndex(Box<Each>),
    While(Box<(Expr, Block)>),
    Try(Box<Try>),
    Break,
    Continue,
    Return(Expr, Site),
    /// `return;` and the end of a void function.
    Leave,
    /// What this runtime names and does not do.
    Unsupported(Box<str>, Site),
}

#[derive(Debug)]
pub struct SetField {
    pub slot: Slot,
    pub path: Box<[Box<str>]>,
    pub value: Expr,
    pub site: Site,
}

#[derive(Debug)]
pub struct Each {
    pub slot: Slot,
    pub source: Expr,
    pub body: Block,
    pub site: Site,
}

#[derive(Debug)]
pub struct Try {
    pub body: Block,
    pub slot: Slot,
    pub catch: Block,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

#[derive(Debug)]
pub enum Expr {
    Const(u32),
    Local(Slot),
    Add(Box<Pair>),
    Sub(Box<Pair>),
    Mul(Box<Pair>),
    Div(Box<Pair>),
    Rem(Box<Pair>),
    Eq(Box<Pair>),
    Ne(Box<Pair>),
    Lt(Box<Pair>),
    Le(Box<Pair>),
    Gt(Box<Pair>),
    Ge(Box<Pair>),
    In(Box<Pair>),
    NotIn(Box<Pair>),
    And(Box<Pair>),
    Or(Box<Pair>),
    Not(Box<Operand>),
    Neg(Box<Operand>),
    Plus(Box<Operand>),
    /// `a + "b" + c` where text is certain: one result, one allocation.
    Concat(Box<[Expr]>),
    /// `if(c, a, b)`
    If(Box<(Expr, Expr, Expr)>),
    /// `ifNull(a, b)`: `b` is evaluated only when needed
    IfNull(Box<(Expr, Expr)>),
    List(Box<[Expr]>),
    Map(Box<[(Expr, Expr)]>),
    Braces,
    NewList(Element),
    NewMap,
    /// `List:Int({1, 2})`
    Typed(Box<TypedOf>),
    Collection(Box<CollectionOf>),
    /// `x.get(k)`: at once on a map or list, else as `Method`
    Get(Box<MethodCall>),
    /// `x.put(k, v)`, `x.add(v)`: at once on a map or list, else as `Method`
    Put(Box<MethodCall>),
    Push(Box<MethodCall>),
    Method(Box<MethodCall>),
    Call(Box<UserCall>),
    Task(Box<TaskCall>),
    Block(Box<BlockCall>),
    Form(Box<FormCall>),
    Field(Box<FieldOf>),
    System(System, Site),
    /// What this runtime names and does not do.
    Unsupported(Box<(String, Site)>),
}

#[derive(Debug)]
pub struct Pair {
    pub left: Expr,
    pub right: Expr,
    pub site: Site,
}

#[derive(Debug)]
pub struct Operand {
    pub value: Expr,
    pub site: Site,
}

#[derive(Debug)]
pub struct TypedOf {
    pub element: Element,
    pub value: Expr,
    pub site: Site,
}

#[derive(Debug)]
pub struct CollectionOf {
    /// A key makes a pair.
    pub items: Box<[(Option<Expr>, Expr)]>,
    pub site: Site,
}

/// A built-in on a receiver, or a free one.
pub struct MethodCall {
    pub method: &'static Method,
    /// As the script wrote it.
    pub name: Box<str>,
    /// The receiver first, if there is one.
    pub args: Box<[Expr]>,
    pub site: Site,
    /// Where a `get` found its key the last time.
    pub guess: Guess,
}

impl std::fmt::Debug for MethodCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MethodCall").field("name", &self.name).field("args", &self.args).finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub struct UserCall {
    /// Index into [`Program::functions`].
    pub function: u32,
    pub args: Box<[Expr]>,
    pub site: Site,
}

/// An integration task.
pub struct TaskCall {
    pub task: &'static Task,
    pub args: Box<[Expr]>,
    pub site: Site,
}

impl std::fmt::Debug for TaskCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskCall").field("task", &self.task.name()).field("args", &self.args).finish_non_exhaustive()
    }
}

/// `invokeurl [ … ]` and its like.
#[derive(Debug)]
pub struct BlockCall {
    pub kind: BlockKind,
    pub entries: Box<[(String, EntryOf)]>,
    pub site: Site,
}

#[derive(Debug)]
pub enum EntryOf {
    Value(Expr),
    Word(String),
    Values(Box<[Expr]>),
    Attachments(Box<[(String, Expr)]>),
}

/// `getUrl(…)`, `postUrl(…)`, `invokeUrl(…)`, `openUrl(…)`, `zoho.pushNotification(…)`.
#[derive(Debug)]
pub struct FormCall {
    pub form: NetworkForm,
    pub args: Box<[Expr]>,
    pub site: Site,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NetworkForm {
    GetUrl,
    PostUrl,
    InvokeUrl,
    OpenUrl,
    PushNotification,
}

impl NetworkForm {
    /// The free functions that reach the network, by lower-case name, with their fewest and most arguments.
    pub const ALL: [(&'static str, NetworkForm, usize, usize); 6] = [
        ("geturl", NetworkForm::GetUrl, 1, 3),
        ("posturl", NetworkForm::PostUrl, 2, 4),
        ("invokeurl", NetworkForm::InvokeUrl, 2, 5),
        ("openurl", NetworkForm::OpenUrl, 2, 3),
        ("zoho.pushnotification", NetworkForm::PushNotification, 3, 5),
        ("pushnotification", NetworkForm::PushNotification, 2, 5),
    ];
}

/// `e.message`, `input.Stage`, `resp.status`.
#[derive(Debug)]
pub struct FieldOf {
    pub value: Expr,
    pub name: Box<str>,
    /// `input.Stage` reads the map of inputs by key.
    pub on_input: bool,
    pub site: Site,
}

/// System variables (`deluge/help/system-variables`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum System {
    CurrentDate,
    CurrentTime,
    LoginUser,
    LoginUserId,
    AdminUser,
    AdminUserId,
    AppName,
    AppUri,
    IpAddress,
}

impl System {
    /// By lower-case name; `today` and `now` are bare words.
    pub const ALL: [(&'static str, System); 11] = [
        ("zoho.currentdate", System::CurrentDate),
        ("zoho.currenttime", System::CurrentTime),
        ("today", System::CurrentDate),
        ("now", System::CurrentTime),
        ("zoho.loginuser", System::LoginUser),
        ("zoho.loginuserid", System::LoginUserId),
        ("zoho.adminuser", System::AdminUser),
        ("zoho.adminuserid", System::AdminUserId),
        ("zoho.appname", System::AppName),
        ("zoho.appuri", System::AppUri),
        ("zoho.ipaddress", System::IpAddress),
    ];
}

const _: () = {
    const fn shared_by_threads<T: Send + Sync>() {}
    shared_by_threads::<Program>();
};
