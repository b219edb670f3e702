// A window slides over a picture: what it covers, the kernel, the products, their sum plus the bias, and the cell that is
// written. Everything is computed here, so that stepping and playing need no answer from the server. The numbers to check
// against are the framework's own output.

const states = new WeakMap(); // element -> { at, filter, channel, playing, timer, signature }
const SPEEDS = [2, 6, 20, 60]; // positions per second
const SAME = 1e-5; // relative: float32 sums in another order
const CHECKED_UP_TO = 6e7; // multiplications for checking every position

function floats(text) {
  if (!text) return null;
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

// The window's computation, without drawing.

function inputAt(job, row, column, channel) {
  if (row < 0 || column < 0 || row >= job.h || column >= job.w) return null; // padding
  return job.input[(row * job.w + column) * job.c + channel];
}

function weightAt(job, i, j, channel, filter) {
  if (job.kind === "depthwise") return job.kernel[((i * job.k[1] + j) * job.c + channel) * job.multiplier + (filter % job.multiplier)];
  return job.kernel[((i * job.k[1] + j) * job.c + channel) * job.f + filter];
}

function channelsOf(job, filter) {
  if (job.kind === "conv") return Array.from({ length: job.c }, (_, channel) => channel);
  return [job.kind === "depthwise" ? Math.floor(filter / job.multiplier) : filter];
}

function cellsOf(job, row, column, channel) {
  const cells = [];
  for (let i = 0; i < job.k[0]; i++)
    for (let j = 0; j < job.k[1]; j++) {
      const r = row * job.stride[0] - job.padTop + i * job.dilation[0];
      const c = column * job.stride[1] - job.padLeft + j * job.dilation[1];
      cells.push({ i, j, r, c, value: inputAt(job, r, c, channel) });
    }
  return cells;
}

function computed(job, row, column, filter) {
  if (job.kind === "max" || job.kind === "average") {
    const values = cellsOf(job, row, column, filter).map((cell) => cell.value).filter((value) => value !== null);
    if (job.kind === "max") return Math.max(...values);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }
  let sum = job.bias ? job.bias[filter] : 0;
  for (const channel of channelsOf(job, filter))
    for (const cell of cellsOf(job, row, column, channel)) sum += (cell.value ?? 0) * weightAt(job, cell.i, cell.j, channel, filter);
  return sum;
}

function told(job, row, column, filter) {
  return job.output[(row * job.outW + column) * job.f + filter];
}

function largestDifference(job, filter) {
  let most = 0;
  for (let row = 0; row < job.outH; row++)
    for (let column = 0; column < job.outW; column++)
      most = Math.max(most, Math.abs(computed(job, row, column, filter) - told(job, row, column, filter)));
  return most;
}

// Drawing.

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function filled(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000 || size < 0.005) return value.toExponential(1).replace("e+", "e");
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const STOPS = [[33, 102, 172], [146, 197, 222], [255, 255, 255], [244, 165, 130], [178, 24, 43]];

function signedColour(value, scale) {
  const at = (Math.max(-1, Math.min(1, value / scale)) + 1) * 2;
  const low = Math.min(3, Math.floor(at));
  const share = at - low;
  return STOPS[low].map((start, n) => Math.round(start + share * (STOPS[low + 1][n] - start)));
}

function greatest(values, start, step) {
  let most = 0;
  for (let n = start; n < values.length; n += step) most = Math.max(most, Math.abs(values[n]));
  return most || 1;
}

function inputColours(job, channel) {
  const scale = greatest(job.input, channel, job.c);
  return (row, column) => {
    const cell = (row * job.w + column) * job.c;
    if (!job.image) return signedColour(job.input[cell + channel], scale);
    const level = (value) => Math.round(255 * Math.max(0, Math.min(1, (value - job.low) / (job.high - job.low))));
    if (job.c === 3) return [0, 1, 2].map((n) => level(job.input[cell + n]));
    return Array(3).fill(level(job.input[cell + channel]));
  };
}

function hatched(context, x, y, width, height, line, ground) {
  context.fillStyle = ground;
  context.fillRect(x, y, width, height);
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = line;
  context.lineWidth = 1;
  for (let at = -height; at < width; at += 5) {
    context.beginPath();
    context.moveTo(x + at, y + height);
    context.lineTo(x + at + height, y);
    context.stroke();
  }
  context.restore();
}

function sized(canvas, rows, columns) {
  const room = canvas.parentElement.clientWidth || 300;
  const cell = Math.max(1, Math.min(Math.floor(Math.min(room, 340) / columns), Math.floor(340 / rows), 40));
  const sharp = window.devicePixelRatio || 1;
  canvas.width = columns * cell * sharp;
  canvas.height = rows * cell * sharp;
  canvas.style.width = `${columns * cell}px`;
  canvas.style.height = `${rows * cell}px`;
  const context = canvas.getContext("2d");
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  return { context, cell };
}

function frame(context, x, y, width, height) {
  context.lineWidth = 4;
  context.strokeStyle = "#ffffff";
  context.strokeRect(x, y, width, height);
  context.lineWidth = 2;
  context.strokeStyle = "#111111";
  context.strokeRect(x, y, width, height);
}

function drawInput(job, state, canvas, ink, winner) {
  const rows = job.h + job.padTop + job.padBottom, columns = job.w + job.padLeft + job.padRight;
  const { context, cell } = sized(canvas, rows, columns);
  hatched(context, 0, 0, columns * cell, rows * cell, ink.line, ink.ground);
  const colour = inputColours(job, state.channel);
  for (let row = 0; row < job.h; row++)
    for (let column = 0; column < job.w; column++) {
      context.fillStyle = `rgb(${colour(row, column).join(",")})`;
      context.fillRect((column + job.padLeft) * cell, (row + job.padTop) * cell, cell, cell);
    }
  const [row, column] = [Math.floor(state.at / job.outW), state.at % job.outW];
  const reach = job.k.map((side, n) => job.dilation[n] * (side - 1) + 1);
  if (Math.max(...job.dilation) > 1)
    for (const one of cellsOf(job, row, column, state.channel)) {
      context.strokeStyle = "#111111";
      context.lineWidth = 1;
      context.strokeRect((one.c + job.padLeft) * cell + 0.5, (one.r + job.padTop) * cell + 0.5, cell - 1, cell - 1);
    }
  frame(context, column * job.stride[1] * cell, row * job.stride[0] * cell, reach[1] * cell, reach[0] * cell);
  if (winner) {
    context.beginPath();
    context.arc((winner.c + job.padLeft + 0.5) * cell, (winner.r + job.padTop + 0.5) * cell, Math.max(2, cell / 3), 0, 7);
    context.fillStyle = "#111111";
    context.fill();
    context.strokeStyle = "#ffffff";
    context.lineWidth = 1.5;
    context.stroke();
  }
  canvas.onpointerdown = (event) => {
    const place = canvas.getBoundingClientRect();
    const r = Math.floor((event.clientY - place.top) / cell), c = Math.floor((event.clientX - place.left) / cell);
    state.go(...[r, c].map((at, n) => Math.round((at - (reach[n] - 1) / 2) / job.stride[n])));
  };
}

function drawOutput(job, state, canvas, ink) {
  const { context, cell } = sized(canvas, job.outH, job.outW);
  hatched(context, 0, 0, job.outW * cell, job.outH * cell, ink.line, ink.ground);
  const scale = greatest(job.output, state.filter, job.f);
  for (let place = 0; place < job.outH * job.outW; place++) {
    if (place > state.at && !state.whole) break;
    context.fillStyle = `rgb(${signedColour(job.output[place * job.f + state.filter], scale).join(",")})`;
    context.fillRect((place % job.outW) * cell, Math.floor(place / job.outW) * cell, cell, cell);
  }
  frame(context, (state.at % job.outW) * cell, Math.floor(state.at / job.outW) * cell, cell, cell);
  canvas.onpointerdown = (event) => {
    const place = canvas.getBoundingClientRect();
    state.go(Math.floor((event.clientY - place.top) / cell), Math.floor((event.clientX - place.left) / cell));
  };
}

function grid(job, title, values, colours, marked) {
  const part = make("div", "part");
  const table = make("div", "cells");
  table.style.gridTemplateColumns = `repeat(${job.k[1]}, 1fr)`;
  table.style.width = `${(100 * job.k[1]) / Math.max(...job.k)}%`; // a cell of 3×1 is no larger than one of 3×3
  const tiny = Math.max(...job.k) > 5;
  table.classList.toggle("tiny", tiny);
  values.forEach((value, n) => {
    const cell = make("i", "", value === null || tiny ? "" : short(value));
    cell.title = value === null ? "" : String(value);
    if (value === null) cell.className = "padding";
    else {
      const colour = colours(value);
      cell.style.background = `rgb(${colour.join(",")})`;
      cell.style.color = colour[0] * 0.3 + colour[1] * 0.59 + colour[2] * 0.11 > 140 ? "#111" : "#fff";
    }
    if (marked === n) cell.classList.add("winner");
    table.append(cell);
  });
  part.append(make("span", "name", title), table);
  return part;
}

function drawSum(job, state, place, words, row, column) {
  const cells = cellsOf(job, row, column, state.channel);
  const parts = [];
  const inputScale = greatest(job.input, state.channel, job.c);
  const level = (value) => Math.round(255 * Math.max(0, Math.min(1, (value - job.low) / (job.high - job.low))));
  const seen = (value) => (job.image ? Array(3).fill(level(value)) : signedColour(value, inputScale));
  const value = computed(job, row, column, state.filter);
  const lines = [];
  let winner = null;
  if (job.kind === "max" || job.kind === "average") {
    const inside = cells.filter((cell) => cell.value !== null);
    const best = inside.reduce((one, other) => (other.value > one.value ? other : one));
    winner = job.kind === "max" ? best : null;
    parts.push(grid(job, words.patch, cells.map((cell) => cell.value), seen, winner ? cells.indexOf(winner) : -1));
    if (winner) lines.push(filled(words.winner, { value: short(value), row: winner.r, column: winner.c }));
    else {
      const sum = inside.reduce((total, cell) => total + cell.value, 0);
      lines.push(filled(words.mean, { sum: short(sum), count: inside.length, value: short(value) }));
    }
  } else {
    const kernel = cells.map((cell) => weightAt(job, cell.i, cell.j, state.channel, state.filter));
    const products = cells.map((cell, n) => (cell.value ?? 0) * kernel[n]);
    const scale = greatest(kernel, 0, 1), most = greatest(products, 0, 1);
    parts.push(grid(job, words.patch, cells.map((cell) => cell.value), seen, -1), make("b", "sign", "×"));
    parts.push(grid(job, words.kernel, kernel, (x) => signedColour(x, scale), -1), make("b", "sign", "="));
    parts.push(grid(job, words.products, products, (x) => signedColour(x, most), -1));
    const sums = channelsOf(job, state.filter).map((channel) =>
      cellsOf(job, row, column, channel).reduce((sum, one) => sum + (one.value ?? 0) * weightAt(job, one.i, one.j, channel, state.filter), 0),
    );
    const bias = job.bias ? job.bias[state.filter] : 0;
    if (sums.length === 1) lines.push(filled(words.one, { sum: short(sums[0]), bias: short(bias), value: short(value) }));
    else if (sums.length <= 4)
      lines.push(filled(words.few, { sums: sums.map((x, n) => `${job.names[n]} ${short(x)}`).join(" + "), bias: short(bias), value: short(value) }));
    else
      lines.push(
        filled(words.many, { count: sums.length, sum: short(sums.reduce((a, b) => a + b, 0)), bias: short(bias), value: short(value) }),
      );
  }
  const framework = told(job, row, column, state.filter);
  const same = Math.abs(framework - value) <= SAME * Math.max(1, Math.abs(framework));
  const check = make("p", same ? "check" : "check wrong", `${same ? "✓" : "✕"} ${filled(words.told, { value: framework.toPrecision(7) })}`);
  if (job.after) check.textContent += ` · ${filled(words.after, { value: short(job.after[(row * job.outW + column) * job.f + state.filter]) })}`;
  const products = make("div", "products");
  products.append(...parts);
  place.replaceChildren(products, ...lines.map((line) => make("p", "sum", line)), check);
  return { winner, value };
}

function draw(root, job, words) {
  const state = states.get(root);
  const [row, column] = [Math.floor(state.at / job.outW), state.at % job.outW];
  const css = getComputedStyle(root);
  const ink = {
    line: css.getPropertyValue("--st-border-color").trim() || "#cccccc",
    ground: css.getPropertyValue("--st-secondary-background-color").trim() || "#f4f4f4",
  };
  const { winner, value } = drawSum(job, state, root.querySelector(".sums"), words, row, column);
  drawInput(job, state, root.querySelector(".input canvas"), ink, winner);
  drawOutput(job, state, root.querySelector(".output canvas"), ink);
  const place = filled(words.place, { row: row + 1, rows: job.outH, column: column + 1, columns: job.outW });
  root.querySelector(".place").textContent = place;
  root.querySelector(".spoken").textContent = state.playing ? "" : `${place}: ${short(value)}`;
  root.dataset.at = `${row},${column}`;
  root.dataset.value = String(value);
  root.dataset.told = String(told(job, row, column, state.filter));
  const play = root.querySelector(".play");
  play.textContent = state.playing ? "❙❙" : "▶";
  play.setAttribute("aria-label", state.playing ? words.pause : words.play);
}

function stop(state) {
  clearInterval(state.timer);
  state.timer = null;
  state.playing = false;
}

function play(root, job, words) {
  const state = states.get(root);
  const last = job.outH * job.outW - 1;
  if (state.at >= last) state.at = 0;
  state.playing = true;
  clearInterval(state.timer);
  state.timer = setInterval(() => {
    if (state.at >= last || !root.isConnected) stop(state);
    else state.at += 1;
    draw(root, job, words);
  }, 1000 / SPEEDS[state.speed]);
  draw(root, job, words);
}

function options(select, names, chosen) {
  select.replaceChildren(
    ...names.map((name, n) => {
      const option = make("option", "", name);
      option.value = n;
      option.selected = n === chosen;
      return option;
    }),
  );
}

function check(root, job, words, state) {
  const line = root.querySelector(".all");
  const work = job.outH * job.outW * job.k[0] * job.k[1] * (job.kind === "conv" ? job.c : 1);
  line.textContent = "";
  delete root.dataset.largest;
  if (work > CHECKED_UP_TO) return;
  setTimeout(() => {
    const most = largestDifference(job, state.filter);
    root.dataset.largest = String(most);
    line.textContent = filled(words.checked, { count: job.outH * job.outW, difference: most ? most.toExponential(1) : "0" });
  }, 30);
}

export default function ({ data: [data], parentElement }) {
  if (!document.createElement("canvas").getContext?.("2d")) { // switched off, or missing in this browser
    const sentence = document.createElement("p");
    sentence.setAttribute("role", "alert");
    sentence.textContent = data.words.none;
    parentElement.replaceChildren(sentence);
    return;
  }
  const root = parentElement.querySelector(".window");
  const { words } = data;
  const job = { ...data.job };
  for (const name of ["input", "kernel", "bias", "output", "after"]) job[name] = floats(job[name]);
  if (!states.has(root)) states.set(root, { at: 0, filter: 0, channel: 0, speed: 1, whole: true, playing: false, timer: null });
  const state = states.get(root);
  const signature = JSON.stringify([job.h, job.w, job.c, job.f, job.k, job.stride, job.dilation, job.padTop, job.kind]);
  if (state.signature !== signature) {
    stop(state);
    const known = state.signature !== undefined;
    Object.assign(state, { at: 0, filter: 0, channel: 0, signature });
    if (!known) state.at = Math.floor(job.outH / 2) * job.outW + Math.floor(job.outW / 2);
  }
  const redraw = () => draw(root, job, words);
  state.go = (row, column) => {
    stop(state);
    const inside = (value, most) => Math.min(Math.max(value, 0), most - 1);
    state.at = inside(row, job.outH) * job.outW + inside(column, job.outW);
    redraw();
  };
  const step = (by) => {
    stop(state);
    state.at = Math.min(Math.max(state.at + by, 0), job.outH * job.outW - 1);
    redraw();
  };

  // The controls.
  const on = (name, label, action) => {
    const button = root.querySelector(name);
    if (label) button.setAttribute("aria-label", label);
    if (label) button.title = label;
    button.onclick = action;
  };
  on(".first", words.first, () => step(-Infinity));
  on(".back", words.back, () => step(-1));
  on(".next", words.next, () => step(1));
  on(".last", words.last, () => step(Infinity));
  on(".play", "", () => (state.playing ? (stop(state), redraw()) : play(root, job, words)));
  const speed = root.querySelector(".speed");
  options(speed, SPEEDS.map((rate) => filled(words.speed, { rate })), state.speed);
  speed.setAttribute("aria-label", words.speeds);
  speed.onchange = () => {
    state.speed = Number(speed.value);
    if (state.playing) play(root, job, words);
  };
  const filter = root.querySelector(".filter"), channel = root.querySelector(".channel");
  options(filter, job.filters, state.filter);
  filter.setAttribute("aria-label", words.filter);
  const channels = () => {
    const own = channelsOf(job, state.filter);
    if (!own.includes(state.channel)) state.channel = own[0];
    options(channel, own.map((n) => job.names[n]), own.indexOf(state.channel));
    channel.hidden = own.length < 2;
  };
  filter.hidden = job.filters.length < 2;
  filter.onchange = () => {
    state.filter = Number(filter.value);
    channels();
    check(root, job, words, state);
    redraw();
  };
  channel.setAttribute("aria-label", words.channel);
  channel.onchange = () => {
    state.channel = channelsOf(job, state.filter)[Number(channel.value)];
    redraw();
  };
  channels();
  const whole = root.querySelector(".whole");
  whole.checked = state.whole;
  whole.nextSibling.textContent = words.whole;
  whole.onchange = () => {
    state.whole = whole.checked;
    redraw();
  };
  root.querySelector(".input .name").textContent = words.input;
  root.querySelector(".output .name").textContent = words.output;
  root.querySelector(".input canvas").setAttribute("aria-label", words.input);
  root.querySelector(".output canvas").setAttribute("aria-label", words.output);
  root.querySelector(".keys").textContent = words.keys;
  root.setAttribute("aria-label", words.label);
  root.onkeydown = (event) => {
    if (["SELECT", "INPUT", "BUTTON"].includes(event.target.tagName) && !event.key.startsWith("Arrow")) return;
    if (event.target.tagName === "SELECT") return;
    const act = {
      ArrowRight: () => step(1), ArrowLeft: () => step(-1), ArrowDown: () => step(job.outW), ArrowUp: () => step(-job.outW),
      Home: () => step(-Infinity), End: () => step(Infinity), " ": () => root.querySelector(".play").click(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  if (state.playing) play(root, job, words); // the numbers have changed meanwhile
  check(root, job, words, state);
  redraw();
  return () => stop(state);
}
