// What C's library lacks, and is of any number of operands.

/** The value in the middle, the lower one of two; no number where any is none. */
static double median_of(int count, const double *values) {
  for (int at = 0; at < count; at += 1) {
    int below = 0, same = 0;
    for (int other = 0; other < count; other += 1) {
      if (isnan(values[other])) return NAN;
      below += values[other] < values[at];
      same += values[other] == values[at];
    }
    if (below <= (count - 1) / 2 && (count - 1) / 2 < below + same) return values[at];
  }
  return NAN;
}
