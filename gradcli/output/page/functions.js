// The functions that JavaScript lacks, or has with other values than IEEE 754 and PyTorch at special points.
// The declarations of the operations (gradcli/ops) call them.

// ---- powers, roundings, remainders ----

/** a^b as C99 has it, Annex F.10.4.4; Math.pow makes nan of 1^nan and of (-1)^inf. */
function power(a, b) {
  if (a === 1) return 1;
  if (a === -1 && Math.abs(b) === Infinity) return 1;
  return Math.pow(a, b);
}

/** -1, 0 or 1; 0 for nan. */
function sign(x) {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

/** Whether the sign bit is set, also that of -0. */
function isNegative(x) {
  return x < 0 || Object.is(x, -0);
}

/** The size of a with the sign of b. */
function copySign(a, b) {
  return isNegative(b) ? -Math.abs(a) : Math.abs(a);
}

/** The nearest integer; halves go to the even one. */
function roundHalfEven(x) {
  const below = Math.floor(x);
  const rest = x - below;
  if (!(rest > 0)) return x; // an integer, an infinity, or nan
  const nearest = rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
  return copySign(nearest, x);
}

/** a - b·floor(a/b), with the sign of the divisor. */
function remainder(a, b) {
  const rest = a % b;
  if (rest === 0) return copySign(0, b);
  return rest < 0 !== b < 0 ? rest + b : rest; // nan stays nan
}

/** floor(a/b) of the exact quotient, not of the rounded one; nan for an infinite a. */
function floorDivide(a, b) {
  if (b === 0) return a / b;
  const rest = a % b;
  let quotient = (a - rest) / b; // an integer, but for rounding
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1;
  if (quotient === 0) return copySign(0, a / b);
  const whole = Math.floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

// ---- exponentials and bounds ----

/** 1/(1 + exp(-x)), without overflow on either side. */
function sigmoid(x) {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const z = Math.exp(x);
  return z / (1 + z);
}

/** x between two bounds; nan where x is. */
function bounded(x, low, high) {
  const above = low > x ? low : x;
  return high < above ? high : above;
}

/** log(1 + exp(beta·x))/beta, and x itself where beta·x is above the threshold. */
function softplus(x, beta, threshold) {
  return x * beta > threshold ? x : Math.log1p(Math.exp(x * beta)) / beta;
}

/** The logarithm of the sigmoid, without overflow. */
function logSigmoid(x) {
  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}

/** log(exp(a) + exp(b)), without overflow. */
function logAddExp(a, b) {
  const high = Math.max(a, b);
  return Math.abs(high) === Infinity ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high));
}

/** log(exp(x) + ...), without overflow. */
function logSumExp(...values) {
  const high = Math.max(...values);
  if (!Number.isFinite(high)) return high;
  return high + Math.log(values.reduce((sum, x) => sum + Math.exp(x - high), 0));
}

/** The value in the middle, the lower one of two; nan where any is nan. */
function median(...values) {
  if (values.some(Number.isNaN)) return NaN;
  return values.sort((a, b) => a - b)[(values.length - 1) >> 1];
}

// ---- the error function ----

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/** erf by its series exp(-x²)·2/√π·Σ 2^n·x^(2n+1)/(1·3·5···(2n+1)); all terms have one sign, so no digits are lost. */
function erfSeries(x) {
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (2 * x * x) / odd;
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
}

/** erfc for x ≥ 2 by its continued fraction exp(-x²)/√π·1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), from the far end. */
function erfcFraction(x) {
  let tail = x;
  for (let k = 60; k > 0; k -= 1) tail = x + k / 2 / tail;
  return (Math.exp(-x * x) * TWO_OVER_SQRT_PI) / 2 / tail;
}

/** The error function. */
function erf(x) {
  if (Math.abs(x) < 2.5) return erfSeries(x);
  return x > 0 ? 1 - erfcFraction(x) : x < 0 ? erfcFraction(-x) - 1 : NaN;
}

/** 1 - erf(x), accurate for large x. */
function erfc(x) {
  return x >= 2.5 ? erfcFraction(x) : x <= -2.5 ? 2 - erfcFraction(-x) : 1 - erfSeries(x);
}

/** The inverse of erf: a guess, then Halley's method on erf, or on erfc where erf is near 1. */
function erfinv(x) {
  if (!(Math.abs(x) < 1)) return Math.abs(x) === 1 ? x * Infinity : NaN;
  if (x === 0) return x;
  const size = Math.abs(x);
  const rest = 1 - size; // exact for size ≥ 1/2
  const log = Math.log(rest * (1 + size));
  const half = 2 / (Math.PI * 0.147) + log / 2;
  let y = size < 1e-3 ? size / TWO_OVER_SQRT_PI : Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  for (let round = 0; round < 6; round += 1) {
    const error = size < 0.5 ? erf(y) - size : rest - erfc(y);
    const step = error / (TWO_OVER_SQRT_PI * Math.exp(-y * y));
    y -= step / (1 + y * step);
    if (Math.abs(step) <= 1e-16 * y) break;
  }
  return copySign(y, x);
}

// ---- the gamma function ----

/** The Bernoulli number B2j, for j up to 12. */
function bernoulli(j) {
  if (j === 1) return 1 / 6;
  if (j === 2) return -1 / 30;
  if (j === 3) return 1 / 42;
  if (j === 4) return -1 / 30;
  if (j === 5) return 5 / 66;
  if (j === 6) return -691 / 2730;
  if (j === 7) return 7 / 6;
  if (j === 8) return -3617 / 510;
  if (j === 9) return 43867 / 798;
  if (j === 10) return -174611 / 330;
  if (j === 11) return 854513 / 138;
  return -236364091 / 2730;
}

/** The logarithm of |Γ(x)|: Stirling's series above 10, recurrence up to there, reflection below 0. */
function lgamma(x) {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) === Infinity || (x <= 0 && Number.isInteger(x))) return Infinity;
  if (x === 1 || x === 2) return 0;
  if (x < 0.5) {
    if (Math.abs(x) < 1e-20) return -Math.log(Math.abs(x));
    const rest = x - Math.round(x); // exact, so that the sine is accurate near its zeros
    return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * rest))) - lgamma(1 - x);
  }
  let product = 1;
  while (x < 10) {
    product *= x;
    x += 1;
  }
  if (x > 1e17) return x * (Math.log(x) - 1);
  let sum = 0;
  for (let j = 12; j > 0; j -= 1) sum = sum / (x * x) + bernoulli(j) / (2 * j * (2 * j - 1));
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + sum / x - Math.log(product);
}

/** The derivative of lgamma. */
function digamma(x) {
  if (x === 0) return isNegative(x) ? Infinity : -Infinity;
  if (x === Infinity) return x;
  if (!(x > 0)) {
    if (!Number.isFinite(x) || Number.isInteger(x)) return NaN;
    const rest = x - Math.round(x);
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * rest);
  }
  let shift = 0;
  while (x < 10) {
    shift += 1 / x;
    x += 1;
  }
  let sum = 0;
  for (let j = 12; j > 0; j -= 1) sum = sum / (x * x) + bernoulli(j) / (2 * j);
  return Math.log(x) - 0.5 / x - sum / (x * x) - shift;
}

/** Σ (scale/(a + k))^s over k = 0, 1, 2, ... for a > 0, s > 1: Hurwitz's zeta function by the formula of Euler and Maclaurin. */
function hurwitz(s, a, scale) {
  let sum = 0;
  for (; a < s + 12; a += 1) {
    const term = Math.pow(scale / a, s);
    sum += term;
    if (term <= 1e-18 * sum) return sum; // for large s the first terms are all that matters
  }
  const next = Math.pow(scale / a, s);
  let tail = a / (s - 1) + 0.5;
  let factor = s / a / 2; // s(s+1)...(s+2j-2)/a^(2j-1)/(2j)!
  for (let j = 1; j <= 12; j += 1) {
    tail += bernoulli(j) * factor;
    factor *= ((s + 2 * j - 1) / a) * ((s + 2 * j) / a) / ((2 * j + 1) * (2 * j + 2));
  }
  return sum + next * tail;
}

/** The n-th derivative of digamma: (-1)^(n+1)·n!·Σ 1/(x + k)^(n+1). */
function polygamma(n, x) {
  if (Number.isNaN(x) || !Number.isInteger(n) || n < 0) return NaN;
  if (Math.abs(x) === Infinity) return x < 0 ? NaN : n === 0 ? Infinity : 0;
  if (x <= 0 && Number.isInteger(x)) return n % 2 === 0 ? NaN : Infinity;
  if (n === 0) return digamma(x);
  const s = n + 1;
  let scale = x;
  let sum = 0;
  if (x < 0 && n % 2 === 0 && Number.isInteger(2 * x)) scale = 1 - x; // between two poles what is left of 1 - x cancels
  if (scale > 0) {
    sum = hurwitz(s, scale, scale);
  } else {
    // The terms on the right of the pole that is nearest are rest + k, those on the left end with x itself.
    const rest = x - Math.round(x);
    const right = rest > 0 ? rest : 1 + rest;
    const left = rest > 0 ? 1 - rest : -rest;
    scale = Math.min(left, right);
    const others = hurwitz(s, left, scale) - hurwitz(s, 1 - x, scale);
    sum = hurwitz(s, right, scale) + (n % 2 === 0 ? -others : others);
  }
  const signed = n % 2 === 0 ? -sum : sum;
  const direct = n <= 170 ? Math.pow(scale, -s) : Infinity;
  if (direct > 1e-300 && direct < 1e300) {
    let value = signed * direct;
    for (let k = 2; k <= n; k += 1) value *= k;
    if (Number.isFinite(value)) return value;
  }
  const size = n > 1e300 ? n / Math.E - scale : lgamma(s) - s * Math.log(scale) + Math.log(Math.abs(sum));
  return signed === 0 ? signed : copySign(Math.exp(size), signed);
}

/** The gamma function: products, Stirling's series above 10, reflection below 0. */
function gamma(x) {
  if (x === 0) return 1 / x;
  if (Number.isInteger(x) && x < 0) return NaN;
  if (!(x > -Infinity) || x > 172) return x > 0 ? Infinity : NaN;
  if (x < 0) return Math.PI / (sinOfHalfTurns(x) * gamma(1 - x));
  let product = 1;
  if (Number.isInteger(x)) {
    for (let at = 2; at < x; at += 1) product *= at;
    return product;
  }
  while (x < 10) {
    product *= x;
    x += 1;
  }
  let sum = 0;
  for (let j = 12; j > 0; j -= 1) sum = sum / (x * x) + bernoulli(j) / (2 * j * (2 * j - 1));
  const root = Math.pow(x, x / 2 - 0.25); // its square overflows before the function does
  return (root * Math.exp(sum / x - x) * Math.sqrt(2 * Math.PI) * root) / product;
}

/** sin(πx); the remainder is exact, so that it is accurate near its zeros. */
function sinOfHalfTurns(x) {
  const rest = x % 2;
  const near = rest - Math.round(rest);
  return Math.round(rest) % 2 === 0 ? Math.sin(Math.PI * near) : -Math.sin(Math.PI * near);
}

/** A factor of Γ(b + d)/Γ(b) for b, b + d > 0: what the steps up to where Stirling's series holds divide out. */
function gammaFactor(b, d) {
  let factor = 1;
  while (b < 10 || b + d < 10) {
    factor *= b / (b + d);
    b += 1;
  }
  return factor;
}

/** The logarithm of the other factor. */
function gammaExponent(b, d) {
  while (b < 10 || b + d < 10) b += 1;
  const a = b + d;
  let tail = 0;
  for (let j = 8; j > 0; j -= 1) {
    tail += (bernoulli(j) / (2 * j * (2 * j - 1))) * (Math.pow(a, 1 - 2 * j) - Math.pow(b, 1 - 2 * j));
  }
  return (a - 0.5) * Math.log1p(d / b) + d * Math.log(b) - d + tail;
}

/** (b + d)^-m - b^-m, without the digits that the difference loses. */
function powerGrowth(m, b, d) {
  const a = b + d;
  if (a > 0 !== b > 0) return Math.pow(a, -m) - Math.pow(b, -m);
  if (b < 0) return powerGrowth(m, -b, -d) * (m % 2 === 1 ? -1 : 1);
  return Math.pow(b, -m) * Math.expm1(-m * logarithmicGrowth(b, d));
}

/** ln(b + d) - ln(b) for b, b + d > 0. */
function logarithmicGrowth(b, d) {
  return b + d > b / 2 ? Math.log1p(d / b) : Math.log((b + d) / b);
}

/** polygamma(n, x + d) - polygamma(n, x) term by term: up to 10 + n by ψ(x) = ψ(x + 1) - 1/x, from there by Stirling's series. */
function polygammaGrowth(n, x, d) {
  if (!Number.isInteger(n) || n < 0 || n > 20 || !(x > -10000 && x < Infinity && x + d > -10000)) return NaN;
  if (x <= 0 && Number.isInteger(x)) return NaN;
  if (x + d <= 0 && Number.isInteger(x + d)) return NaN;
  let factorial = 1;
  for (let at = 2; at <= n; at += 1) factorial *= at;
  let total = 0;
  let b = x;
  for (; b < 10 + n || b + d < 10 + n; b += 1) total += factorial * powerGrowth(n + 1, b, d);
  total += n === 0 ? -logarithmicGrowth(b, d) : (factorial / n) * powerGrowth(n, b, d);
  total += (factorial / 2) * powerGrowth(n + 1, b, d);
  let rising = (factorial * (n + 1)) / 2; // (2j + n - 1)!/(2j)!
  for (let j = 1; j <= 8; j += 1) {
    total += bernoulli(j) * rising * powerGrowth(n + 2 * j, b, d);
    rising *= ((2 * j + n) * (2 * j + n + 1)) / ((2 * j + 1) * (2 * j + 2));
  }
  return n % 2 === 1 ? total : -total;
}

/** n over k: Γ(n+1)/(Γ(k+1)·Γ(n-k+1)), and its limit at fixed whole k. */
function binomial(n, k) {
  if (!Number.isFinite(n) || !Number.isFinite(k)) {
    if (k === 0 && !Number.isNaN(n)) return 1;
    return n > 0 && k > 0 && Number.isInteger(k) ? Infinity : NaN;
  }
  const whole = Number.isInteger(n);
  if (Number.isInteger(k)) {
    if (k < 0 || (whole && n >= 0 && n < k)) return 0;
    const upper = whole && n < 0 ? k - n - 1 : n;
    const count = whole ? Math.min(k, upper - k) : k;
    const sign = whole && n < 0 && k % 2 === 1 ? -1 : 1;
    if (whole && (count > 1000 || !Number.isFinite(upper))) return sign * Infinity; // C(2k, k) > 2^k, and n >= 2k
    if (count <= 1000) {
      let product = 1;
      for (let at = 0; at < count; at += 1) product = (product / (at + 1)) * (upper - at);
      return sign * product;
    }
  }
  const c = n - k + 1;
  const pole = whole && n < 0;
  if (c <= 0 && Number.isInteger(c)) return pole ? NaN : 0;
  if (pole) return NaN;
  if (n > -1 && c > 0) {
    if (k > -1 && n < 169) return gamma(n + 1) / gamma(k + 1) / gamma(c);
    const near = Math.abs(k) <= Math.abs(c - 1);
    const other = near ? k + 1 : c;
    const factor = near ? gammaFactor(c, k) : gammaFactor(k + 1, c - 1);
    const exponent = near ? gammaExponent(c, k) : gammaExponent(k + 1, c - 1);
    if (Math.abs(exponent) < 700 && other < 170) return (factor * Math.exp(exponent)) / gamma(other);
    return factor * Math.exp(exponent - lgamma(other));
  }
  if (c > 0 || k > -1) { // 1/Γ(c) = Γ(1-c)·sin(πc)/π, or the same of k + 1
    const start = c > 0 ? c : k + 1;
    return (gammaFactor(start, -n - 1) * Math.exp(gammaExponent(start, -n - 1)) * gamma(n + 1) * sinOfHalfTurns(c > 0 ? k + 1 : c)) / Math.PI;
  }
  return gamma(n + 1) / gamma(k + 1) / gamma(c);
}

/** Γ(a)·Γ(b)/Γ(a + b). */
function beta(a, b) {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a > 0 && b > 0 ? 0 : NaN;
  const low = Math.min(a, b);
  const high = Math.max(a, b);
  if (low > 0 && low + high < 170 && low * high > 1e-290) return (gamma(low) * gamma(high)) / gamma(low + high);
  if (high > 0 && low + high > 0) {
    if (low < 0 && Number.isInteger(low)) return NaN;
    const factor = gammaFactor(high, low);
    const exponent = gammaExponent(high, low);
    if (Math.abs(exponent) < 700 && low > -1 && low < 170) return gamma(low) / (factor * Math.exp(exponent));
    if (low > 0) return Math.exp(lgamma(low) - exponent) / factor;
    return (Math.PI / sinOfHalfTurns(low)) * binomial(high - 1, -low); // Γ(low) = π/(sin(π·low)·Γ(1-low))
  }
  if (Number.isInteger(low + high) && !Number.isInteger(low) && !Number.isInteger(high)) return 0;
  return (gamma(low) * gamma(high)) / gamma(low + high);
}

// ---- roots and exponential integrals ----

/** The n-th root of x, real for negative x and odd n. */
function realRoot(x, n) {
  const odd = n % 2 === 1 || n % 2 === -1;
  if (n === 0 || (x < 0 && !odd)) return NaN;
  const y = power(odd ? Math.abs(x) : x, 1 / n);
  return odd && isNegative(x) ? -Math.abs(y) : y;
}

const EULER = 0.5772156649015329;

/** ln|x| + γ + Σ x^k/(k·k!). */
function eiSeries(x) {
  let sum = 0;
  let term = 1;
  for (let k = 1; k < 500 && Math.abs(term) > 1e-18 * Math.abs(sum); k += 1) {
    term *= x / k;
    sum += term / k;
  }
  return EULER + Math.log(Math.abs(x)) + sum;
}

/** E1(x): its series, and for x > 1 its continued fraction exp(-x)/(x + 1 - 1/(x + 3 - 4/(x + 5 - ...))), from the far end. */
function expint(x) {
  if (!(x > 0)) return x === 0 ? Infinity : NaN;
  if (x <= 1) return -eiSeries(-x);
  if (x > 750) return 0;
  let tail = x + 401;
  for (let k = 200; k > 0; k -= 1) tail = x + 2 * k - 1 - (k * k) / tail;
  return Math.exp(-x) / tail;
}

/** Ei(x): its series, and for large x its asymptotic one. */
function ei(x) {
  if (x < 0) return -expint(-x);
  if (x < 40) return eiSeries(x);
  if (!(x < Infinity)) return x;
  let sum = 1;
  let term = 1;
  for (let k = 1; k < x && term > 1e-17; k += 1) {
    term *= k / x;
    sum += term;
  }
  const half = Math.exp(x / 2); // exp(x) overflows before the function does
  return half * (sum / x) * half;
}

// ---- Bessel functions ----

/** The modified Bessel function of the first kind of a whole order: the power series, and for large x its asymptotic one. */
function besselI(n, x) {
  if (!Number.isInteger(n) || Math.abs(n) > 1000) return NaN;
  const order = Math.abs(n);
  const size = Math.abs(x);
  const signed = order % 2 === 1 && isNegative(x) ? -1 : 1;
  if (!Number.isFinite(x)) return Number.isNaN(x) ? NaN : signed * Infinity;
  if (size > 720 + order * order / size) return signed * Infinity;
  let sum = 1;
  let term = 1;
  if (size < 30 + order * order) {
    for (let k = 1; term > 1e-17 * sum && sum < Infinity; k += 1) {
      term *= (x * x) / 4 / (k * (k + order));
      sum += term;
    }
    let small = order; // the factors x/2/k, large and small ones in turn, so that only what is too large or small itself leaves the range
    let large = 1;
    while (large <= small) {
      if (Math.abs(sum) > 1) {
        sum *= x / 2 / small;
        small -= 1;
      } else {
        sum *= x / 2 / large;
        large += 1;
      }
    }
    return sum;
  }
  for (let k = 1; k < 40 && Math.abs(term) > 1e-17; k += 1) {
    term *= -(4 * order * order - (2 * k - 1) * (2 * k - 1)) / (8 * size * k);
    sum += term;
  }
  const root = Math.exp(size / 2); // exp(x) overflows before the function does
  return signed * root * (sum / Math.sqrt(2 * Math.PI * size)) * root;
}

/** The n-th derivative of sinc: πⁿ times the integral of tⁿ·cos(πxt + nπ/2) from 0 to 1, by parts or by its series. */
function sincDerivative(n, x) {
  if (!Number.isInteger(n) || n < 0 || n > 1000 || !Number.isFinite(x)) return NaN;
  const z = Math.PI * x;
  const late = Math.pow(Math.PI, Math.min(n, 600)); // πⁿ may be too large where the derivative is not
  const early = Math.pow(Math.PI, n - Math.min(n, 600));
  if (Math.abs(z) > n + 1) {
    let value = Math.sin(z) / z;
    for (let k = 1; k <= n; k += 1) {
      const turned = k % 2 === 1 ? Math.cos(z) : Math.sin(z);
      value = ((k % 4 < 2 ? turned : -turned) - k * value) / z;
    }
    return early * value * late;
  }
  let total = 0;
  let term = n % 2 === 1 ? early * Math.PI * x : early;
  for (let at = n % 2; at < 2 || Math.abs(term) > 1e-18 * early; at += 2) {
    total += ((n + at) % 4 === 0 ? term : -term) / (n + at + 1);
    term *= (z * z) / ((at + 1) * (at + 2));
  }
  return total === 0 ? 0 : total * late;
}
