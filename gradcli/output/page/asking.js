// Asking before showing: with the switch on, the next number is asked for, and compared with that of the run, before its step.

const TOLERANCE = 1e-3; // beside the size of the right number, as gradcli predict has it
let asking = false;
let waiting = false; // for an answer
let asked = 0;
let answeredRight = 0;

/** What the next step shows, if it is one number: its name and it; null for a step that shows none. */
function nextNumber() {
  const event = run === null ? undefined : run.events[position];
  if (event === undefined) return null;
  const [kind, id, , , , , sum] = event;
  const completes = kind === EDGE && received[id] + 1 === expected[id];
  const number = kind === FORWARD ? run.values[id] : completes ? sum : undefined;
  if (typeof number !== "number") return null;
  const name = data.names[id];
  const formula = data.expressions[id];
  return [kind === FORWARD ? (formula && formula !== name ? `${name} = ${formula}` : name) : adjointName(id), number];
}

/** Asks for the number of the next step; false where there is nothing to ask for. */
function askNext() {
  const next = asking && !waiting ? nextNumber() : null;
  if (next === null) return false;
  waiting = true;
  element("asked").textContent = `${next[0]} = ?`;
  element("guess").value = "";
  element("question").hidden = false;
  element("guess").focus({ preventScroll: true });
  return true;
}

function endQuestion() {
  waiting = false;
  element("question").hidden = true;
}

function same(guess, right) {
  return guess === right || (Number.isNaN(guess) && Number.isNaN(right)) || Math.abs(guess - right) <= TOLERANCE * Math.max(Math.abs(right), 1e-9);
}

element("question").addEventListener("submit", (event) => {
  event.preventDefault();
  const next = nextNumber();
  const found = readNumber(element("guess").value);
  if (next === null) return;
  if (element("guess").value.trim() !== "" && found.problem) {
    element("graded").textContent = found.problem; // asked for once more, and counted for nothing
    return;
  }
  const right = !found.problem && same(found.value, next[1]);
  asked += 1;
  answeredRight += right ? 1 : 0;
  const number = `${next[0]} ${equals(next[1])} ${shortText(next[1])}`;
  endQuestion();
  go(position + 1);
  element("graded").textContent = right
    ? say`${number}: right, ${answeredRight} of ${asked} right`
    : say`${number}: not what was answered, ${answeredRight} of ${asked} right`;
  element("next").focus({ preventScroll: true });
});

element("ask").addEventListener("click", () => {
  asking = !asking;
  element("ask").setAttribute("aria-pressed", String(asking));
  document.body.classList.toggle("asking", asking);
  element("graded").textContent = "";
  asked = 0;
  answeredRight = 0;
  endQuestion();
  if (asking) step(0);
});
