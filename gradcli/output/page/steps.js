// Going from step to step: what an event changes, and only that, is drawn again.

function happen([kind, id, , , , , sum]) {
  if (kind === SEED) sums[id] = run.adjoints[id];
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

/** The box in which a node is drawn: its own, or the one of its layer. */
const boxOf = (id) => data.layers[id] ?? id;

/** What an event changes or points at: nodes and arrows. */
function touchedBy(event, nodes, arrows) {
  if (!event) return;
  const [kind, id, target, argument] = event;
  nodes.add(id).add(boxOf(id));
  if (kind === FORWARD) {
    program.inputs[id].forEach((input, at) => {
      nodes.add(input).add(boxOf(input));
      arrows.add(`${id} ${at}`);
    });
  }
  if (kind === EDGE) {
    nodes.add(target).add(boxOf(target));
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
  return `${equals(sums[id])} ${briefText(sums[id])}${received[id] < expected[id] ? " + …" : ""}`;
}

/** Draws some nodes and arrows as they are at this step. */
function refresh(nodes, arrows) {
  const event = run === null ? undefined : run.events[position - 1];
  const sources = new Set(!event ? [] : event[0] === FORWARD ? program.inputs[event[1]] : event[0] === EDGE ? [event[2]] : []);
  const feeds = new Set([...sources].map(boxOf));
  for (const id of nodes) {
    const known = isKnown(id);
    const value = known ? run.values[id] : undefined;
    const adjoint = run === null ? "" : adjointText(id);
    const current = event !== undefined && event[1] === id;
    const now = event !== undefined && boxOf(event[1]) === id;
    const brief = known ? briefText(value) : "";
    drawing.write(id, "value", known ? say`value ${brief}` : "");
    drawing.write(id, "adjoint", adjoint && `${adjointName(id, 16)} ${adjoint}`);
    drawing.classes(id, {
      waiting: !known, current: now, feeds: feeds.has(id) && !now,
      done: adjoint !== "" && received[id] === expected[id], some: adjoint !== "" && received[id] < expected[id],
    });
    const row = rows.get(id);
    if (row) {
      row.cells[2].replaceChildren(known ? numberElement(value, brief) : "");
      const more = received[id] < expected[id] ? " + …" : "";
      if (typeof sums[id] === "object") row.cells[3].replaceChildren(numberElement(sums[id], briefText(sums[id])), more);
      else row.cells[3].textContent = adjoint.replace(/^= /, "");
      row.classList.toggle("current", current);
      row.classList.toggle("feeds", sources.has(id) && !current);
    }
  }
  for (const key of arrows) {
    const [target, argument] = key.split(" ").map(Number);
    const at = edgeAt.get(key);
    const done = run !== null && at !== undefined && at < position;
    const carries = event !== undefined && event[0] === FORWARD && event[1] === target;
    drawing.arrowClasses(key, { done, current: (done && at === position - 1) || carries, waiting: !done });
    const symbols = data.derivatives[target][argument];
    if (symbols === null || data.recorded) continue; // what is recorded stands there already
    const source = program.inputs[target][argument];
    const d = data.signs.local[target];
    const local = done ? run.locals[target][argument] : undefined;
    const number = done && shortText(local) !== symbols ? `${equals(local)} ${shortText(local)}` : "";
    const name = data.wholeLabels ? shortened(`${d}${data.names[target]}/${d}${data.names[source]}`, 36) : "";
    const pieces = [name, name && "=", symbols, number].filter((piece) => piece);
    drawing.writeLabel(key, symbols.length > LABEL_COLUMNS ? `${name} ${number}`.trim() : pieces.join(" "));
  }
}

/** Shows the step in words, in the controls, in the derivation and in the table. */
function showStep(moved) {
  const last = run.events.length;
  const event = run.events[position - 1];
  const sentence = words.sentence(position);
  const backward = event !== undefined && event[0] !== FORWARD;
  element("phase").textContent = position === 0 ? say`Inputs` : backward ? say`Backward pass` : say`Forward pass`;
  element("count").textContent = say`step ${position} of ${last}`;
  element("equation").replaceChildren(...words.lines(position).map(lineElement), hint(position, last));
  if (moved) announce(say`Step ${position} of ${last}, ${sentence}`);
  const slider = element("slider");
  slider.disabled = false;
  slider.value = String(position);
  slider.setAttribute("aria-valuetext", say`Step ${position} of ${last}, ${sentence}`);
  for (const id of ["first", "previous"]) element(id).disabled = position === 0;
  for (const id of ["next", "last"]) element(id).disabled = position === last;
  element("play").disabled = last === 0;
  if (moved && event) drawing.reveal(boxOf(data.broken && position === last ? program.output : event[1]));
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
  const { broken } = data;
  const end = broken ? say`Here the graph breaks off: ${broken}.`
    : program.differentiable ? say`The backward pass is complete.` : say`No gradient flows to the output.`;
  const text = last === 0 && !broken ? say`There is nothing to compute.`
    : at === 0 ? say`Press → or play: the forward pass begins.` : at === last ? end : "";
  const paragraph = document.createElement("p");
  paragraph.className = "faint";
  paragraph.textContent = text;
  return paragraph;
}
