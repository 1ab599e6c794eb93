//! The syntax tree: what the source says, no more.
//!
//! Names and numbers borrow from the source text. The tree never changes after parsing;
//! whether `a.b(1)` calls a method or a function is for `check` to find out.

use crate::source::Span;
use std::borrow::Cow;

/// A whole source: functions and free statements in the order they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct File<'s> {
    pub functions: Vec<Function<'s>>,
    /// Statements outside every function: the body of a bare script.
    pub body: Vec<Stmt<'s>>,
}

/// A word as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Name<'s> {
    pub text: &'s str,
    pub span: Span,
}

/// `string automation.convert(int leadId, map options) { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Function<'s> {
    pub span: Span,
    /// As written; empty where the header names no type.
    pub returns: Name<'s>,
    /// `automation` of `automation.convert`; with several parts, all but the last.
    pub namespace: Vec<Name<'s>>,
    pub name: Name<'s>,
    pub params: Vec<Param<'s>>,
    pub body: Block<'s>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Param<'s> {
    pub kind: Name<'s>,
    pub name: Name<'s>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Block<'s> {
    pub span: Span,
    pub stmts: Vec<Stmt<'s>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Stmt<'s> {
    pub span: Span,
    pub kind: StmtKind<'s>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum StmtKind<'s> {
    /// `total = total + 1;` `input.Stage = "Won";` `n += 1;`
    Assign {
        target: Target<'s>,
        op: AssignOp,
        value: Expr<'s>,
    },
    /// `m.put("k", 1);`
    Expr(Expr<'s>),
    /// `if(…) {…} else if(…) {…} else {…}`
    If {
        branches: Vec<(Expr<'s>, Block<'s>)>,
        otherwise: Option<Block<'s>>,
    },
    /// `for each x in list {…}`, `for each index i in list {…}`
    ForEach {
        index: bool,
        variable: Name<'s>,
        source: Expr<'s>,
        body: Block<'s>,
    },
    /// `while(…) {…}`: not documented; refused unless a setting allows it
    While {
        condition: Expr<'s>,
        body: Block<'s>,
    },
    /// `try {…} catch (e) {…}`
    Try {
        body: Block<'s>,
        catch: Option<(Name<'s>, Block<'s>)>,
    },
    Break,
    Continue,
    Return(Option<Expr<'s>>),
    Info(Expr<'s>),
    Block(Block<'s>),
    /// A lone `;`.
    Empty,
    /// Creator and other statements that act on forms and pages.
    Form(FormStmt<'s>),
    /// A statement that could not be read; its diagnostic has been reported.
    Broken,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Target<'s> {
    Variable(Name<'s>),
    /// `input.Stage`, `rec.Name.first_name`; at least two parts
    Field(Vec<Name<'s>>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignOp {
    Set,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

/// Statements of Creator forms: all parse; what a local runtime cannot do says so by name when run.
#[derive(Debug, Clone, PartialEq)]
pub enum FormStmt<'s> {
    /// `alert "text";` `alert(field, "text");`
    Alert(Vec<Expr<'s>>),
    /// `cancel submit;` `cancel delete;` (the word after `cancel`)
    Cancel(Name<'s>),
    /// `success message "text";`
    SuccessMessage(Expr<'s>),
    /// `hide Stage;` `show …` `enable …` `disable …` `focus …` `clear …`: the verb and the path
    Field {
        verb: Name<'s>,
        path: Vec<Name<'s>>,
    },
    /// `Stage:ui.add({"a"});`: path, method, arguments
    Ui {
        path: Vec<Name<'s>>,
        method: Name<'s>,
        args: Vec<Arg<'s>>,
    },
    /// `Stage.selectAll;` without parentheses
    Select {
        path: Vec<Name<'s>>,
        verb: Name<'s>,
    },
    Reload,
    /// `update rec [ F = e … ];` `update Form [criteria] [ F = e … ];`
    Update {
        form: Name<'s>,
        criteria: Option<Expr<'s>>,
        fields: Vec<Field<'s>>,
    },
    /// `Form[criteria] [ F = e … ];` without the word `update`
    BulkAssign {
        form: Name<'s>,
        criteria: Expr<'s>,
        fields: Vec<Field<'s>>,
    },
    /// `delete from Form [criteria];`
    Delete {
        form: Name<'s>,
        criteria: Option<Expr<'s>>,
    },
}

/// `Name.first_name = "Ada"` inside `insert into F [ … ]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field<'s> {
    pub path: Vec<Name<'s>>,
    pub value: Expr<'s>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Expr<'s> {
    pub span: Span,
    pub kind: ExprKind<'s>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind<'s> {
    Null,
    Bool(bool),
    Int(i64),
    /// `12.50`, as written
    Decimal(&'s str),
    /// `"text"`, escapes resolved
    Text(Cow<'s, str>),
    /// `'01-Jan-2026'`, `'text'`: what stands between single quotes, escapes resolved.
    /// A date, a time or a text, which `check` decides with the settings at hand.
    Quoted(Cow<'s, str>),
    /// A variable, or the start of a namespace.
    Name(&'s str),
    /// `{1, 2}` or `[1, 2]`; an empty `[]`
    List(Vec<Expr<'s>>),
    /// `{"k": v}`
    Map(Vec<(Expr<'s>, Expr<'s>)>),
    /// `{}`: a map that becomes a list at its first `add`
    EmptyBraces,
    /// `List:String()`, `Map:String()`: constructor, element type, arguments
    Typed {
        constructor: Name<'s>,
        element: Name<'s>,
        args: Vec<Arg<'s>>,
    },
    /// `size(x)`: a call without a receiver
    Call {
        name: Name<'s>,
        args: Vec<Arg<'s>>,
    },
    /// `base.field.method(1)`: one flat list of steps, however long
    Chain {
        base: Box<Expr<'s>>,
        steps: Vec<Step<'s>>,
    },
    /// Operators of one precedence level, left to right, however many: `a - b + c`
    Binary {
        first: Box<Expr<'s>>,
        rest: Vec<(BinaryOp, Span, Expr<'s>)>,
    },
    /// `!a`, `-a`, `--a`: operators outermost first
    Unary {
        ops: Vec<(UnaryOp, Span)>,
        operand: Box<Expr<'s>>,
    },
    /// `if(c, a, b)` as a value; any number of arguments here, three are checked later
    If(Vec<Expr<'s>>),
    /// `invokeurl [ … ]`, `sendmail [ … ]` …
    Task(TaskBlock<'s>),
    /// `Form[criteria]`, or `Form sort by F` in a loop header; the steps behind it are a `Chain`
    Fetch(Fetch<'s>),
    /// `insert into Form [ F = e … ]`
    Insert {
        form: Name<'s>,
        fields: Vec<Field<'s>>,
    },
    /// `last 3 months`, `this week`, `2 days ago` to the right of `in`, inside criteria; as written
    DateSpan(&'s str),
}

/// `x` or, in `Collection(…)` and `insert(…)`, `k : v`.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg<'s> {
    pub key: Option<Expr<'s>>,
    pub value: Expr<'s>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Step<'s> {
    /// `.field`
    Field(Name<'s>),
    /// `.method(args)`; the span covers name and arguments
    Call { name: Name<'s>, args: Vec<Arg<'s>>, span: Span },
    /// `[expr]` after something that is no plain name: never Deluge, kept for a good message
    Index { index: Expr<'s>, span: Span },
    /// `sort by F desc range from 1 to 5` behind a fetch's field: `Form[c].F sort by G`
    Tail(FetchTail<'s>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Mul,
    Div,
    Rem,
    Add,
    Sub,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    /// `==`, `is`, and a single `=` inside an expression
    Eq,
    Ne,
    And,
    Or,
    /// The criteria words `contains`, `startsWith` …, infix inside a fetch's brackets; evaluated nowhere yet
    Criteria,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Neg,
    Plus,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TaskBlock<'s> {
    pub kind: TaskKind,
    /// The keyword as written.
    pub keyword: Name<'s>,
    pub entries: Vec<Entry<'s>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    InvokeUrl,
    InvokeApi,
    SendMail,
    SendSms,
    Ftp,
    Sftp,
    /// `pushnotification [ … ]` and other bracket blocks that we know only by their look
    Other,
}

/// `url : "https://…"`. A key may hold blanks and hyphens (`reply to`, `content-type`).
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'s> {
    /// Lower case, single blanks.
    pub key: Cow<'s, str>,
    pub key_span: Span,
    pub value: EntryValue<'s>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum EntryValue<'s> {
    /// `type : GET` parses as `Expr` of a `Name`; the task decides what a bare word means.
    Expr(Expr<'s>),
    /// `to : a, b`
    Exprs(Vec<Expr<'s>>),
    /// `Attachments : file : x, view : Report [c] as PDF`
    Attachments(Vec<Attachment<'s>>),
    /// Bare words that are no expression: `content type : Plain Text`
    Words(&'s str),
}

/// `file : x`, `template : T : Form id as PDF`
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment<'s> {
    /// `file`, `view`, `report`, `template` …, as written
    pub kind: Name<'s>,
    pub value: Expr<'s>,
    /// `Form id` of a template: the form and its record
    pub record: Option<(Name<'s>, Expr<'s>)>,
    /// `PDF` of `as PDF`
    pub format: Option<Name<'s>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Fetch<'s> {
    pub form: Name<'s>,
    pub criteria: Option<Box<Expr<'s>>>,
    pub tail: FetchTail<'s>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchTail<'s> {
    /// Field path and whether `desc` follows.
    pub sort: Option<(Vec<Name<'s>>, bool)>,
    pub range: Option<(Box<Expr<'s>>, Box<Expr<'s>>)>,
}
