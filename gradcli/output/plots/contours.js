// Contours of a function of two variables, its gradient as arrows, and at the mouse its own contour and gradient. The function
// gives value and both slopes; contours follow from a grid of them by marching squares.

const ACROSS = 120, UPWARDS = 72, LEVELS = 11, ARROWS = [16, 10], JUMPS = 3;
let at = null; // the place of the mouse
let grid = null; // of the view: places, values, slopes, levels
let gridded = "";

/** The function at the corners of a grid over the view. */
function computed() {
  const key = `${view.x} ${view.y}`;
  if (key === gridded) return grid;
  gridded = key;
  const along = ([low, high], steps) => Array.from({ length: steps + 1 }, (_, k) => low + ((high - low) * k) / steps);
  const xs = along(view.x, ACROSS), ys = along(view.y, UPWARDS);
  const rows = ys.map((y) => xs.map((x) => FUNCTIONS[0](x, y)));
  grid = { xs, ys, rows, levels: levelsOf(rows) };
  grid.contours = grid.levels.map(contour);
  grid.arrows = arrows();
  return grid;
}

/** The value at a share of sorted numbers. */
function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

/** Values of two digits that lie as close as those of the function do; those of the picture where nothing is moved. */
function levelsOf(rows) {
  if (String(view.x) === String(DATA.x) && String(view.y) === String(DATA.y)) return DATA.levels;
  const values = rows.flatMap((row) => row.map(([value]) => value)).filter(Number.isFinite).sort((a, b) => a - b);
  if (values.length === 0 || values[0] === values.at(-1)) return [];
  const shares = Array.from({ length: LEVELS }, (_, k) => quantile(values, 0.03 + (0.94 * k) / (LEVELS - 1)));
  const spread = shares.at(-1) - shares[0] || values.at(-1) - values[0];
  return [...new Set(shares.map((value) => {
    const step = 10 ** (Math.floor(Math.log10(Math.max(Math.abs(value), spread / 50))) - 1);
    return Number((Math.round(value / step) * step).toPrecision(12)) + 0;
  }))];
}

/** Whether the function goes from corner to corner without a jump, and not through a pole. */
function connected(corners, { levels }) {
  const values = corners.map(([value]) => value);
  if (!values.every(Number.isFinite)) return false;
  const width = (view.x[1] - view.x[0]) / ACROSS, height = (view.y[1] - view.y[0]) / UPWARDS;
  const steepest = Math.max(...corners.map(([, right, up]) => Math.abs(right) * width + Math.abs(up) * height));
  const least = Math.min(...values), most = Math.max(...values);
  const [low, high] = [levels[0] ?? 0, levels.at(-1) ?? 0];
  if (least < 2 * low - high && most > 2 * high - low) return false;
  return !(most - least > JUMPS * steepest + 1e-9 * Math.abs(most));
}

/** The pieces of a contour, one through each cell, as pairs of places. */
function contour(level) {
  const { xs, ys, rows } = grid;
  const pieces = [];
  for (let j = 0; j < UPWARDS; j++) {
    for (let i = 0; i < ACROSS; i++) {
      const corners = [rows[j][i], rows[j][i + 1], rows[j + 1][i + 1], rows[j + 1][i]];
      const z = corners.map(([value]) => value - level);
      const above = z.map((value) => value >= 0);
      if (above.every((one) => one === above[0]) || !connected(corners, grid)) continue;
      const places = [[xs[i], ys[j]], [xs[i + 1], ys[j]], [xs[i + 1], ys[j + 1]], [xs[i], ys[j + 1]]];
      const crossings = [0, 1, 2, 3].map((side) => {
        const next = (side + 1) % 4;
        if (above[side] === above[next]) return null;
        const share = z[side] / (z[side] - z[next]);
        return [0, 1].map((axis) => places[side][axis] + share * (places[next][axis] - places[side][axis]));
      });
      const sides = [0, 1, 2, 3].filter((side) => crossings[side] !== null);
      // of a saddle the corners that are alike lie together, or apart, as its middle tells
      const joined = z[0] + z[1] + z[2] + z[3] >= 0 === above[0];
      const pairs = sides.length === 2 ? [sides] : joined ? [[0, 1], [2, 3]] : [[0, 3], [1, 2]];
      for (const pair of pairs) pieces.push(pair.map((side) => crossings[side]));
    }
  }
  return pieces;
}

function pathOf(pieces) {
  return pieces.map((piece) => `M${piece.map(([x, y]) => `${across(x).toFixed(1)} ${down(y).toFixed(1)}`).join("L")}`).join("");
}

/** The path of an arrow with its head. */
function arrow([x, y], [toX, toY]) {
  const [x1, y1, x2, y2] = [across(x), down(y), across(toX), down(toY)];
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (!(length > 0)) return "";
  const [a, b] = [((x2 - x1) / length) * 4, ((y2 - y1) / length) * 4];
  const sides = [1, -1].map((sign) => `${(x2 - a - (sign * b) / 2).toFixed(1)} ${(y2 - b + (sign * a) / 2).toFixed(1)}`);
  const end = `${x2.toFixed(1)} ${y2.toFixed(1)}`;
  return `M${x1.toFixed(1)} ${y1.toFixed(1)}L${end}M${sides[0]}L${end}L${sides[1]}`;
}

/** The gradient at even places: arrows along it, longer where it is larger, as the picture measures lengths. */
function arrows() {
  const { xs, ys, rows } = grid;
  const even = (count, steps) => [...new Set(Array.from({ length: count }, (_, k) => Math.round(((k + 0.5) * steps) / count)))];
  const [width, height] = [view.x[1] - view.x[0], view.y[1] - view.y[0]];
  const found = [];
  for (const j of even(ARROWS[1], UPWARDS)) {
    for (const i of even(ARROWS[0], ACROSS)) {
      const [, right, up] = rows[j][i];
      const size = Math.hypot(right / width, up / height);
      if (Number.isFinite(size) && size > 0) found.push({ from: [xs[i], ys[j]], right, up, size });
    }
  }
  const most = quantile(found.map(({ size }) => size).sort((a, b) => a - b), 0.95);
  return found.map(({ from, right, up, size }) => {
    const step = ((Math.sqrt(Math.min(1, size / most)) / size) * 0.8) / ARROWS[0];
    return arrow(from, [from[0] + right * step, from[1] + up * step]);
  }).join("");
}

function drawInside(inside) {
  computed();
  const labels = [];
  const within = (value, [low, high]) => Math.abs(value - (low + high) / 2) < 0.46 * (high - low);
  const room = ([x, y]) => within(x, view.x) && within(y, view.y);
  grid.contours.forEach((pieces, number) => {
    add(inside, "path", { class: "contour colour0", d: pathOf(pieces) });
    const places = pieces.map(([a, b]) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]).filter(room);
    if (places.length > 0) labels.push([places[(number * 7 + Math.floor(places.length / 3)) % places.length], short(grid.levels[number])]);
  });
  add(inside, "path", { class: "arrow colour2", d: grid.arrows });
  for (const [[x, y], text] of labels) {
    add(inside, "text", { class: "level", x: across(x), y: down(y) + 3.5, "text-anchor": "middle" }, text);
  }
  if (at !== null) here(inside);
}

/** The contour and the gradient at the place of the mouse, and what they say. */
function here(inside) {
  const [x, y] = at;
  const [value, right, up] = FUNCTIONS[0](x, y);
  const [name, place] = [DATA.name, `${DATA.names[0]} = ${short(x)}, ${DATA.names[1]} = ${short(y)}`];
  if (!Number.isFinite(value) || !Number.isFinite(right) || !Number.isFinite(up)) {
    said.textContent = say`${name} has no gradient at ${place}`;
    return;
  }
  add(inside, "path", { class: "here colour1", d: pathOf(contour(value)) });
  const size = Math.hypot(right / (view.x[1] - view.x[0]), up / (view.y[1] - view.y[0]));
  const end = size > 0 ? [x + (right / size) * 0.1, y + (up / size) * 0.1] : [x, y];
  add(inside, "path", { class: "gradient colour1", d: arrow(at, end) });
  add(inside, "circle", { class: "filled colour1", cx: across(x), cy: down(y), r: 4 });
  const [height, gradient, steep] = [short(value), `(${short(right)}, ${short(up)})`, short(Math.hypot(right, up))];
  said.textContent = say`${name} at ${place}: value ${height}, gradient ${gradient}, of length ${steep}`;
}

function pointed(x, y) {
  at = [x, y];
}

function stepped(right, up) {
  const [x, y] = at ?? middle();
  at = [x + right, y + up];
}

draw();
