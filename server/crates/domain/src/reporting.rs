//! Queries over the reporting views, as a model writes them. The database is the wall: they run as a role that has nothing else.
//! What is refused here before it sees them, by a list of what is allowed, gets a sentence that says where: one SELECT over the
//! schema `reporting`, with functions that only compute.

use std::fmt;

use tokens::{Token, Tokens};
use words::among;

mod tokens;
mod words;

/// Characters of a query at most.
pub const MAX_QUERY_CHARS: usize = 10_000;
/// The schema that queries read.
pub const SCHEMA: &str = "reporting";

/// A query that may be run: one statement that only reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(String);

/// Why a query may not be run, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// The place in characters, the first is 1.
    pub at: usize,
    /// What is wrong there, without a full stop.
    pub reason: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The query was not run: {} (at character {}).", self.reason, self.at)
    }
}

impl std::error::Error for QueryError {}

fn wrong<T>(at: usize, reason: impl Into<String>) -> Result<T, QueryError> {
    Err(QueryError { at, reason: reason.into() })
}

impl Query {
    /// Reads a query and refuses all that is not surely harmless.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.chars().nth(MAX_QUERY_CHARS).is_some() {
            return wrong(MAX_QUERY_CHARS + 1, format!("it has more than {MAX_QUERY_CHARS} characters"));
        }
        let Tokens { tokens, sql } = tokens::read(text)?;
        Check { tokens: &tokens, frames: vec![Frame { query: true, tables: false }] }.run()?;
        Ok(Self(sql))
    }

    /// The query without its comments and its last semicolon; each character is where it was.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.0
    }
}

/// What stands between two brackets, or outside of all.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Whether it is a query of its own, and not arguments.
    query: bool,
    /// Whether a list of tables is being read in it.
    tables: bool,
}

struct Check<'a> {
    tokens: &'a [Token],
    frames: Vec<Frame>,
}

impl Check<'_> {
    fn run(mut self) -> Result<(), QueryError> {
        match self.tokens.first() {
            None => return wrong(1, "it is empty"),
            Some(first) if first.is_word("select") || first.is_word("with") => {}
            Some(first) => return wrong(first.at, "it must begin with SELECT or WITH"),
        }
        for place in 0..self.tokens.len() {
            self.token(place)?;
        }
        match self.tokens.last() {
            Some(last) if self.frames.len() > 1 => wrong(last.at, "a bracket is not closed"),
            _ => Ok(()),
        }
    }

    fn at(&self, place: usize) -> Option<&Token> {
        self.tokens.get(place)
    }

    /// The token before, unless it is the first.
    fn before(&self, place: usize, by: usize) -> Option<&Token> {
        place.checked_sub(by).and_then(|place| self.tokens.get(place))
    }

    fn token(&mut self, place: usize) -> Result<(), QueryError> {
        let token = &self.tokens[place];
        let is_table = self.is_table(place);
        if let Some(name) = token.name() {
            self.name(place, name, is_table)?;
        }
        match token.symbol() {
            Some('(') => self.frames.push(Frame { query: false, tables: is_table }),
            Some(')') if self.frames.len() > 1 => {
                self.frames.pop();
            }
            Some(')') => return wrong(token.at, "a bracket is closed that was not opened"),
            _ => {}
        }
        let opened = self.before(place, 1).is_some_and(|before| before.symbol() == Some('('));
        let compares = self.before(place, 1).is_some_and(|before| before.is_word("distinct"));
        if let Some(frame) = self.frames.last_mut() {
            if opened && ["select", "with", "values"].iter().any(|word| token.is_word(word)) {
                *frame = Frame { query: true, tables: false };
            } else if token.is_word("from") && frame.query && !compares {
                frame.tables = true;
            } else if token.word().is_some_and(|word| among(words::END_TABLES, word)) {
                frame.tables = false;
            }
        }
        Ok(())
    }

    /// Whether a table is named here.
    fn is_table(&self, place: usize) -> bool {
        let Some(frame) = self.frames.last() else { return false };
        let Some(before) = self.before(place, 1) else { return false };
        let compares = self.before(place, 2).is_some_and(|before| before.is_word("distinct"));
        let listed = (before.is_word("from") && !compares) || matches!(before.symbol(), Some(',' | '('));
        (frame.tables && listed) || ["join", "only", "lateral"].iter().any(|word| before.is_word(word))
    }

    fn name(&self, place: usize, name: &str, is_table: bool) -> Result<(), QueryError> {
        let token = &self.tokens[place];
        if among(words::FOREIGN, name) || name.starts_with("pg_") {
            return wrong(token.at, format!("only the schema {SCHEMA} can be read, not {name}"));
        }
        let word = token.word();
        if let Some(word) = word.filter(|word| among(words::REFUSED, word)) {
            return wrong(token.at, format!("{} is not possible in a query", word.to_uppercase()));
        }
        let follows = |symbol| self.at(place + 1).is_some_and(|next| next.symbol() == Some(symbol));
        let dotted = self.before(place, 1).is_some_and(|before| before.symbol() == Some('.'));
        if is_table && follows('.') && name != SCHEMA {
            return wrong(token.at, format!("only the schema {SCHEMA} can be read, not {name}"));
        }
        if !follows('(') {
            return Ok(());
        }
        let listed = |word| among(words::BEFORE_BRACKETS, word) || among(words::FUNCTIONS, word);
        let may = word.is_some_and(listed) && !dotted;
        if may || self.is_column_list(place) || self.is_type(place) {
            return Ok(());
        }
        wrong(token.at, format!("the function {name} is not among those that a query may use"))
    }

    /// `AS name (columns)` and `WITH name (columns) AS`: no call.
    fn is_column_list(&self, place: usize) -> bool {
        let after = |word| self.before(place, 1).is_some_and(|before| before.is_word(word));
        after("as") || after("with") || after("recursive")
    }

    /// `::numeric(12, 2)`: no call.
    fn is_type(&self, place: usize) -> bool {
        let colon = |by| self.before(place, by).is_some_and(|before| before.symbol() == Some(':'));
        colon(1) && colon(2)
    }
}

#[cfg(test)]
mod tests;
