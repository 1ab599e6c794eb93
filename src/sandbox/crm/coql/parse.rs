//! From words to a query.

use super::super::super::exchange::Problem;
use super::super::criteria::Op;
use super::lex::{Token, Word, syntax, tokens};
use serde_json::json;

const DEEPEST: usize = 32;

/// A query, read but not yet checked against the module.
#[derive(Debug)]
pub struct Query {
    /// What to show.
    pub columns: Vec<Column>,
    /// Of which module.
    pub module: String,
    /// Which records.
    pub filter: Filter,
    /// By what rows are brought together.
    pub group: Vec<String>,
    /// By what rows are ordered, and whether downwards.
    pub order: Vec<(Cell, bool)>,
    /// How many rows at most.
    pub limit: Option<usize>,
    /// How many rows to pass over.
    pub offset: usize,
}

/// Something to show.
#[derive(Debug, Clone)]
pub struct Column {
    /// What.
    pub cell: Cell,
    /// Under which name.
    pub name: String,
}

/// A field, or something counted over rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A field by its path: `Account_Name.Industry`.
    Path(String),
    /// `count(id)`, `sum(Amount)`, …
    Total(Total, String),
}

/// What is worked out over rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// How many.
    Count,
    /// All together.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The mean.
    Avg,
}

/// A condition.
#[derive(Debug)]
pub enum Filter {
    /// Both hold.
    And(Box<Filter>, Box<Filter>),
    /// One holds.
    Or(Box<Filter>, Box<Filter>),
    /// A field compares so.
    Test { path: String, op: Op, values: Vec<String> },
    /// A field is like a pattern with `%`, or is not.
    Like { path: String, pattern: String, wanted: bool },
    /// A field is empty, or is not.
    Empty { path: String, wanted: bool },
}

/// Reads a query.
pub fn query(text: &str) -> Result<Query, Problem> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0 };
    reader.clause("select")?;
    let columns = reader.columns()?;
    reader.clause("from")?;
    let module = reader.name()?;
    if !reader.keyword("where") {
        return Err(missing("where"));
    }
    let filter = reader.any(0)?;
    let mut query = Query { columns, module, filter, group: Vec::new(), order: Vec::new(), limit: None, offset: 0 };
    reader.tail(&mut query)?;
    Ok(query)
}

fn missing(clause: &str) -> Problem {
    Problem::new(400, "SYNTAX_ERROR", "missing clause", json!({"clause": clause}))
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Word> {
        self.tokens.get(self.at).map(|token| &token.word)
    }

    fn wrong(&self) -> Problem {
        match self.tokens.get(self.at) {
            Some(token) => syntax(token.column, &format!("{:?}", token.word)),
            None => syntax(self.tokens.last().map_or(1, |token| token.column), "end of query"),
        }
    }

    fn is_keyword(&self, ahead: usize, keyword: &str) -> bool {
        let token = self.tokens.get(self.at + ahead);
        matches!(token, Some(Token { word: Word::Name(name), .. }) if name.eq_ignore_ascii_case(keyword))
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(0, keyword);
        self.at += usize::from(found);
        found
    }

    fn clause(&mut self, keyword: &str) -> Result<(), Problem> {
        if self.keyword(keyword) { Ok(()) } else { Err(missing(keyword)) }
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Word::Sign(known)) if known == sign);
        self.at += usize::from(found);
        found
    }

    fn must(&mut self, sign: &str) -> Result<(), Problem> {
        if self.sign(sign) { Ok(()) } else { Err(self.wrong()) }
    }

    fn name(&mut self) -> Result<String, Problem> {
        match self.peek() {
            Some(Word::Name(name)) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.wrong()),
        }
    }

    fn columns(&mut self) -> Result<Vec<Column>, Problem> {
        let mut columns = Vec::new();
        loop {
            let cell = self.cell()?;
            let name = if self.keyword("as") { self.name()? } else { name_of(&cell) };
            columns.push(Column { cell, name });
            if !self.sign(",") {
                return Ok(columns);
            }
        }
    }

    fn cell(&mut self) -> Result<Cell, Problem> {
        let start = self.at;
        let name = self.name()?;
        let total = match name.to_ascii_lowercase().as_str() {
            "count" => Total::Count,
            "sum" => Total::Sum,
            "min" => Total::Min,
            "max" => Total::Max,
            "avg" => Total::Avg,
            _ => return Ok(Cell::Path(name)),
        };
        if !self.sign("(") {
            self.at = start + 1;
            return Ok(Cell::Path(name));
        }
        let path = if self.sign("*") { "id".to_owned() } else { self.name()? };
        self.must(")")?;
        Ok(Cell::Total(total, path))
    }

    fn any(&mut self, depth: usize) -> Result<Filter, Problem> {
        let mut left = self.all(depth)?;
        while self.keyword("or") {
            left = Filter::Or(Box::new(left), Box::new(self.all(depth)?));
        }
        Ok(left)
    }

    fn all(&mut self, depth: usize) -> Result<Filter, Problem> {
        let mut left = self.part(depth)?;
        while self.keyword("and") {
            left = Filter::And(Box::new(left), Box::new(self.part(depth)?));
        }
        Ok(left)
    }

    fn part(&mut self, depth: usize) -> Result<Filter, Problem> {
        if depth > DEEPEST {
            return Err(self.wrong());
        }
        if self.sign("(") {
            let inside = self.any(depth + 1)?;
            self.must(")")?;
            return Ok(inside);
        }
        let path = self.name()?;
        self.test(path)
    }

    fn test(&mut self, path: String) -> Result<Filter, Problem> {
        if self.keyword("is") {
            let wanted = !self.keyword("not");
            return if self.keyword("null") { Ok(Filter::Empty { path, wanted }) } else { Err(self.wrong()) };
        }
        let negated = self.keyword("not");
        if self.keyword("like") {
            return Ok(Filter::Like { path, pattern: self.value()?, wanted: !negated });
        }
        if self.keyword("in") {
            self.must("(")?;
            let values = self.values()?;
            return Ok(Filter::Test { path, op: if negated { Op::NotIn } else { Op::In }, values });
        }
        if self.keyword("between") {
            let low = self.value()?;
            self.clause("and")?;
            let values = vec![low, self.value()?];
            return Ok(Filter::Test { path, op: if negated { Op::NotBetween } else { Op::Between }, values });
        }
        let op = self.comparison().filter(|_| !negated).ok_or_else(|| self.wrong())?;
        self.at += 1;
        Ok(Filter::Test { path, op, values: vec![self.value()?] })
    }

    fn comparison(&self) -> Option<Op> {
        let Some(Word::Sign(sign)) = self.peek() else { return None };
        match sign.as_str() {
            "=" => Some(Op::Equals),
            "!=" | "<>" => Some(Op::NotEqual),
            ">" => Some(Op::Greater),
            ">=" => Some(Op::GreaterEqual),
            "<" => Some(Op::Less),
            "<=" => Some(Op::LessEqual),
            _ => None,
        }
    }

    fn values(&mut self) -> Result<Vec<String>, Problem> {
        let mut values = vec![self.value()?];
        while self.sign(",") {
            values.push(self.value()?);
        }
        self.must(")")?;
        Ok(values)
    }

    fn value(&mut self) -> Result<String, Problem> {
        let value = match self.peek() {
            Some(Word::Text(text) | Word::Number(text)) => text.clone(),
            Some(Word::Name(name)) if ["true", "false", "null"].contains(&name.to_ascii_lowercase().as_str()) => {
                name.clone()
            }
            _ => return Err(self.wrong()),
        };
        self.at += 1;
        Ok(value)
    }

    fn tail(&mut self, query: &mut Query) -> Result<(), Problem> {
        if self.keyword("group") {
            self.clause("by")?;
            query.group.push(self.name()?);
            while self.sign(",") {
                query.group.push(self.name()?);
            }
        }
        if self.keyword("order") {
            self.clause("by")?;
            query.order.push(self.order()?);
            while self.sign(",") {
                query.order.push(self.order()?);
            }
        }
        if self.keyword("limit") {
            let first = self.number()?;
            if self.sign(",") {
                query.offset = first;
                query.limit = Some(self.number()?);
            } else {
                query.limit = Some(first);
            }
        }
        if self.keyword("offset") {
            query.offset = self.number()?;
        }
        self.sign(";");
        if self.at == self.tokens.len() { Ok(()) } else { Err(self.wrong()) }
    }

    fn order(&mut self) -> Result<(Cell, bool), Problem> {
        let cell = self.cell()?;
        let descending = self.keyword("desc");
        if !descending {
            self.keyword("asc");
        }
        Ok((cell, descending))
    }

    fn number(&mut self) -> Result<usize, Problem> {
        let number = match self.peek() {
            Some(Word::Number(text)) => text.parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.wrong())?;
        self.at += 1;
        Ok(number)
    }
}

/// The name under which a cell shows where it is given none.
pub fn name_of(cell: &Cell) -> String {
    match cell {
        Cell::Path(path) => path.clone(),
        Cell::Total(total, path) => {
            let word = match total {
                Total::Count => "COUNT",
                Total::Sum => "SUM",
                Total::Min => "MIN",
                Total::Max => "MAX",
                Total::Avg => "AVG",
            };
            format!("{word}({path})")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_query_is_read() {
        let text = "SELECT Last_Name, Account_Name.Industry as trade, count(id) from Contacts where \
            ((Email like '%example%' and Created_Time >= '2026-01-01T00:00:00+05:30') or id in ('1','2')) \
            group by Last_Name order by Last_Name desc, id limit 10, 20";
        let query = query(text).expect("reads");
        assert_eq!(query.columns.len(), 3);
        assert_eq!(query.columns[1].name, "trade");
        assert_eq!(query.module, "Contacts");
        assert_eq!((query.offset, query.limit), (10, Some(20)));
        assert_eq!(query.order.len(), 2);
        assert!(matches!(query.filter, Filter::Or(_, _)));
    }

    #[test]
    fn what_is_missing_is_named() {
        let wrong = [
            "",
            "select",
            "select a from",
            "select a from Leads",
            "select a from Leads where",
            "select a from Leads where a",
            "select a from Leads where a = ",
            "select a from Leads where a = 'b",
            "select a from Leads where (a = 'b'",
            "select a from Leads where a = 'b' nonsense",
            "select a from Leads where a = 'b' limit x",
            "select # from Leads",
        ];
        for text in wrong {
            assert_eq!(query(text).expect_err(text).code, "SYNTAX_ERROR");
        }
        let deep = format!("select a from Leads where {}", "(".repeat(5000));
        assert_eq!(query(&deep).expect_err("too deep").code, "SYNTAX_ERROR");
    }
}
