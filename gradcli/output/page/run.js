// What the page knows, and the run of the inputs as they are. All of it writes texts, never markup.

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

const READABLE = 0.68; // the size below which the drawing is scrolled instead
const LABEL_COLUMNS = 30; // characters up to which a local derivative is written at an arrow

let run = null; // of the inputs as they are; null where there is none
let words = null;
let position = 0; // how many events have happened
let forwardAt = []; // for each node the index of the event that computes it
let edgeAt = new Map(); // for each arrow, "target argument", the index of its event
let sums = []; // for each node the sum of the contributions so far
let received = [];
let expected = [];
let playing = 0;

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
    if (error.textContent && field.closest("details")) field.closest("details").open = true;
    if (error.textContent) announce(`${name}: ${found.problem}`);
    bindings.set(name, found.value);
  }
  element("reset").hidden = fields.every((field) => field.value === initialText(field));
  if (!complete) {
    if (run === null) blank(say`Give each input a number, to begin.`);
    return; // the last good state stays
  }
  const found = data.recorded ? recordedRun(data.recorded) : runProgram(program, OPERATIONS, bindings);
  if (found.changed) {
    blank(say`The recorded graph does not hold for these inputs, so there are no steps.`);
    tellChanged(found);
    return;
  }
  element("changed").hidden = true;
  document.body.classList.remove("stale");
  begin(found);
}

/** The run of a page whose inputs are fixed; what JSON has as null is undefined here, and strings are numbers. */
function recordedRun({ values, adjoints, locals, events }) {
  const given = (value) => (value === null ? undefined : typeof value === "string" ? Number(value) : value);
  const told = events.map(([kind, id, target, argument, ...sums]) => [kind, id, target, argument, ...sums.map(given)]);
  return { values: values.map(given), adjoints: adjoints.map(given), locals: locals.map((into) => into.map(given)), events: told,
    changed: null };
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
  element("phase").textContent = say`Step`;
  for (const section of equations.values()) section.classList.remove("current");
  element("count").textContent = "";
  for (const id of ["first", "previous", "play", "next", "last", "slider"]) element(id).disabled = true;
}

/** Says which condition the inputs turn round, so that the recorded graph is not that of these inputs. */
function tellChanged({ changed }) {
  const name = data.names[changed.node];
  const condition = data.expressions[changed.node] || name;
  const { was, now } = changed;
  const inputs = fields.slice(0, 8).map((field) => `${data.names[Number(field.dataset.variable)]} = ${field.value.trim()}`).join(", ");
  const box = element("changed");
  const title = document.createElement("strong");
  title.textContent = say`This graph does not hold for these inputs.`;
  box.replaceChildren(
    title,
    " ",
    say`It was recorded where ${condition} was ${was}; with ${inputs} it is ${now}, and the other branch was never recorded.`,
    " ",
    say`Run gradcli again with these values, or with --mode static, which keeps both branches; or go back to the first values.`,
  );
  box.hidden = false;
  document.body.classList.add("stale");
}

/** The derivative of the output by a node as text, with names of so many letters. */
function adjointName(id, letters = Infinity) {
  const d = data.signs.adjoint[id];
  return `${d}${shortened(outputName, letters)}/${d}${shortened(data.names[id], letters)}`;
}

function sayResults() {
  const ids = data.wrt.slice(0, 6).map((name) => program.variables[name]).filter((id) => run.adjoints[id] !== undefined);
  const derivatives = ids.map((id) => `${adjointName(id)} ${equals(run.adjoints[id])} ${shortText(run.adjoints[id])}`);
  const value = run.values[program.output];
  return [`${outputName} ${equals(value)} ${shortText(value)}`, ...derivatives].join(", ");
}

function showLive(live) {
  const [what, id] = "value" in live.dataset ? ["value", live.dataset.value] : ["adjoint", live.dataset.adjoint];
  const number = what === "value" ? run.values[Number(id)] : run.adjoints[Number(id)];
  if (number === undefined) live.textContent = what === "adjoint" ? say`: no gradient` : "";
  else live.replaceChildren(`${equals(number)} `, numberElement(number));
}
