// The drawing: texts and classes of its boxes and arrows, its size, and what of it is in view.

const CHARACTER = 0.602; // width over size of the type, which has one width for all characters

/** The boxes and arrows of the SVG, found once, so that a step touches only what it changes. */
class Drawing {
  constructor(frame, reducedMotion) {
    this.frame = frame;
    this.svg = frame.querySelector("svg");
    this.reducedMotion = reducedMotion;
    this.boxes = new Map();
    this.arrows = new Map();
    this.scale = 1;
    this.width = this.svg.viewBox.baseVal.width;
    this.height = this.svg.viewBox.baseVal.height;
    for (const group of this.svg.querySelectorAll("g.box[data-node]")) {
      const shape = group.querySelector(".shape");
      const round = shape.localName === "ellipse";
      const across = round ? 2 * Number(shape.getAttribute("rx")) * 0.86 : Number(shape.getAttribute("width")) - 12;
      this.boxes.set(Number(group.dataset.node), {
        group, shape, across, value: group.querySelector("text.value"), adjoint: group.querySelector("text.adjoint"),
      });
    }
    for (const group of this.svg.querySelectorAll("g.edge[data-target]")) {
      const key = `${group.dataset.target} ${group.dataset.argument}`;
      const arrow = this.arrows.get(key) || { groups: [], label: null, back: null };
      arrow.groups.push(group);
      const label = group.querySelector("text.label");
      if (label) {
        arrow.label = label;
        arrow.back = group.querySelector("rect");
      }
      this.arrows.set(key, arrow);
    }
  }

  /** Writes into a box; a text that is wider than it is drawn narrower. */
  write(id, role, text) {
    const box = this.boxes.get(id);
    const line = box && box[role];
    if (!line || line.textContent === text) return;
    line.textContent = text;
    const wide = columnsOf(text) * CHARACTER * Number(line.getAttribute("font-size"));
    if (wide > box.across) {
      line.setAttribute("textLength", box.across.toFixed(1));
      line.setAttribute("lengthAdjust", "spacingAndGlyphs");
    } else {
      line.removeAttribute("textLength");
    }
  }

  /** Writes at an arrow, whose background follows the width of the text. */
  writeLabel(key, text) {
    const arrow = this.arrows.get(key);
    if (!arrow || !arrow.label || arrow.label.textContent === text) return;
    arrow.label.textContent = text;
    const width = columnsOf(text) * CHARACTER * Number(arrow.label.getAttribute("font-size")) + 6;
    arrow.back.setAttribute("width", text === "" ? "0" : width.toFixed(1));
    arrow.back.setAttribute("x", (Number(arrow.label.getAttribute("x")) - width / 2).toFixed(1));
  }

  classes(id, states) {
    const box = this.boxes.get(id);
    if (box) for (const [name, on] of Object.entries(states)) box.group.classList.toggle(name, on);
  }

  arrowClasses(key, states) {
    const arrow = this.arrows.get(key);
    if (!arrow) return;
    for (const group of arrow.groups) for (const [name, on] of Object.entries(states)) group.classList.toggle(name, on);
  }

  zoom(scale) {
    this.scale = Math.min(4, Math.max(0.01, scale));
    this.svg.style.width = `${(this.width * this.scale).toFixed(1)}px`;
    this.svg.style.height = `${(this.height * this.scale).toFixed(1)}px`;
  }

  /** The size at which all of it is in view, but not larger than it was drawn by much. */
  fitting() {
    const style = getComputedStyle(this.frame);
    const across = this.frame.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const down = Math.max(this.frame.clientHeight, parseFloat(style.maxHeight) || 0);
    return Math.min(1.25, across / this.width, down > 0 ? (down - 4) / this.height : 1.25);
  }

  /** Scrolls a box into view where it is not. */
  reveal(id) {
    const box = this.boxes.get(id);
    if (!box) return;
    this.frame.parentElement.scrollIntoView({ block: "nearest" });
    const { x, y, width, height } = box.shape.getBBox();
    const move = this.svg.querySelector("g[transform]").transform.baseVal.consolidate().matrix;
    const frame = this.frame;
    const place = (start, size, at, room) =>
      start >= at + 12 && start + size <= at + room - 12 ? at : start + size / 2 - room / 2;
    frame.scrollTo({
      left: place((x + move.e) * this.scale, width * this.scale, frame.scrollLeft, frame.clientWidth),
      top: place((y + move.f) * this.scale, height * this.scale, frame.scrollTop, frame.clientHeight),
      behavior: this.reducedMotion.matches ? "auto" : "smooth",
    });
  }
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** Columns that a text takes in type of one width; East Asian characters take two. */
function columnsOf(text) {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}
