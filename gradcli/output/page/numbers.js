// Numbers that people read and write.

const SHORT_DIGITS = 6;

/** Whether a number is shown with all its digits. */
function isShort(value) {
  if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 1e15)) return true;
  return Number(value.toPrecision(SHORT_DIGITS)) === value;
}

/** A number with six significant digits, as gradcli writes it; whole numbers with all of theirs. An array has its texts with it. */
function shortText(value) {
  if (value instanceof Object) return value.short;
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const whole = isShort(value);
  const short = whole ? value : Number(value.toPrecision(SHORT_DIGITS));
  if (whole && Number.isInteger(short) && Math.abs(short) < 1e16) return (short || 0).toFixed(0);
  const [mantissa, exponent] = short.toExponential().split("e");
  const size = Math.abs(Number(exponent));
  if (Number(exponent) >= -4 && Number(exponent) < (whole ? 16 : SHORT_DIGITS)) return String(short);
  return `${mantissa}e${exponent[0]}${String(size).padStart(2, "0")}`;
}

/** A value as it fits into a box. */
function briefText(value) {
  return value instanceof Object ? value.brief : shortText(value);
}

/** "=" before a number that is shown as it is, "≈" before one that is rounded. */
function equals(value) {
  if (value instanceof Object) return value.sign;
  return isShort(value) ? "=" : "≈";
}

const CONSTANTS = new Map([["pi", Math.PI], ["π", Math.PI], ["tau", 2 * Math.PI], ["τ", 2 * Math.PI], ["e", Math.E],
  ["inf", Infinity], ["∞", Infinity], ["nan", NaN]]);

/**
 * The number that a text means: a number or a constant, or several with * and / between them, each with a sign or none.
 * Gives {value}, or {problem}, a sentence that says what is wrong and what to write.
 */
function readNumber(text) {
  const clean = text.trim().replace(/[−–]/g, "-").replace(/[·×⋅]/g, "*").replace(/÷/g, "/");
  if (clean === "") return { problem: say`A number is missing. Write 2, -1e-3, 1/3 or pi.` };
  const pointed = clean.replace(",", ".");
  if (/^[-+]?\d+,\d+$/.test(clean)) return { problem: say`Write ${pointed}, with a point.` };
  const token = /\s*([-+]?)\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([a-zπτ∞]+))\s*([*/]?)/iy;
  let value = 1;
  let sign = "*";
  while (sign !== "") {
    const found = token.exec(clean);
    const factor = found && (found[2] === undefined ? CONSTANTS.get(found[3]) : Number(found[2]));
    if (!found || factor === undefined) break;
    const signed = found[1] === "-" ? -factor : factor;
    value = sign === "*" ? value * signed : value / signed;
    sign = found[4];
    if (sign === "" && token.lastIndex === clean.length) return { value };
    if (sign === "") break;
  }
  const shown = clean.length > 30 ? `${clean.slice(0, 30)}…` : clean;
  return { problem: say`“${shown}” is not a number. Write 2, -1e-3, 1/3 or pi.` };
}
