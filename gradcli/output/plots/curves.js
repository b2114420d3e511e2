// Curves, and the tangent that follows the mouse. A function gives value and slope.

const PLACES = 1500;
let at = null; // where the tangent is: a value of the variable, and the curve

/** The path of a curve in the view: broken at its known breaks, where it has no value, and where it turns against its slope. */
function pathOf(number) {
  const [low, high] = view.x;
  const tiny = (high - low) * 1e-9;
  const breaks = DATA.curves[number].breaks.filter((place) => place > low && place < high);
  const places = Array.from({ length: PLACES + 1 }, (_, k) => low + ((high - low) * k) / PLACES);
  for (const place of breaks) places.push(place - tiny, place, place + tiny);
  places.sort((a, b) => a - b);
  let path = "";
  let before = null;
  for (const x of places) {
    const [y, slope] = breaks.includes(x) ? [NaN, NaN] : FUNCTIONS[number](x);
    if (!Number.isFinite(y)) {
      before = null;
      continue;
    }
    const leaps = before !== null && Math.abs(y - before[0]) > view.y[1] - view.y[0] && (y - before[0]) * (slope + before[1]) < 0;
    path += `${before === null || leaps ? "M" : "L"}${across(x).toFixed(1)} ${down(y).toFixed(1)}`;
    before = [y, slope];
  }
  return path;
}

function drawInside(inside) {
  DATA.curves.forEach((curve, number) => {
    add(inside, "path", { class: `curve colour${curve.colour}`, "stroke-dasharray": curve.dash, d: pathOf(number) });
  });
  for (const dot of DATA.dots) {
    const shape = { class: `${dot.filled ? "filled" : "open"} colour${dot.colour}`, cx: across(dot.x), cy: down(dot.y), r: 3.5 };
    add(add(inside, "circle", shape), "title", {}, dot.label);
  }
  if (at !== null) tangent(inside);
}

/** The tangent at the place of the mouse, and what it says. */
function tangent(inside) {
  const { x, number } = at;
  const [y, slope] = FUNCTIONS[number](x);
  const curve = DATA.curves[number];
  const { name } = curve;
  const place = `${DATA.names[0]} = ${short(x)}`;
  if (!Number.isFinite(y) || !Number.isFinite(slope)) {
    said.textContent = say`${name} has no tangent at ${place}`;
    return;
  }
  const line = view.x.map((end) => `${across(end)} ${down(y + slope * (end - x))}`);
  const steep = Math.abs(slope) * (view.x[1] - view.x[0]) > 3 * (view.y[1] - view.y[0]);
  const reach = (view.y[1] - view.y[0]) / Math.abs(slope || 1);
  const ends = steep ? [x - reach, x + reach].map((end) => `${across(end)} ${down(y + slope * (end - x))}`) : line;
  add(inside, "path", { class: `tangent colour${curve.colour}`, d: `M${ends.join("L")}` });
  add(inside, "circle", { class: `filled colour${curve.colour}`, cx: across(x), cy: down(y), r: 5 });
  const sign = slope < 0 ? "−" : "+";
  const away = x < 0 ? `+ ${short(-x)}` : `− ${short(x)}`;
  const [value, rise] = [short(y), short(slope)];
  const formula = `${value} ${sign} ${short(Math.abs(slope))}·(${DATA.names[0]} ${away})`;
  said.textContent = say`${name} at ${place}: value ${value}, slope ${rise}, tangent ${formula}`;
}

function pointed(x, y) {
  if (FUNCTIONS.length === 0) return;
  const away = FUNCTIONS.map((one) => Math.abs(one(x)[0] - y)).map((far) => (Number.isFinite(far) ? far : Infinity));
  at = { x, number: away.indexOf(Math.min(...away)) };
}

function stepped(right) {
  if (FUNCTIONS.length === 0) return;
  at = { x: (at === null ? middle()[0] : at.x) + right, number: at === null ? 0 : at.number };
}

draw();
