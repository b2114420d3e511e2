// What is said of a step, as lines of pieces: texts, derivatives {d, of, by}, and numbers {number}, some of them with a role.

/** Says what happens in the steps of a run; nothing here touches the page. */
class Words {
  constructor(data, run) {
    this.data = data;
    this.run = run;
    this.output = data.program.output;
    this.arrivals = new Map(); // for each node the indices of the events that bring it contributions
    run.events.forEach(([kind, source], at) => {
      if (kind !== EDGE) return;
      if (!this.arrivals.has(source)) this.arrivals.set(source, []);
      this.arrivals.get(source).push(at);
    });
  }

  name(id) {
    return this.data.names[id];
  }

  isLeaf(id) {
    return this.data.program.kind[id] < 0;
  }

  /** The derivative of the output by a node. */
  adjoint(by) {
    return { d: this.data.signs.adjoint[by], of: this.name(this.output), by: this.name(by) };
  }

  /** The derivative along an edge. */
  along(of, by) {
    return { d: this.data.signs.local[of], of: this.name(of), by: this.name(by) };
  }

  /** What a node computes with the numbers of its inputs: 2 + 1. Arrays are not written into it. */
  inNumbers(id) {
    if (this.data.recorded) return shortened(this.data.expressions[id], 160);
    const kind = this.data.program.kind[id];
    const inputs = this.data.program.inputs[id];
    const text = this.data.templates[kind].replace(/\{(\d+)\}/g, (place, at) => {
      const shown = shortText(this.run.values[inputs[Number(at)]]);
      return shown.startsWith("-") && this.data.infix[kind] ? `(${shown})` : shown;
    });
    return shortened(text, 160);
  }

  /** The local derivative along an edge in names: b. */
  local(target, argument) {
    return this.data.derivatives[target][argument];
  }

  /** The term that an edge adds to the chain rule of its source. */
  term([, source, target, argument], arrivals) {
    if (this.data.recorded) return [shortened(this.data.recorded.terms[target][argument], 120)];
    const twice = arrivals.filter((at) => this.run.events[at][2] === target).length > 1;
    const direct = target === this.output;
    const pieces = direct ? [] : [this.adjoint(target), "·"];
    if (!twice && !direct) return [...pieces, this.along(target, source)];
    const local = this.local(target, argument);
    return [...pieces, /[ +-]/.test(local) && arrivals.length > 1 ? `(${local})` : local];
  }

  /** The lines of a step: each a caption and pieces. */
  lines(position) {
    if (position === 0) return this.beginning();
    const event = this.run.events[position - 1];
    if (event[0] === FORWARD) return this.forward(event[1]);
    if (event[0] === SEED) return this.seed(event[1]);
    return this.contribution(event, position - 1);
  }

  beginning() {
    const given = Object.entries(this.data.program.variables).slice(0, 12);
    const more = Object.keys(this.data.program.variables).length - given.length;
    const pieces = given.flatMap(([name, id], at) => [
      at > 0 ? ", " : "",
      `${name} ${equals(this.run.values[id])} `,
      { number: this.run.values[id] },
    ]);
    return [{ caption: say`inputs`, pieces: given.length > 0 ? [...pieces, more > 0 ? say`, and ${more} more` : ""] : [say`none`] }];
  }

  forward(id) {
    const value = this.run.values[id];
    const expression = shortened(this.data.expressions[id], 160);
    const numbers = this.inNumbers(id);
    const pieces = [`${this.name(id)} = ${expression}`];
    if (numbers !== expression) pieces.push(" = ", numbers);
    if (numbers !== shortText(value)) pieces.push(` ${equals(value)} `, { number: value, role: "result" });
    return [{ caption: say`value`, pieces }];
  }

  seed(id) {
    return [
      { caption: say`begin`, pieces: [this.adjoint(id), " = ", { number: this.run.adjoints[id], role: "result" }] },
      { caption: "", pieces: [say`The backward pass begins at the output and goes back node by node, the newest first.`] },
    ];
  }

  contribution(event, index) {
    const [, source, target, argument, contribution, before, sum] = event;
    const arrivals = this.arrivals.get(source);
    const place = arrivals.indexOf(index);
    const whole = this.adjoint(source);
    const chain = [whole, " = "];
    const first = Math.max(0, Math.min(place - 2, arrivals.length - 6));
    const shown = arrivals.slice(first, first + 6);
    if (first > 0) chain.push("… + ");
    shown.forEach((at, number) => {
      if (number > 0) chain.push(" + ");
      const role = at === index ? "now" : at < index ? "past" : "to-come";
      chain.push({ group: this.term(this.run.events[at], arrivals), role });
    });
    if (first + shown.length < arrivals.length) chain.push(" + …");
    const local = this.run.locals[target][argument];
    const symbols = this.local(target, argument);
    const lines = [{ caption: say`chain rule`, pieces: chain }];
    const derived = [this.along(target, source)];
    if (local === undefined ? symbols : symbols !== shortText(local)) derived.push(` = ${symbols}`);
    if (local !== undefined) derived.push(` ${equals(local)} `, { number: local });
    if (symbols !== null) lines.push({ caption: say`local derivative`, pieces: derived });
    const name = this.name(source);
    const of = this.name(target);
    const left = arrivals.length - 1 - place;
    const product = [{ number: this.run.adjoints[target], signed: true }, "·", { number: local, signed: true }];
    lines.push({
      caption: say`from ${of}`,
      pieces: [
        say`${name} receives `, ...(this.data.recorded ? [] : [...product, ` ${equals(contribution)} `]), { number: contribution, role: before === undefined && arrivals.length === 1 ? "result" : "" },
      ],
    });
    if (arrivals.length > 1) {
      const last = place === arrivals.length - 1;
      const sums = before === undefined ? [] : [{ number: before }, " + ", { number: contribution, signed: true }];
      lines.push({
        caption: last ? say`sum` : say`sum so far`,
        pieces: [
          ...(last ? [whole, " = "] : []), ...sums,
          before === undefined ? "" : ` ${equals(sum)} `, { number: sum, role: last ? "result" : "" },
          last ? "" : say` (${left} more to come)`,
        ],
      });
    }
    return lines;
  }

  /** One line for the slider and for screen readers. */
  sentence(position) {
    const first = position === 0 ? this.lines(0)[0].pieces.map(spoken).join("") : "";
    if (position === 0) return say`Inputs: ${first}`;
    const event = this.run.events[position - 1];
    const value = event[0] === FORWARD ? this.forward(event[1])[0].pieces.map(spoken).join("") : "";
    if (event[0] === FORWARD) return say`forward: ${value}`;
    const begun = spoken(this.adjoint(event[1]));
    if (event[0] === SEED) return say`backward begins: ${begun} = 1`;
    const lines = this.contribution(event, position - 1);
    const told = lines.slice(2).map(({ caption, pieces }, at) => `${at > 0 ? `${caption}: ` : ""}${pieces.map(spoken).join("")}`).join("; ");
    const target = this.name(event[2]);
    return say`backward, from ${target}: ${told}`;
  }
}

/** A piece as text. */
function spoken(piece) {
  if (typeof piece === "string") return piece;
  if (piece.group) return piece.group.map(spoken).join("");
  if ("of" in piece) return `${piece.d}${piece.of}/${piece.d}${piece.by}`;
  const text = shortText(piece.number);
  return piece.signed && text.startsWith("-") ? `(${text})` : text;
}

/** The text, cut in the middle where it is long. */
function shortened(text, length) {
  if (text.length <= length) return text;
  const half = (length - 1) >> 1;
  return `${text.slice(0, length - 1 - half)}…${text.slice(-half)}`;
}
