// Functions that JavaScript has and others lack, or have with other values at special points.

/** The larger one; no number where either is none. */
function maximum(a, b) {
  return a !== a || b !== b ? NaN : a > b ? a : b;
}

/** The smaller one; no number where either is none. */
function minimum(a, b) {
  return a !== a || b !== b ? NaN : a < b ? a : b;
}
