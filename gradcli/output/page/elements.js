// Pieces of words as elements.

const MATHML = "http://www.w3.org/1998/Math/MathML";

function mathElement(name, ...children) {
  const made = document.createElementNS(MATHML, name);
  made.append(...children);
  return made;
}

/** ∂of/∂by as a fraction. */
function derivativeElement({ d, of, by }) {
  const side = (name) => mathElement("mrow", mathElement("mo", d), mathElement("mi", shortened(name, 24)));
  const math = mathElement("math", mathElement("mfrac", side(of), side(by)));
  math.setAttribute("displaystyle", "true");
  return math;
}

const MATRIX = /^\[\[[^[\]…]*\](, \[[^[\]…]*\])+\]$/;

/** An array as text; of a matrix the rows stand below each other, and the entries of a column too. */
function arrayElement(text) {
  if (!MATRIX.test(text)) return document.createTextNode(text);
  const grid = document.createElement("span");
  grid.className = "matrix";
  grid.style.gridTemplateColumns = `repeat(${text.split("], ")[0].split(", ").length}, auto)`;
  for (const cell of text.split(/(?<=, )/)) {
    const span = document.createElement("span");
    span.textContent = cell;
    grid.append(span);
  }
  return grid;
}

/** A number as text; an array that is cut is a button that shows the whole of it. */
function numberElement(value, text = shortText(value)) {
  if (typeof value !== "object" || value.whole === text) return arrayElement(text);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "array";
  button.title = value.whole;
  button.textContent = text;
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    const whole = button.getAttribute("aria-expanded") === "false";
    button.setAttribute("aria-expanded", String(whole));
    button.replaceChildren(whole ? arrayElement(value.whole) : text);
  });
  return button;
}

function pieceElement(piece) {
  if (typeof piece === "string") return piece;
  if ("of" in piece) return derivativeElement(piece);
  const span = document.createElement("span");
  if (piece.role) span.className = piece.role;
  if (piece.group) span.append(...piece.group.map(pieceElement));
  else {
    span.classList.add("number");
    if (typeof piece.number === "object") span.append(numberElement(piece.number));
    else span.textContent = spoken(piece);
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
