// A plot that zooms, and whose tangent follows the mouse. DATA and FUNCTIONS stand before: what is drawn, and for each curve
// the function that gives its value and its slope.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 760, HEIGHT = 460, LEFT = 76, TOP = 16, PLACES = 1500;
const picture = document.getElementById("plot");
const said = document.getElementById("said");
let view = start();
let at = null; // where the tangent is: a value of the variable, and the curve

function start() {
  return { x: [...DATA.x], y: [...DATA.y] };
}

function across(x) {
  return LEFT + ((x - view.x[0]) / (view.x[1] - view.x[0])) * WIDTH;
}

function down(y) {
  const share = (view.y[1] - y) / (view.y[1] - view.y[0]);
  return TOP + Math.min(4, Math.max(-4, share)) * HEIGHT;
}

/** A number with as many digits as a reader can use. */
function short(value) {
  return String(Number(value.toPrecision(6)));
}

/** Round numbers in a range: steps of 1, 2 or 5 times a power of 10. */
function ticks([low, high], most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((part) => part * power).find((part) => part >= rough * (1 - 1e-9));
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k <= high / step + 1e-9; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}

function add(parent, name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

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

function draw() {
  picture.replaceChildren();
  add(picture, "rect", { class: "paper", width: "100%", height: "100%" });
  const bottom = TOP + HEIGHT, right = LEFT + WIDTH;
  for (const x of ticks(view.x, 9)) {
    add(picture, "path", { class: x === 0 ? "axis" : "grid", d: `M${across(x)} ${TOP}V${bottom}` });
    add(picture, "text", { x: across(x), y: bottom + 16, "text-anchor": "middle" }, short(x));
  }
  for (const y of ticks(view.y, 8)) {
    add(picture, "path", { class: y === 0 ? "axis" : "grid", d: `M${LEFT} ${down(y)}H${right}` });
    add(picture, "text", { x: LEFT - 6, y: down(y) + 4, "text-anchor": "end" }, short(y));
  }
  add(picture, "text", { x: right, y: bottom + 34, "text-anchor": "end" }, DATA.variable);
  const clip = add(picture, "clipPath", { id: "inside" });
  add(clip, "rect", { x: LEFT, y: TOP, width: WIDTH, height: HEIGHT });
  const inside = add(picture, "g", { "clip-path": "url(#inside)" });
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
  const place = `${DATA.variable} = ${short(x)}`;
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
  const formula = `${value} ${sign} ${short(Math.abs(slope))}·(${DATA.variable} ${away})`;
  said.textContent = say`${name} at ${place}: value ${value}, slope ${rise}, tangent ${formula}`;
}

function zoom(factor, x, y) {
  const scaled = ([low, high], middle) => [middle + (low - middle) * factor, middle + (high - middle) * factor];
  const next = { x: scaled(view.x, x), y: scaled(view.y, y) };
  const width = next.x[1] - next.x[0], size = Math.max(Math.abs(next.x[0]), Math.abs(next.x[1]));
  if (width > size * 1e-10 && width < 1e250 && next.y[1] - next.y[0] < 1e250) view = next;
  draw();
}

function pan(dx, dy) {
  view.x = view.x.map((end) => end + dx * (view.x[1] - view.x[0]));
  view.y = view.y.map((end) => end + dy * (view.y[1] - view.y[0]));
  draw();
}

/** The place of the mouse in the units of both axes. */
function placeOf(event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
  const x = view.x[0] + ((point.x - LEFT) / WIDTH) * (view.x[1] - view.x[0]);
  return [x, view.y[1] - ((point.y - TOP) / HEIGHT) * (view.y[1] - view.y[0])];
}

picture.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(event.deltaY < 0 ? 0.8 : 1.25, ...placeOf(event));
}, { passive: false });
picture.addEventListener("pointermove", (event) => {
  const [x, y] = placeOf(event);
  if (event.buttons === 1) {
    const scale = picture.getScreenCTM().a;
    pan(-event.movementX / scale / WIDTH, event.movementY / scale / HEIGHT);
    return;
  }
  const away = FUNCTIONS.map((one) => Math.abs(one(x)[0] - y)).map((far) => (Number.isFinite(far) ? far : Infinity));
  at = { x, number: away.indexOf(Math.min(...away)) };
  draw();
});
picture.addEventListener("dblclick", () => reset());

function reset() {
  view = start();
  draw();
}

function middle() {
  return [(view.x[0] + view.x[1]) / 2, (view.y[0] + view.y[1]) / 2];
}

document.getElementById("in").addEventListener("click", () => zoom(0.8, ...middle()));
document.getElementById("out").addEventListener("click", () => zoom(1.25, ...middle()));
document.getElementById("back").addEventListener("click", reset);
picture.addEventListener("keydown", (event) => {
  const step = (view.x[1] - view.x[0]) / 100;
  const moves = { ArrowLeft: -step, ArrowRight: step };
  if (event.key in moves) at = { x: (at === null ? middle()[0] : at.x) + moves[event.key], number: at === null ? 0 : at.number };
  else if (event.key === "+") zoom(0.8, ...middle());
  else if (event.key === "-") zoom(1.25, ...middle());
  else if (event.key === "0") reset();
  else return;
  event.preventDefault();
  draw();
});
draw();
