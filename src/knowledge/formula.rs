//! Clinical formulas as rows of the tables write them: arithmetic over named
//! numbers, so that each formula can be read, cited and reviewed like any other fact.

use serde::{Deserialize, Serialize};

/// What two numbers make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `and`
    And,
    /// `or`
    Or,
    /// `min(a, b)`
    Min,
    /// `max(a, b)`
    Max,
    /// `round(value, decimals)`, halves away from zero
    Round,
}

/// What one number makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Function {
    /// Natural logarithm.
    Ln,
    /// Logarithm to base 10.
    Log10,
    /// e to the power of it.
    Exp,
    /// Square root.
    Sqrt,
    /// Cube root.
    Cbrt,
    /// Without its sign.
    Abs,
    /// The whole number below it.
    Floor,
    /// 1 for 0, else 0.
    Not,
}

/// A formula. What holds is 1, what does not is 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Formula {
    /// A constant.
    Number(f64),
    /// The value at this place: inputs first, then earlier steps.
    Value(u8),
    /// One number of another.
    Of(Function, Box<Formula>),
    /// One number of two.
    Both(Operator, Box<Formula>, Box<Formula>),
    /// The second where the first is not 0, else the third.
    If(Box<Formula>, Box<Formula>, Box<Formula>),
}

impl Formula {
    /// Its value; not finite where it has none (a division by zero, a logarithm of nothing).
    #[must_use]
    pub fn evaluate(&self, values: &[f64]) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Value(at) => values.get(usize::from(*at)).copied().unwrap_or(f64::NAN),
            Self::Of(function, of) => function.of(of.evaluate(values)),
            Self::Both(operator, a, b) => operator.of(a.evaluate(values), b.evaluate(values)),
            Self::If(condition, yes, no) => {
                let chosen = if condition.evaluate(values) == 0.0 { no } else { yes };
                chosen.evaluate(values)
            }
        }
    }

    /// Whether it holds.
    #[must_use]
    pub fn holds(&self, values: &[f64]) -> bool {
        self.evaluate(values) != 0.0
    }
}

impl Function {
    fn of(self, value: f64) -> f64 {
        match self {
            Self::Ln => value.ln(),
            Self::Log10 => value.log10(),
            Self::Exp => value.exp(),
            Self::Sqrt => value.sqrt(),
            Self::Cbrt => value.cbrt(),
            Self::Abs => value.abs(),
            Self::Floor => value.floor(),
            Self::Not => f64::from(value == 0.0),
        }
    }
}

impl Operator {
    fn of(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Power => a.powf(b),
            Self::Less => f64::from(a < b),
            Self::LessOrEqual => f64::from(a <= b),
            Self::Greater => f64::from(a > b),
            Self::GreaterOrEqual => f64::from(a >= b),
            Self::Equal => f64::from(a == b),
            Self::NotEqual => f64::from(a != b),
            Self::And => f64::from(a != 0.0 && b != 0.0),
            Self::Or => f64::from(a != 0.0 || b != 0.0),
            Self::Min => a.min(b),
            Self::Max => a.max(b),
            Self::Round => rounded(a, b),
        }
    }
}

/// `value` to so many decimals.
#[must_use]
pub fn rounded(value: f64, decimals: f64) -> f64 {
    let scale = 10_f64.powf(decimals);
    // A decimal fraction that is written exactly is rarely held exactly: 1.005 lies a little below itself.
    let nudge = value.abs() * scale * 1e-12;
    value.signum() * (value.abs() * scale + 0.5 + nudge).floor() / scale
}
