//! How well probabilities keep their word.

/// A probability that was given, and whether it came true.
pub type Forecast = (f64, bool);

/// Mean squared distance of what was said from what was so; less is better.
pub fn brier(forecasts: &[Forecast]) -> f64 {
    let squares = forecasts.iter().map(|(said, so)| (said - f64::from(u8::from(*so))).powi(2));
    squares.sum::<f64>() / count(forecasts)
}

/// Slope of the logistic regression of what was so on the log-odds of what was said: 1 where probabilities are neither too bold
/// (below 1) nor too shy.
pub fn calibration_slope(forecasts: &[Forecast]) -> f64 {
    let (mut intercept, mut slope) = (0.0, 1.0);
    for _ in 0..50 {
        // Newton's steps, short enough not to run away where nearly all came true.
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 1e-3, 0.0, 1e-3);
        for (said, so) in forecasts {
            let x = log_odds(*said);
            let p = 1.0 / (1.0 + (-(intercept + slope * x)).exp());
            let (residual, weight) = (f64::from(u8::from(*so)) - p, p * (1.0 - p));
            g0 += residual;
            g1 += residual * x;
            h00 += weight;
            h01 += weight * x;
            h11 += weight * x * x;
        }
        let determinant = h00 * h11 - h01 * h01;
        intercept += ((h11 * g0 - h01 * g1) / determinant).clamp(-0.5, 0.5);
        slope += ((h00 * g1 - h01 * g0) / determinant).clamp(-0.5, 0.5);
    }
    slope
}

/// The middle 95 of 100 values that a figure takes when cases are drawn anew, each as often as chance will have it.
pub fn bootstrap_interval<T: Clone>(cases: &[T], figure: impl Fn(&[T]) -> f64) -> (f64, f64) {
    const DRAWS: usize = 500;
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let mut figures: Vec<f64> = (0..DRAWS)
        .map(|_| figure(&(0..cases.len()).map(|_| cases[next(cases.len())].clone()).collect::<Vec<T>>()))
        .collect();
    figures.sort_by(f64::total_cmp);
    (figures[DRAWS / 40], figures[DRAWS - 1 - DRAWS / 40])
}

fn log_odds(probability: f64) -> f64 {
    let kept_off = probability.clamp(0.001, 0.999);
    (kept_off / (1.0 - kept_off)).ln()
}

#[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^52 cases")]
fn count<T>(of: &[T]) -> f64 {
    of.len() as f64
}
