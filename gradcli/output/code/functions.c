// What C's library lacks. The declarations of the operations call these functions.

/** The larger one; no number where either is none. */
static double maximum(double a, double b) {
  return isnan(a) || isnan(b) ? NAN : a > b ? a : b;
}

/** The smaller one; no number where either is none. */
static double minimum(double a, double b) {
  return isnan(a) || isnan(b) ? NAN : a < b ? a : b;
}

/** -1, 0 or 1. */
static double sign(double x) {
  return (x > 0) - (x < 0);
}

/** a - b*floor(a/b), with the sign of the divisor. */
static double remainder_of(double a, double b) {
  double rest = fmod(a, b);
  if (rest == 0) return copysign(0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

/** floor(a/b) of the exact quotient. */
static double floor_divide(double a, double b) {
  if (b == 0) return a / b;
  double rest = fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0 && (rest < 0) != (b < 0)) quotient -= 1;
  if (quotient == 0) return copysign(0, a / b);
  double whole = floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

/** 1/(1 + exp(-x)), without overflow. */
static double sigmoid(double x) {
  if (x >= 0) return 1 / (1 + exp(-x));
  double z = exp(x);
  return z / (1 + z);
}

/** x between two bounds. */
static double bounded(double x, double low, double high) {
  double above = low > x ? low : x;
  return high < above ? high : above;
}

/** log(1 + exp(beta*x))/beta, and x where beta*x is above the threshold. */
static double softplus(double x, double beta, double threshold) {
  return x * beta > threshold ? x : log1p(exp(x * beta)) / beta;
}

/** The logarithm of the sigmoid, without overflow. */
static double log_sigmoid(double x) {
  return (x < 0 ? x : 0) - log1p(exp(-fabs(x)));
}

/** log(exp(a) + exp(b)), without overflow. */
static double log_add_exp(double a, double b) {
  double high = maximum(a, b);
  return isinf(high) || isnan(high) ? high : high + log1p(exp(minimum(a, b) - high));
}

/** The n-th root of x, real for negative x and odd n. */
static double real_root(double x, double n) {
  int odd = fabs(fmod(n, 2)) == 1;
  if (n == 0) return NAN;
  double y = pow(odd ? fabs(x) : x, 1 / n);
  return odd && signbit(x) ? -fabs(y) : y;
}

/** The derivative of the logarithm of the gamma function: recurrence up to 10, then Stirling's series; reflection below 0. */
static double digamma(double x) {
  static const double bernoulli[] = {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12,
                                     -3617.0 / 8160};
  if (x == 0) return signbit(x) ? INFINITY : -INFINITY;
  if (isinf(x) && x > 0) return x;
  if (!(x > 0)) {
    if (!isfinite(x) || floor(x) == x) return NAN;
    return digamma(1 - x) - acos(-1) / tan(acos(-1) * (x - nearbyint(x)));
  }
  double shift = 0;
  for (; x < 10; x += 1) shift += 1 / x;
  double sum = 0;
  for (int at = 7; at >= 0; at -= 1) sum = sum / (x * x) + bernoulli[at];
  return log(x) - 0.5 / x - sum / (x * x) - shift;
}
