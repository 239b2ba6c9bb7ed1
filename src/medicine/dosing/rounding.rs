//! From a dose in milligrams to what a person can measure out: halves of tablets,
//! whole capsules, millilitres of a syringe.

use super::model::Given;
use crate::knowledge::formula::rounded;
use crate::knowledge::tables::Medicine;
use crate::medicine::units::{Quantity, quantity};

/// A dose that is rounded further than this is another dose.
const MOST_OFF: f64 = 0.1;

/// What can be measured out, and how much that is; `None` when no form of the medicine comes near enough
/// without passing `cap`.
#[must_use]
pub fn measurable(
    medicine: &'static Medicine<'static>,
    route: &str,
    dose: Quantity,
    cap: Option<f64>,
) -> Option<(Given, f64)> {
    let forms = medicine.forms.iter().filter(|form| form.route == route);
    let portions = forms.flat_map(|form| form.strengths.iter().filter_map(|strength| portion(form.form, strength)));
    let candidates = portions.filter(|portion| portion.content.dimension == dose.dimension).filter_map(|portion| {
        let exact = dose.amount / portion.content.amount;
        let mut count = (exact / portion.step).round() * portion.step;
        if cap.is_some_and(|cap| count * portion.content.amount > cap * 1.0001) {
            count -= portion.step;
        }
        let amount = count * portion.content.amount;
        let off = (amount - dose.amount).abs() / dose.amount;
        (count > 0.0 && count <= portion.most && off <= MOST_OFF).then_some((portion, rounded(count, 2.0), amount, off))
    });
    // What comes nearest; of equals what need not be broken, then the fewest pieces.
    let (portion, count, amount, _) = candidates.min_by(|a, b| {
        let broken = |count: f64| count.fract() != 0.0;
        a.3.total_cmp(&b.3).then(broken(a.1).cmp(&broken(b.1))).then(a.1.total_cmp(&b.1))
    })?;
    let of = [portion.form, " ", portion.strength].concat();
    Some((Given { value: count, unit: portion.unit, of }, amount))
}

/// A form that comes in pieces, or by volume.
struct Portion {
    form: &'static str,
    strength: &'static str,
    /// How much one piece, or one millilitre, has.
    content: Quantity,
    unit: &'static str,
    /// The least that can be told apart.
    step: f64,
    /// More is not taken at once.
    most: f64,
}

fn portion(form: &'static str, strength: &'static str) -> Option<Portion> {
    if let Some((content, volume)) = strength.split_once('/') {
        let (content, volume) = (measured(content)?, millilitres(volume)?);
        let content = Quantity { amount: content.amount / volume, ..content };
        // A syringe for the mouth is marked by half a millilitre, one for injections by a tenth.
        let step = if form.contains("inject") || form.contains("infus") { 0.1 } else { 0.5 };
        return Some(Portion { form, strength, content, unit: "mL", step, most: 30.0 });
    }
    let content = measured(strength)?;
    match form {
        "tablet" => Some(Portion { form, strength, content, unit: "{tablet}", step: 0.5, most: 4.0 }),
        "capsule" | "suppository" => Some(Portion { form, strength, content, unit: "{capsule}", step: 1.0, most: 4.0 }),
        _ => None,
    }
}

fn measured(text: &str) -> Option<Quantity> {
    let (number, unit) = text.trim().split_once(' ')?;
    quantity(number.parse().ok()?, unit)
}

/// `5 ml`, or `ml` for one.
fn millilitres(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, unit) = text.split_once(' ').unwrap_or(("1", text));
    (unit.eq_ignore_ascii_case("ml")).then_some(number.parse().ok()?)
}
