// Runs a program of output/page_program.py: forward, then backward newest node first, and keeps each event.
// It computes what gradcli/autodiff computes, in the same order, so the digits are the same.

/** The kinds of events: a node gets its value, the output gets the adjoint 1, an edge adds its contribution. */
const FORWARD = 0;
const SEED = 1;
const EDGE = 2;

/** The value of a straight-line program: slot 0 is the result of the node, then its arguments, then one slot a step. */
function runSteps(steps, slots, operations) {
  for (const step of steps) {
    if (Array.isArray(step)) {
      const operands = [];
      for (let at = 1; at < step.length; at += 1) operands.push(slots[step[at]]);
      slots.push(operations[step[0]](...operands));
    } else {
      slots.push(Number(step)); // JSON has strings for what is not finite
    }
  }
  return slots;
}

/**
 * Run a program.
 *
 * Takes the program, the functions of its operations, and the value of each variable by name. Gives:
 *   values     for each node its value
 *   adjoints   for each node ∂output/∂node; undefined where no gradient arrives
 *   locals     for each node the derivatives by its inputs; undefined where no gradient flows
 *   events     [kind, node], or for a contribution [EDGE, source, target, argument, contribution, sum before, sum after]
 *   changed    the first decision that the inputs turn round, {node, was, now}; null where the graph still holds.
 *              No gradient is computed then, and later values are of no use.
 */
function runProgram(program, operations, bindings) {
  const round = program.dtype === "float32" ? Math.fround : (value) => value;
  const count = program.kind.length;
  const values = new Array(count);
  const adjoints = new Array(count);
  const locals = new Array(count);
  const events = [];
  let changed = null;
  for (const [name, id] of Object.entries(program.variables)) values[id] = round(bindings.get(name));
  for (const [id, value] of program.constants) values[id] = round(Number(value));
  const decided = new Map(program.decisions);
  for (let id = 0; id < count; id += 1) {
    const kind = program.kinds[program.kind[id]];
    if (kind) {
      const operands = program.inputs[id].map((input) => values[input]);
      if (kind.steps) {
        const slots = runSteps(kind.steps, [undefined, ...operands], operations);
        values[id] = round(slots[kind.result]);
      } else {
        values[id] = round(operations[kind.operation](...operands));
      }
      events.push([FORWARD, id]);
    }
    const taken = decided.get(id);
    if (changed === null && taken !== undefined) {
      const was = typeof taken === "boolean" ? taken : Number(taken);
      const now = typeof taken === "boolean" ? values[id] !== 0 : values[id];
      if (was !== now && !(Number.isNaN(was) && Number.isNaN(now))) changed = { node: id, was, now };
    }
  }
  if (changed === null && program.differentiable) runBackward();
  return { values, adjoints, locals, events, changed };

  function runBackward() {
    adjoints[program.output] = 1;
    events.push([SEED, program.output]);
    for (let id = program.output; id >= 0; id -= 1) {
      const adjoint = adjoints[id];
      const kind = program.kinds[program.kind[id]];
      if (adjoint === undefined || !kind || kind.wanted.length === 0) continue;
      const inputs = program.inputs[id];
      const slots = runSteps(kind.derivatives, [values[id], ...inputs.map((input) => values[input])], operations);
      locals[id] = new Array(inputs.length);
      kind.wanted.forEach((argument, at) => {
        const input = inputs[argument];
        const local = slots[kind.results[at]];
        const before = adjoints[input];
        const contribution = round(adjoint * local);
        const sum = before === undefined ? contribution : round(before + contribution);
        locals[id][argument] = local;
        adjoints[input] = sum;
        events.push([EDGE, input, id, argument, contribution, before, sum]);
      });
    }
  }
}
