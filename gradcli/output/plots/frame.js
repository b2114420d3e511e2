// A plot that zooms and moves. DATA and FUNCTIONS stand before: what is drawn, and the functions that compute it. What follows
// says what stands inside: drawInside(inside, view), pointed(x, y) where the mouse moved, and stepped(dx, dy) by a key.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 760, HEIGHT = 460, LEFT = 76, TOP = 16;
const picture = document.getElementById("plot");
const said = document.getElementById("said");
let view = start();

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
    add(picture, "text", { x: LEFT - 6, y: down(y) + 4, "text-anchor": "end" }, DATA.logarithmic ? `1e${short(y)}` : short(y));
  }
  add(picture, "text", { x: right, y: bottom + 34, "text-anchor": "end" }, DATA.names[0]);
  add(picture, "text", { x: LEFT, y: TOP - 5 }, DATA.names[1]);
  const clip = add(picture, "clipPath", { id: "inside" });
  add(clip, "rect", { x: LEFT, y: TOP, width: WIDTH, height: HEIGHT });
  const inside = add(picture, "g", { "clip-path": "url(#inside)" });
  drawInside(inside);
  drawPaths(inside);
}

// ---- the ways of descents, up to the step that is chosen ----

const chooser = document.getElementById("step");
let playing = null;

function drawPaths(inside) {
  for (const { steps, told, colour, dash } of DATA.paths) {
    const taken = steps.slice(0, Number(chooser.value) + 1);
    const places = taken.map(([x, y]) => `${across(x).toFixed(1)} ${down(y).toFixed(1)}`);
    add(inside, "path", { class: `path colour${colour}`, "stroke-dasharray": dash, d: places.length ? `M${places.join("L")}` : "" });
    taken.forEach(([x, y], number) => {
      const last = number === taken.length - 1;
      const shape = { class: `${number ? "filled" : "open"} colour${colour}`, cx: across(x), cy: down(y), r: last ? 5 : 2.5 };
      add(add(inside, "circle", shape), "title", {}, told[number]);
    });
  }
  if (chooser === null) return;
  const number = Number(chooser.value);
  const ends = DATA.paths.map(({ steps }) => steps[Math.min(number, steps.length - 1)]).filter((place) => place !== undefined);
  const places = ends.map(([x, y]) => {
    const height = short(DATA.logarithmic ? 10 ** y : y);
    return DATA.axes[0] === "" ? height : `${DATA.axes[0]} = ${short(x)}, ${DATA.axes[1]} = ${height}`;
  }).join("; ");
  document.getElementById("taken").textContent = say`step ${number}: ${places}`;
}

function stop() {
  clearInterval(playing);
  playing = null;
}

if (chooser !== null) {
  chooser.addEventListener("input", () => draw());
  document.getElementById("play").addEventListener("click", () => {
    const running = playing !== null;
    stop();
    if (running) return;
    if (chooser.value === chooser.max) chooser.value = 0;
    playing = setInterval(() => {
      chooser.value = Number(chooser.value) + 1;
      if (chooser.value === chooser.max) stop();
      draw();
    }, 200);
    draw();
  });
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
  pointed(x, y);
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
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  if (event.key in moves) {
    const [right, up] = moves[event.key];
    stepped((right * (view.x[1] - view.x[0])) / 100, (up * (view.y[1] - view.y[0])) / 100);
  } else if (event.key === "+") zoom(0.8, ...middle());
  else if (event.key === "-") zoom(1.25, ...middle());
  else if (event.key === "0") reset();
  else return;
  event.preventDefault();
  draw();
});
