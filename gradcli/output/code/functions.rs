// What Rust's library lacks, and is of any number of operands.

/// The value in the middle, the lower one of two; no number where any is none.
fn median_of(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    if values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    sorted[(values.len() - 1) / 2]
}
