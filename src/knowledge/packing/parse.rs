//! Reads expressions; used when the tables are packed.

use crate::expression::{Atom, Comparison, Expression, QUANTITIES};

/// Finds the index of an id in a table.
pub trait Resolve {
    /// Index of a finding, comorbidity, medicine or class.
    fn resolve(&self, table: &str, id: &str) -> Option<u16>;
}

/// Reads an expression; empty is [`Expression::Always`].
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse(text: &str, names: &dyn Resolve) -> Result<Expression, String> {
    if text.trim().is_empty() {
        return Ok(Expression::Always);
    }
    let mut parser = Parser { tokens: tokens(text), at: 0, names };
    let expression = parser.any()?;
    match parser.peek() {
        None => Ok(expression),
        Some(token) => Err(format!("`{token}` is not expected in `{text}`")),
    }
}

fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        let symbol = "()&|,<>=".contains(character);
        if symbol || character.is_whitespace() {
            tokens.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if character == '=' && tokens.last().is_some_and(|last| last == "<" || last == ">") {
            let last = tokens.pop().unwrap_or_default();
            tokens.push(last + "=");
        } else if symbol {
            tokens.push(character.to_string());
        } else if !character.is_whitespace() {
            word.push(character);
        }
    }
    tokens.extend((!word.is_empty()).then_some(word));
    tokens
}

struct Parser<'a> {
    tokens: Vec<String>,
    at: usize,
    names: &'a dyn Resolve,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn next(&mut self) -> Result<String, String> {
        let token = self.tokens.get(self.at).cloned().ok_or("the expression ends too early")?;
        self.at += 1;
        Ok(token)
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(format!("`{token}` is missing")) }
    }

    fn any(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.all()?];
        while self.take("|") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::AtLeast(1, parts) })
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.one()?];
        while self.take("&") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::All(parts) })
    }

    fn one(&mut self) -> Result<Expression, String> {
        let token = self.next()?;
        if token == "(" {
            let inner = self.any()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if let Ok(count) = token.parse::<u8>() {
            self.expect("of")?;
            self.expect("(")?;
            let mut parts = vec![self.any()?];
            while self.take(",") {
                parts.push(self.any()?);
            }
            self.expect(")")?;
            return Ok(Expression::AtLeast(count, parts));
        }
        self.atom(&token).map(Expression::Atom)
    }

    fn atom(&mut self, token: &str) -> Result<Atom, String> {
        if let Some((_, quantity)) = QUANTITIES.iter().find(|(name, _)| *name == token) {
            let comparison = match self.next()?.as_str() {
                "<" => Comparison::Less,
                "<=" => Comparison::LessOrEqual,
                ">" => Comparison::Greater,
                ">=" => Comparison::GreaterOrEqual,
                other => return Err(format!("`{other}` is not a comparison")),
            };
            let bound = self.next()?;
            let bound = bound.parse().map_err(|_| format!("`{bound}` is not a number"))?;
            return Ok(Atom::Compare(*quantity, comparison, bound));
        }
        match token {
            "pregnant" => return Ok(Atom::Pregnant),
            "could_be_pregnant" => return Ok(Atom::CouldBePregnant),
            "lactating" => return Ok(Atom::Lactating),
            "sex" => {
                self.expect("=")?;
                return match self.next()?.as_str() {
                    "male" => Ok(Atom::IsMale(true)),
                    "female" => Ok(Atom::IsMale(false)),
                    other => Err(format!("`{other}` is not a sex")),
                };
            }
            _ => {}
        }
        let find =
            |table: &str, id: &str| self.names.resolve(table, id).ok_or_else(|| format!("{table} `{id}` is not known"));
        if let Some(id) = token.strip_prefix("takes:class:") {
            find("class", id).map(Atom::TakesClass)
        } else if let Some(id) = token.strip_prefix("takes:") {
            find("medicine", id).map(Atom::TakesMedicine)
        } else if let Some(id) = token.strip_prefix("condition:") {
            find("comorbidity", id).map(Atom::Comorbidity)
        } else {
            find("finding", token).map(Atom::Finding)
        }
    }
}
