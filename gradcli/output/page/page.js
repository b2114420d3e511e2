// The page: inputs, steps, and what they change. It writes texts, never markup.

const data = JSON.parse(document.getElementById("data").textContent);
const element = (id) => document.getElementById(id);
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const drawing = new Drawing(element("picture"), reducedMotion);
const rows = new Map([...document.querySelectorAll("tr[data-row]")].map((row) => [Number(row.dataset.row), row]));
const equations = new Map(
  [...document.querySelectorAll("section[data-equation]")].map((section) => [Number(section.dataset.equation), section]),
);
const fields = [...document.querySelectorAll("input[data-variable]")];
const program = data.program;
const outputName = data.names[program.output];

const READABLE = 0.78; // the size below which the drawing is scrolled instead

let run = null; // of the inputs as they are; null where there is none
let words = null;
let position = 0; // how many events have happened
let forwardAt = []; // for each node the index of the event that computes it
let edgeAt = new Map(); // for each arrow, "target argument", the index of its event
let sums = []; // for each node the sum of the contributions so far
let received = [];
let expected = [];
let playing = 0;

// ---- one run ----

/** Computes everything again from the inputs, and keeps the step where it is. */
function recompute() {
  const bindings = new Map();
  let complete = true;
  for (const field of fields) {
    const found = readNumber(field.value);
    const error = element(field.getAttribute("aria-describedby"));
    const name = data.names[Number(field.dataset.variable)];
    const untouched = field.value === "" && !field.dataset.touched;
    error.textContent = found.problem && !untouched ? found.problem : "";
    field.setAttribute("aria-invalid", String(Boolean(found.problem) && !untouched));
    if (found.problem) complete = false;
    if (error.textContent) announce(`${name}: ${found.problem}`);
    bindings.set(name, found.value);
  }
  element("reset").hidden = fields.every((field) => field.value === initialText(field));
  if (!complete) {
    if (run === null) blank("Give each input a number, to begin.");
    return; // the last good state stays
  }
  const found = runProgram(program, OPERATIONS, bindings);
  if (found.changed) {
    blank("The recorded graph does not hold for these inputs, so there are no steps.");
    tellChanged(found);
    return;
  }
  element("changed").hidden = true;
  document.body.classList.remove("stale");
  begin(found);
}

/** Tells people who do not see the page. */
function announce(text) {
  element("announce").textContent = text;
}

function initialText(field) {
  return data.initial[data.names[Number(field.dataset.variable)]];
}

/** Takes over a run, at the step where the last one was. */
function begin(found) {
  const step = Math.min(position, found.events.length);
  const count = program.kind.length;
  run = found;
  words = new Words(data, run);
  forwardAt = new Array(count).fill(-1);
  edgeAt = new Map();
  sums = new Array(count).fill(undefined);
  received = new Array(count).fill(0);
  expected = new Array(count).fill(0);
  run.events.forEach(([kind, id, target, argument], at) => {
    if (kind === FORWARD) forwardAt[id] = at;
    if (kind === EDGE) {
      edgeAt.set(`${target} ${argument}`, at);
      expected[id] += 1;
    }
  });
  position = 0;
  for (; position < step; position += 1) happen(run.events[position]);
  const slider = element("slider");
  slider.max = String(run.events.length);
  const forward = run.events.findIndex(([kind]) => kind !== FORWARD);
  const share = forward < 0 ? 100 : (100 * forward) / Math.max(1, run.events.length);
  document.querySelector(".track").style.setProperty("--split", `${share.toFixed(2)}%`);
  for (const live of document.querySelectorAll(".live")) showLive(live);
  refresh([...drawing.boxes.keys(), ...rows.keys()], [...drawing.arrows.keys()]);
  showStep(false);
}

/** Without a run: no numbers anywhere. */
function blank(message) {
  stop();
  run = null;
  words = null;
  for (const live of document.querySelectorAll(".live")) live.textContent = "";
  refresh([...drawing.boxes.keys(), ...rows.keys()], [...drawing.arrows.keys()]);
  element("equation").replaceChildren(message);
  element("phase").textContent = "Step";
  for (const section of equations.values()) section.classList.remove("current");
  element("count").textContent = "";
  for (const id of ["first", "previous", "play", "next", "last", "slider"]) element(id).disabled = true;
}

/** Says which condition the inputs turn round, so that the recorded graph is not that of these inputs. */
function tellChanged({ changed }) {
  const name = data.names[changed.node];
  const condition = data.expressions[changed.node] || name;
  const inputs = fields.slice(0, 8).map((field) => `${data.names[Number(field.dataset.variable)]} = ${field.value.trim()}`);
  const box = element("changed");
  const title = document.createElement("strong");
  title.textContent = "This graph does not hold for these inputs.";
  box.replaceChildren(
    title,
    ` It was recorded where ${condition} was ${changed.was}; with ${inputs.join(", ")} it is ${changed.now}, and the other ` +
      "branch was never recorded. Run gradcli again with these values, or with --mode static, which keeps both branches; " +
      "or go back to the first values.",
  );
  box.hidden = false;
  document.body.classList.add("stale");
}

function sayResults() {
  const ids = data.wrt.slice(0, 6).map((name) => program.variables[name]).filter((id) => run.adjoints[id] !== undefined);
  const derivatives = ids.map((id) => `∂${outputName}/∂${data.names[id]} ${equals(run.adjoints[id])} ${shortText(run.adjoints[id])}`);
  const value = run.values[program.output];
  return [`${outputName} ${equals(value)} ${shortText(value)}`, ...derivatives].join(", ");
}

function showLive(live) {
  const [what, id] = "value" in live.dataset ? ["value", live.dataset.value] : ["adjoint", live.dataset.adjoint];
  const number = what === "value" ? run.values[Number(id)] : run.adjoints[Number(id)];
  if (number === undefined) live.textContent = what === "adjoint" ? ": no gradient" : "";
  else live.textContent = `${equals(number)} ${shortText(number)}`;
}

// ---- steps ----

function happen([kind, id, , , , , sum]) {
  if (kind === SEED) sums[id] = 1;
  if (kind === EDGE) {
    sums[id] = sum;
    received[id] += 1;
  }
}

function undo([kind, id, , , , before]) {
  if (kind === SEED) sums[id] = undefined;
  if (kind === EDGE) {
    sums[id] = before;
    received[id] -= 1;
  }
}

/** What an event changes or points at: nodes and arrows. */
function touchedBy(event, nodes, arrows) {
  if (!event) return;
  const [kind, id, target, argument] = event;
  nodes.add(id);
  if (kind === FORWARD) {
    program.inputs[id].forEach((input, at) => {
      nodes.add(input);
      arrows.add(`${id} ${at}`);
    });
  }
  if (kind === EDGE) {
    nodes.add(target);
    arrows.add(`${target} ${argument}`);
  }
}

/** Goes to a step; only what changes on the way is drawn again. */
function go(to) {
  if (run === null) return;
  const goal = Math.max(0, Math.min(run.events.length, to));
  if (goal === position) return;
  const nodes = new Set();
  const arrows = new Set();
  touchedBy(run.events[position - 1], nodes, arrows);
  while (position < goal) {
    touchedBy(run.events[position], nodes, arrows);
    happen(run.events[position]);
    position += 1;
  }
  while (position > goal) {
    position -= 1;
    touchedBy(run.events[position], nodes, arrows);
    undo(run.events[position]);
  }
  touchedBy(run.events[position - 1], nodes, arrows);
  refresh(nodes, arrows);
  showStep(true);
}

const isKnown = (id) => run !== null && (forwardAt[id] < 0 ? program.kind[id] < 0 : forwardAt[id] < position);

/** The sum so far of a node; dots where more contributions are to come. */
function adjointText(id) {
  if (sums[id] === undefined) return "";
  return `${equals(sums[id])} ${shortText(sums[id])}${received[id] < expected[id] ? " + …" : ""}`;
}

/** Draws some nodes and arrows as they are at this step. */
function refresh(nodes, arrows) {
  const event = run === null ? undefined : run.events[position - 1];
  const feeds = new Set(!event ? [] : event[0] === FORWARD ? program.inputs[event[1]] : event[0] === EDGE ? [event[2]] : []);
  for (const id of nodes) {
    const known = isKnown(id);
    const value = known ? run.values[id] : undefined;
    const adjoint = run === null ? "" : adjointText(id);
    const current = event !== undefined && event[1] === id;
    drawing.write(id, "value", known ? `value ${shortText(value)}` : "");
    drawing.write(id, "adjoint", adjoint && `∂${shortened(outputName, 16)}/∂${shortened(data.names[id], 16)} ${adjoint}`);
    drawing.classes(id, {
      waiting: !known, current, feeds: feeds.has(id) && !current,
      done: adjoint !== "" && received[id] === expected[id], some: adjoint !== "" && received[id] < expected[id],
    });
    const row = rows.get(id);
    if (row) {
      row.cells[2].textContent = known ? shortText(value) : "";
      row.cells[3].textContent = adjoint.replace(/^= /, "");
      row.classList.toggle("current", current);
      row.classList.toggle("feeds", feeds.has(id) && !current);
    }
  }
  for (const key of arrows) {
    const [target, argument] = key.split(" ").map(Number);
    const at = edgeAt.get(key);
    const done = run !== null && at !== undefined && at < position;
    const carries = event !== undefined && event[0] === FORWARD && event[1] === target;
    drawing.arrowClasses(key, { done, current: (done && at === position - 1) || carries, waiting: !done });
    const symbols = data.derivatives[target][argument];
    if (symbols === null) continue;
    const source = program.inputs[target][argument];
    const pieces = data.wholeLabels ? [`∂${data.names[target]}/∂${data.names[source]}`, symbols] : [symbols];
    const local = done ? run.locals[target][argument] : undefined;
    const text = pieces.join(" = ");
    const number = done && shortText(local) !== symbols ? ` ${equals(local)} ${shortText(local)}` : "";
    drawing.writeLabel(key, shortened(text, 36) + number);
  }
}

/** Shows the step in words, in the controls, in the derivation and in the table. */
function showStep(moved) {
  const last = run.events.length;
  const event = run.events[position - 1];
  const sentence = words.sentence(position);
  const backward = event !== undefined && event[0] !== FORWARD;
  element("phase").textContent = position === 0 ? "Inputs" : backward ? "Backward pass" : "Forward pass";
  element("count").textContent = `step ${position} of ${last}`;
  element("equation").replaceChildren(...words.lines(position).map(lineElement), hint(position, last));
  if (moved) announce(`Step ${position} of ${last}, ${sentence}`);
  const slider = element("slider");
  slider.disabled = false;
  slider.value = String(position);
  slider.setAttribute("aria-valuetext", `Step ${position} of ${last}, ${sentence}`);
  for (const id of ["first", "previous"]) element(id).disabled = position === 0;
  for (const id of ["next", "last"]) element(id).disabled = position === last;
  element("play").disabled = last === 0;
  if (moved && event) drawing.reveal(event[1]);
  const scroll = reducedMotion.matches || playing ? "auto" : "smooth";
  for (const [id, section] of equations) section.classList.toggle("current", backward && event[1] === id);
  if (moved && backward && equations.has(event[1])) scrollTo(equations.get(event[1]), scroll);
  if (moved && event && rows.has(event[1])) scrollTo(rows.get(event[1]), scroll);
}

/** Scrolls within the panel that an element is in, not the page. */
function scrollTo(target, behavior) {
  const panel = target.closest(".scroll");
  const inner = target.getBoundingClientRect();
  const outer = panel.getBoundingClientRect();
  const head = target.localName === "tr" ? 40 : 0; // the head of a table stays in view
  if (inner.top >= outer.top + head && inner.bottom <= outer.bottom) return;
  panel.scrollTo({ top: panel.scrollTop + inner.top - outer.top - head - 8, behavior });
}

function hint(at, last) {
  const text = last === 0 ? "There is nothing to compute." : at === 0 ? "Press → or play: the forward pass begins."
    : at === last ? (program.differentiable ? "The backward pass is complete." : "No gradient flows to the output.") : "";
  const paragraph = document.createElement("p");
  paragraph.className = "faint";
  paragraph.textContent = text;
  return paragraph;
}

// ---- pieces of words as elements ----

const MATHML = "http://www.w3.org/1998/Math/MathML";

function mathElement(name, ...children) {
  const made = document.createElementNS(MATHML, name);
  made.append(...children);
  return made;
}

/** ∂of/∂by as a fraction. */
function partialElement({ of, by }) {
  const side = (name) => mathElement("mrow", mathElement("mo", "∂"), mathElement("mi", shortened(name, 24)));
  const math = mathElement("math", mathElement("mfrac", side(of), side(by)));
  math.setAttribute("displaystyle", "true");
  return math;
}

function pieceElement(piece) {
  if (typeof piece === "string") return piece;
  if ("of" in piece) return partialElement(piece);
  const span = document.createElement("span");
  if (piece.role) span.className = piece.role;
  if (piece.group) span.append(...piece.group.map(pieceElement));
  else {
    span.classList.add("number");
    span.textContent = spoken(piece);
  }
  return span;
}

function lineElement({ caption, pieces }) {
  const line = document.createElement("div");
  const head = document.createElement("span");
  const content = document.createElement("span");
  line.className = "line";
  head.className = "caption";
  head.textContent = shortened(caption, 24);
  content.append(...pieces.map(pieceElement));
  line.append(head, content);
  return line;
}

// ---- playing ----

function stop() {
  clearTimeout(playing);
  playing = 0;
  element("play").classList.remove("playing");
  element("play").setAttribute("aria-label", "Play");
}

function tick() {
  go(position + 1);
  if (position === run.events.length) stop();
  else playing = setTimeout(tick, Number(element("speed").value));
}

function toggle() {
  if (playing) {
    stop();
    return;
  }
  if (run === null || run.events.length === 0) return;
  if (position === run.events.length) go(0);
  element("play").classList.add("playing");
  element("play").setAttribute("aria-label", "Pause");
  playing = setTimeout(tick, 200);
}

function step(to) {
  stop();
  go(to);
}

// ---- what people do ----

element("first").addEventListener("click", () => step(0));
element("previous").addEventListener("click", () => step(position - 1));
element("play").addEventListener("click", toggle);
element("next").addEventListener("click", () => step(position + 1));
element("last").addEventListener("click", () => step(run.events.length));
element("slider").addEventListener("input", () => step(Number(element("slider").value)));

/** Goes to the step of a node: in the backward pass to the one that completes its sum, else to the one that computes it. */
function goToNode(id) {
  if (run === null) return;
  const event = run.events[position - 1];
  const arrivals = words.arrivals.get(id);
  if (event && event[0] !== FORWARD && arrivals) step(arrivals[arrivals.length - 1] + 1);
  else if (forwardAt[id] >= 0) step(forwardAt[id] + 1);
  else step(0);
}

for (const [id, { group }] of drawing.boxes) group.addEventListener("click", () => goToNode(id));
for (const [id, row] of rows) row.querySelector("button").addEventListener("click", () => goToNode(id));

const KEYS = {
  ArrowRight: () => step(position + 1),
  ArrowLeft: () => step(position - 1),
  Home: () => step(0),
  End: () => run && step(run.events.length),
  " ": toggle,
  "+": () => drawing.zoom(drawing.scale * 1.25),
  "-": () => drawing.zoom(drawing.scale / 1.25),
  0: () => drawing.zoom(drawing.fitting()),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey && event.key !== "+" || !KEYS[event.key]) return;
  const focused = event.target instanceof Element ? event.target.closest("input, select, textarea, button, a") : null;
  const kind = focused === null ? "" : focused.type || focused.localName;
  if (kind === "text" || kind === "select-one") return; // they are the field's own
  if (event.key === " " && focused !== null && kind !== "range") return; // presses the button
  if (kind === "range" && event.key !== " ") return;
  event.preventDefault();
  KEYS[event.key]();
});

element("picture").addEventListener("keydown", (event) => {
  const ways = { ArrowLeft: [-80, 0], ArrowRight: [80, 0], ArrowUp: [0, -80], ArrowDown: [0, 80] };
  if (event.shiftKey && ways[event.key]) {
    event.preventDefault();
    element("picture").scrollBy(...ways[event.key]);
  }
});

element("smaller").addEventListener("click", KEYS["-"]);
element("larger").addEventListener("click", KEYS["+"]);
element("fit").addEventListener("click", KEYS[0]);

for (const field of fields) {
  field.value = initialText(field);
  field.addEventListener("input", () => {
    field.dataset.touched = "yes";
    stop();
    announce("");
    recompute();
    if (element("announce").textContent === "" && run) announce(sayResults());
  });
}
element("inputs").addEventListener("submit", (event) => event.preventDefault());
element("reset").addEventListener("click", () => {
  for (const field of fields) {
    field.value = initialText(field);
    delete field.dataset.touched;
  }
  recompute();
  fields[0].focus();
});

// ---- light and dark, paper ----

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
let chosen = false;

function setTheme(name) {
  root.dataset.theme = name;
  element("theme").setAttribute("aria-pressed", String(name === "dark"));
}

dark.addEventListener("change", () => {
  if (!chosen) setTheme(dark.matches ? "dark" : "light");
});
element("theme").addEventListener("click", () => {
  chosen = true;
  setTheme(root.dataset.theme === "dark" ? "light" : "dark");
});

let before = null;
addEventListener("beforeprint", () => {
  before = [position, root.dataset.theme];
  setTheme("light");
  if (run) go(run.events.length);
});
addEventListener("afterprint", () => {
  if (before === null) return;
  setTheme(before[1]);
  go(before[0]);
});

element("adjoint").textContent = `∂${outputName}/∂node`;
setTheme(root.dataset.theme);
recompute();
drawing.zoom(Math.max(drawing.fitting(), READABLE));
