//! Amounts in the units that people write (UCUM and what stands for it), so far as
//! one can be turned into another.

/// What an amount is an amount of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Mass, in mg.
    Mass,
    /// Amount of substance, in mmol.
    Substance,
    /// International units of activity.
    Activity,
    /// Volume, in mL.
    Volume,
}

/// How much of what, in the unit of its dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// Of what.
    pub dimension: Dimension,
    /// How much.
    pub amount: f64,
}

/// Reads an amount; `None` for a unit that is not known, or of things that are counted (tablets, drops).
#[must_use]
pub fn quantity(value: f64, unit: &str) -> Option<Quantity> {
    let (dimension, factor) = match unit.trim().to_ascii_lowercase().as_str() {
        "g" | "gram" | "grams" => (Dimension::Mass, 1e3),
        "mg" | "milligram" | "milligrams" => (Dimension::Mass, 1.0),
        "ug" | "mcg" | "µg" | "μg" | "microgram" | "micrograms" => (Dimension::Mass, 1e-3),
        "ng" | "nanogram" | "nanograms" => (Dimension::Mass, 1e-6),
        "mmol" => (Dimension::Substance, 1.0),
        "umol" | "µmol" | "μmol" => (Dimension::Substance, 1e-3),
        "[iu]" | "iu" | "unit" | "units" | "u" => (Dimension::Activity, 1.0),
        "k[iu]" | "kiu" => (Dimension::Activity, 1e3),
        "m[iu]" => (Dimension::Activity, 1e-3),
        "ml" | "millilitre" | "milliliter" => (Dimension::Volume, 1.0),
        "l" | "litre" | "liter" => (Dimension::Volume, 1e3),
        _ => return None,
    };
    Some(Quantity { dimension, amount: value * factor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_one_dimension_turn_into_each_other() {
        for (value, unit, milligrams) in
            [(0.5, "g", 500.0), (125.0, "ug", 0.125), (125.0, "µg", 0.125), (2.0, "MG", 2.0)]
        {
            let read = quantity(value, unit).unwrap();
            assert_eq!((read.dimension, read.amount), (Dimension::Mass, milligrams), "{value} {unit}");
        }
        assert_eq!(quantity(1.0, "tablet"), None);
        assert_eq!(quantity(1.0, ""), None);
    }
}
