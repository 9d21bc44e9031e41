//! Cuts a query into its tokens as PostgreSQL does, and refuses the ways of writing that only serve to hide something.

use super::{QueryError, wrong};

/// Bytes of a name at most; PostgreSQL cuts longer ones.
const MAX_NAME_BYTES: usize = 63;

/// One token and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// In characters, the first is 1.
    pub at: usize,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// A bare word in lower case: of the language, or a name.
    Word(String),
    /// A name in quotes.
    Quoted(String),
    /// A number or a text, whatever it is.
    Value,
    /// One character of anything else.
    Symbol(char),
}

impl Token {
    /// The word, if it is a bare one.
    pub(super) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            Kind::Quoted(_) | Kind::Value | Kind::Symbol(_) => None,
        }
    }

    /// The word or the name in quotes.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(name) | Kind::Quoted(name) => Some(name),
            Kind::Value | Kind::Symbol(_) => None,
        }
    }

    pub(super) fn symbol(&self) -> Option<char> {
        match self.kind {
            Kind::Symbol(symbol) => Some(symbol),
            Kind::Word(_) | Kind::Quoted(_) | Kind::Value => None,
        }
    }

    /// Whether it is this bare word.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }
}

/// The tokens of a query, and its text with comments and the last semicolon blanked out.
#[derive(Debug)]
pub(super) struct Tokens {
    pub tokens: Vec<Token>,
    pub sql: String,
}

/// Reads all of a query.
pub(super) fn read(text: &str) -> Result<Tokens, QueryError> {
    let mut reader = Reader { text: text.chars().collect(), place: 0, blank: Vec::new(), tokens: Vec::new() };
    let mut end = None;
    while let Some(first) = reader.peek(0) {
        let place = reader.place;
        if reader.skipped(first)? {
            continue;
        }
        if let Some(end) = end {
            return wrong(end, "there is more than one statement");
        }
        if first == ';' {
            end = Some(place + 1);
            reader.blank.push(place..place + 1);
            reader.place += 1;
        } else {
            let kind = reader.token(first)?;
            reader.tokens.push(Token { at: place + 1, kind });
        }
    }
    for place in reader.blank.into_iter().flatten() {
        if let Some(character) = reader.text.get_mut(place).filter(|character| **character != '\n') {
            *character = ' ';
        }
    }
    Ok(Tokens { tokens: reader.tokens, sql: reader.text.into_iter().collect() })
}

struct Reader {
    text: Vec<char>,
    place: usize,
    blank: Vec<std::ops::Range<usize>>,
    tokens: Vec<Token>,
}

/// What a name may begin with. PostgreSQL takes everything beyond ASCII for a letter.
fn begins_name(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || !character.is_ascii()
}

impl Reader {
    fn peek(&self, by: usize) -> Option<char> {
        self.text.get(self.place + by).copied()
    }

    fn begins(&self, two: [char; 2]) -> bool {
        self.peek(0) == Some(two[0]) && self.peek(1) == Some(two[1])
    }

    fn refuse<T>(&self, reason: &str) -> Result<T, QueryError> {
        wrong(self.place + 1, reason)
    }

    /// Passes over space or a comment, if there is one.
    fn skipped(&mut self, first: char) -> Result<bool, QueryError> {
        let begin = self.place;
        if matches!(first, ' ' | '\t' | '\n' | '\r') {
            self.place += 1;
            return Ok(true);
        }
        if self.begins(['-', '-']) {
            while self.peek(0).is_some_and(|character| !matches!(character, '\n' | '\r')) {
                self.place += 1;
            }
        } else if self.begins(['/', '*']) {
            let mut depth = 0_usize;
            loop {
                if self.begins(['/', '*']) {
                    (depth, self.place) = (depth + 1, self.place + 2);
                } else if self.begins(['*', '/']) {
                    (depth, self.place) = (depth - 1, self.place + 2);
                    if depth == 0 {
                        break;
                    }
                } else if self.peek(0).is_some() {
                    self.place += 1;
                } else {
                    return wrong(begin + 1, "a comment is not closed");
                }
            }
        } else {
            return Ok(false);
        }
        self.blank.push(begin..self.place);
        Ok(true)
    }

    fn token(&mut self, first: char) -> Result<Kind, QueryError> {
        match first {
            '\'' => self.quoted('\'', "a text is not closed").map(|_| Kind::Value),
            '"' => {
                let begin = self.place + 1;
                let name = self.quoted('"', "a name in quotes is not closed")?;
                if name.is_empty() || name.len() > MAX_NAME_BYTES {
                    return wrong(begin, format!("a name must have 1 to {MAX_NAME_BYTES} bytes"));
                }
                Ok(Kind::Quoted(name))
            }
            first if begins_name(first) => self.word(),
            first if first.is_ascii_digit() => self.number(),
            '.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.number(),
            '$' => self.refuse("$ is not possible: write texts in single quotes, and values where they belong"),
            '+' | '-' | '*' | '/' | '<' | '>' | '=' | '~' | '!' | '@' | '#' | '%' | '^' | '&' | '|' | ',' | '.'
            | '(' | ')' | '[' | ']' | ':' => {
                self.place += 1;
                Ok(Kind::Symbol(first))
            }
            _ => self.refuse("this character is not possible here"),
        }
    }

    /// Passes over what is in quotes; gives it with doubled quotes as one.
    fn quoted(&mut self, quote: char, open: &str) -> Result<String, QueryError> {
        let begin = self.place;
        let mut inside = String::new();
        self.place += 1;
        loop {
            match self.peek(0) {
                None | Some('\0') => return wrong(begin + 1, open),
                Some(character) if character == quote => {
                    self.place += 1;
                    if self.peek(0) != Some(quote) {
                        return Ok(inside);
                    }
                    inside.push(quote);
                }
                Some(character) => inside.push(character),
            }
            self.place += 1;
        }
    }

    fn word(&mut self) -> Result<Kind, QueryError> {
        let begin = self.place;
        let mut word = String::new();
        while let Some(character) =
            self.peek(0).filter(|character| begins_name(*character) || character.is_ascii_digit())
        {
            word.push(character.to_ascii_lowercase());
            self.place += 1;
        }
        if word.len() > MAX_NAME_BYTES {
            return wrong(begin + 1, format!("a name must have 1 to {MAX_NAME_BYTES} bytes"));
        }
        let prefix = matches!(word.as_str(), "b" | "e" | "n" | "x") && self.peek(0) == Some('\'');
        let unicode = word == "u" && self.peek(0) == Some('&') && matches!(self.peek(1), Some('\'' | '"'));
        if prefix || unicode {
            return wrong(begin + 1, "write texts in single quotes without a letter before them");
        }
        if self.peek(0) == Some('$') {
            return self.refuse("a name can't have a $");
        }
        Ok(Kind::Word(word))
    }

    fn digits(&mut self) {
        while self.peek(0).is_some_and(|character| character.is_ascii_digit()) {
            self.place += 1;
        }
    }

    fn number(&mut self) -> Result<Kind, QueryError> {
        self.digits();
        if self.peek(0) == Some('.') {
            self.place += 1;
            self.digits();
        }
        if matches!(self.peek(0), Some('e' | 'E')) {
            self.place += 1;
            if matches!(self.peek(0), Some('+' | '-')) {
                self.place += 1;
            }
            self.digits();
        }
        match self.peek(0) {
            Some(next) if begins_name(next) || matches!(next, '$' | '.') => {
                self.refuse("a number runs into what follows: put a space between them")
            }
            _ => Ok(Kind::Value),
        }
    }
}
