// What people do: play, press keys, write into fields, choose light or dark, print. The page begins at the end of this file.

// ---- playing ----

function stop() {
  clearTimeout(playing);
  playing = 0;
  element("play").classList.remove("playing");
  element("play").setAttribute("aria-label", say`Play`);
}

function tick() {
  if (askNext()) {
    stop();
    return;
  }
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
  element("play").setAttribute("aria-label", say`Pause`);
  playing = setTimeout(tick, 200);
}

function step(to) {
  stop();
  if (to === position + 1 && askNext()) return;
  if (run !== null && to !== position) endQuestion();
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
  for (const folded of element("top").querySelectorAll("details")) folded.open = true;
  setTheme("light");
  if (run) go(run.events.length);
});
addEventListener("afterprint", () => {
  if (before === null) return;
  setTheme(before[1]);
  go(before[0]);
});

element("adjoint").textContent = say`∂${outputName}/∂node`;
setTheme(root.dataset.theme);
recompute();
element("work").classList.toggle("wide", drawing.fitting() < READABLE); // a large drawing takes the whole width
drawing.zoom(Math.max(drawing.fitting(), READABLE));
