//! Reads formulas; used when the tables are packed.

use crate::formula::{Formula, Function, Operator};

/// Reads a formula over `names`, each at its place.
///
/// # Errors
/// A sentence that says what is wrong.
pub(super) fn parse(text: &str, names: &[&str]) -> Result<Formula, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, names };
    let formula = parser.level(0)?;
    match parser.peek() {
        None => Ok(formula),
        Some(token) => Err(format!("`{token}` is not expected in `{text}`")),
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut left = text.trim_start();
    while let Some(first) = left.chars().next() {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let length = if word(first) {
            left.find(|c| !word(c)).unwrap_or(left.len())
        } else if ["<=", ">=", "!="].iter().any(|pair| left.starts_with(pair)) {
            2
        } else if "+-*/^()<>=,".contains(first) {
            1
        } else {
            return Err(format!("`{first}` is not expected in `{text}`"));
        };
        tokens.push(left[..length].to_owned());
        left = left[length..].trim_start();
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: Vec<String>,
    at: usize,
    names: &'a [&'a str],
}

/// Operators by how loosely they bind, the loosest first.
const LEVELS: &[&[(&str, Operator)]] = &[
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[
        ("<", Operator::Less),
        ("<=", Operator::LessOrEqual),
        (">", Operator::Greater),
        (">=", Operator::GreaterOrEqual),
        ("=", Operator::Equal),
        ("!=", Operator::NotEqual),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
];

impl Parser<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(format!("`{token}` is missing")) }
    }

    fn level(&mut self, level: usize) -> Result<Formula, String> {
        let Some(operators) = LEVELS.get(level) else { return self.signed() };
        let mut formula = self.level(level + 1)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.peek() == Some(sign)) {
            self.at += 1;
            formula = both(*operator, formula, self.level(level + 1)?);
        }
        Ok(formula)
    }

    fn signed(&mut self) -> Result<Formula, String> {
        if self.take("-") {
            return Ok(both(Operator::Subtract, Formula::Number(0.0), self.signed()?));
        }
        let base = self.one()?;
        if self.take("^") { Ok(both(Operator::Power, base, self.signed()?)) } else { Ok(base) }
    }

    fn one(&mut self) -> Result<Formula, String> {
        let token = self.peek().ok_or("the formula ends too early")?.to_owned();
        self.at += 1;
        if token == "(" {
            let inner = self.level(0)?;
            self.expect(")")?;
            return Ok(inner);
        }
        if let Ok(number) = token.parse() {
            return Ok(Formula::Number(number));
        }
        if let Some(at) = self.names.iter().position(|name| *name == token) {
            return Ok(Formula::Value(u8::try_from(at).map_err(|_| "more than 255 values")?));
        }
        self.function(&token)
    }

    fn function(&mut self, name: &str) -> Result<Formula, String> {
        self.expect("(").map_err(|_| format!("`{name}` is not a value here"))?;
        let mut given = vec![self.level(0)?];
        while self.take(",") {
            given.push(self.level(0)?);
        }
        self.expect(")")?;
        let mut given = given.into_iter().map(Box::new);
        let formula = match (name, given.next(), given.next(), given.next(), given.next()) {
            ("if", Some(condition), Some(yes), Some(no), None) => Formula::If(condition, yes, no),
            ("min", Some(a), Some(b), None, None) => Formula::Both(Operator::Min, a, b),
            ("max", Some(a), Some(b), None, None) => Formula::Both(Operator::Max, a, b),
            ("round", Some(a), Some(b), None, None) => Formula::Both(Operator::Round, a, b),
            ("ln", Some(of), None, None, None) => Formula::Of(Function::Ln, of),
            ("log10", Some(of), None, None, None) => Formula::Of(Function::Log10, of),
            ("exp", Some(of), None, None, None) => Formula::Of(Function::Exp, of),
            ("sqrt", Some(of), None, None, None) => Formula::Of(Function::Sqrt, of),
            ("cbrt", Some(of), None, None, None) => Formula::Of(Function::Cbrt, of),
            ("abs", Some(of), None, None, None) => Formula::Of(Function::Abs, of),
            ("floor", Some(of), None, None, None) => Formula::Of(Function::Floor, of),
            ("not", Some(of), None, None, None) => Formula::Of(Function::Not, of),
            _ => return Err(format!("`{name}` is not a function of so many values")),
        };
        Ok(formula)
    }
}

fn both(operator: Operator, a: Formula, b: Formula) -> Formula {
    Formula::Both(operator, Box::new(a), Box::new(b))
}
