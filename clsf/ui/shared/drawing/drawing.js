// A sheet to draw on. Strokes are kept as lines, in fractions of the sheet's side, so that they can be undone and drawn at any
// size; a message is a number, the sheet, and the drawing at the size that the page asked for, as base64 of its bytes.

const sheets = new WeakMap(); // element -> the state of its drawing
const EVERY = 100; // ms between two messages while a stroke is drawn
const PATIENCE = 800; // ms after which an unanswered message is not waited for any longer
const STEP = 1 / 32; // fraction of the side, per arrow key

function fresh(parent) {
  const find = (name) => parent.querySelector(name);
  return {
    strokes: [], base: null, open: null, number: 0, heard: 0, sent: "", at: 0, timer: 0, sheet: null, colour: "#1a1a1a",
    cursor: [0.5, 0.5], down: false, keyboard: false,
    canvas: find("canvas"), pen: find(".pen"), undo: find(".undo"), clear: find(".clear"), width: find(".width input"),
    frame: find(".sheet"), status: find(".status"), keys: find(".keys"), colours: find(".colours"),
  };
}

function paint(context, side, strokes, base, paper, ink) {
  context.clearRect(0, 0, side, side);
  if (paper) {
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, side, side);
  }
  if (base) context.drawImage(base, 0, 0, side, side);
  context.lineCap = context.lineJoin = "round";
  for (const { points, width, colour } of strokes) {
    context.strokeStyle = context.fillStyle = paper ? colour : ink;
    context.lineWidth = width * side;
    context.beginPath();
    if (points.length === 1) {
      context.arc(points[0][0] * side, points[0][1] * side, (width * side) / 2, 0, 2 * Math.PI);
      context.fill();
    } else {
      points.forEach(([x, y], n) => (n ? context.lineTo(x * side, y * side) : context.moveTo(x * side, y * side)));
      context.stroke();
    }
  }
}

function redraw(it) {
  const side = Math.round(it.canvas.clientWidth * (window.devicePixelRatio || 1)) || 300;
  if (it.canvas.width !== side) it.canvas.width = it.canvas.height = side;
  const ink = getComputedStyle(it.canvas).color;
  let base = it.base;
  if (base && it.data.channels === 1) {
    base = document.createElement("canvas"); // what was drawn before, in the current ink
    base.width = base.height = it.base.width;
    const context = base.getContext("2d");
    context.drawImage(it.base, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = ink;
    context.fillRect(0, 0, base.width, base.height);
  }
  paint(it.canvas.getContext("2d"), side, it.strokes, base, it.data.channels === 3, ink);
  it.undo.disabled = it.clear.disabled = !it.strokes.length && !it.base;
  it.pen.hidden = !it.keyboard;
  it.frame.classList.toggle("keyed", it.keyboard);
  it.pen.classList.toggle("down", it.down);
  Object.assign(it.pen.style, {
    left: `${it.cursor[0] * 100}%`, top: `${it.cursor[1] * 100}%`, width: `${it.width.value}%`, height: `${it.width.value}%`,
  });
}

function bytes(it) {
  const { side, channels } = it.data;
  const small = document.createElement("canvas");
  small.width = small.height = side;
  const context = small.getContext("2d", { willReadFrequently: true });
  paint(context, side, it.strokes, it.base, channels === 3, "#ffffff");
  const rgba = context.getImageData(0, 0, side, side).data;
  const out = new Uint8Array(side * side * channels);
  for (let i = 0; i < side * side; i += 1) {
    if (channels === 1) out[i] = rgba[4 * i + 3];
    else out.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  }
  return out;
}

function encoded(array) {
  let text = "";
  for (let i = 0; i < array.length; i += 8192) text += String.fromCharCode(...array.subarray(i, i + 8192));
  return btoa(text);
}

// One message at a time: the next one is sent when the page has answered, or has not answered for too long.
function tell(it, now = false) {
  clearTimeout(it.timer);
  if (it.gone) return;
  const since = performance.now() - it.at;
  const wait = it.heard >= it.number ? EVERY - since : now ? Math.min(PATIENCE, 2 * EVERY) - since : PATIENCE - since;
  if (wait > 0) {
    it.timer = setTimeout(() => tell(it, now), Math.min(wait, 25));
    return;
  }
  const drawn = it.strokes.length || it.base ? encoded(bytes(it)) : "";
  const ended = it.open ? "" : "e";
  if (drawn === it.sent && ended === it.ended) return;
  it.sent = drawn;
  it.ended = ended;
  it.at = performance.now();
  it.number += 1;
  it.setStateValue("drawing", `${it.number}${ended}:${it.data.sheet}:${drawn}`);
}

function changed(it, ended) {
  redraw(it);
  if (ended || it.data.live) tell(it, ended);
}

function begin(it, point) {
  it.open = { points: [point], width: it.width.value / 100, colour: it.colour };
  it.strokes.push(it.open);
}

function extend(it, point) {
  const last = it.open.points[it.open.points.length - 1];
  if (Math.hypot(point[0] - last[0], point[1] - last[1]) > 0.004) it.open.points.push(point);
}

function place(it, event) {
  const box = it.canvas.getBoundingClientRect();
  const inside = (value) => Math.min(1, Math.max(0, value));
  return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
}

function say(it) {
  const { down, up, at } = it.data.words;
  const [c, r] = it.cursor.map((value) => Math.round(value / STEP));
  it.status.textContent = `${it.down ? down : up}, ${at.replace("%c", c).replace("%r", r).replace("%n", 1 / STEP)}`;
}

function byMouse(it) {
  const { canvas } = it;
  canvas.onpointerdown = (event) => {
    if (event.button) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    it.keyboard = it.down = false;
    it.pointer = event.pointerId;
    it.cursor = place(it, event);
    begin(it, it.cursor);
    changed(it, false);
  };
  canvas.onpointermove = (event) => {
    if (it.pointer !== event.pointerId || !it.open) return;
    const seen = event.getCoalescedEvents?.() ?? [];
    for (const each of seen.length ? seen : [event]) extend(it, place(it, each));
    it.cursor = place(it, event);
    changed(it, false);
  };
  // A quick stroke counts as a fling for the browser, although nothing scrolls, and while one lasts the next tap is lost.
  canvas.ontouchmove = (event) => event.preventDefault();
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    if (it.pointer !== event.pointerId) return;
    it.pointer = it.open = null;
    changed(it, true);
  };
}

function byKeys(it) {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  it.canvas.onkeydown = (event) => {
    const way = ways[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key.toLowerCase() !== "z") return;
      undo(it);
    } else if (way) {
      it.keyboard = true;
      const far = STEP * (event.shiftKey ? 4 : 1);
      it.cursor = it.cursor.map((value, n) => Math.min(1, Math.max(0, value + way[n] * far)));
      if (it.down) it.open.points.push([...it.cursor]);
      changed(it, false);
      say(it);
    } else if (event.key === " ") {
      it.keyboard = true;
      it.down = !it.down;
      if (it.down) begin(it, [...it.cursor]);
      else it.open = null;
      changed(it, !it.down);
      say(it);
    } else if (event.key === "Backspace") undo(it);
    else if (event.key === "Delete") clear(it);
    else if (event.key === "Escape" && it.down) lift(it);
    else return;
    event.preventDefault();
    event.stopPropagation(); // the page has its own keys
  };
  it.canvas.onblur = () => {
    if (it.down) lift(it);
    it.keyboard = false;
    redraw(it);
  };
  it.canvas.onfocus = () => {
    it.keyboard = it.canvas.matches(":focus-visible") && it.pointer == null;
    redraw(it);
  };
}

function lift(it) {
  it.down = false;
  it.open = null;
  changed(it, true);
  say(it);
}

function undo(it) {
  it.down = false;
  it.open = null;
  if (it.strokes.length) it.strokes.pop();
  else it.base = null;
  changed(it, true);
}

function clear(it) {
  Object.assign(it, { strokes: [], base: null, open: null, down: false });
  changed(it, true);
  it.status.textContent = it.data.words.emptied;
}

// A drawing from before the page was left comes back as a picture under the new strokes.
function restore(it, value) {
  const drawn = value.slice(value.lastIndexOf(":") + 1);
  const { side, channels } = it.data;
  const raw = drawn ? atob(drawn) : "";
  if (raw.length !== side * side * channels) return;
  const base = document.createElement("canvas");
  base.width = base.height = side;
  const context = base.getContext("2d");
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = channels === 3 ? raw.charCodeAt(3 * i + c) : 255;
    image.data[4 * i + 3] = channels === 3 ? 255 : raw.charCodeAt(i);
  }
  context.putImageData(image, 0, 0);
  it.base = base;
  it.sent = drawn;
  it.ended = "e";
}

function pens(it) {
  const { colours, words } = it.data;
  it.colours.hidden = !colours.length;
  it.colours.setAttribute("aria-label", words.colour);
  it.colours.replaceChildren(
    ...colours.map(([name, code], n) => {
      const pen = document.createElement("button");
      pen.type = "button";
      pen.setAttribute("role", "radio");
      pen.setAttribute("aria-checked", String(it.colour === code));
      pen.tabIndex = it.colour === code ? 0 : -1;
      pen.ariaLabel = pen.title = words.colours[name] ?? name;
      pen.style.background = code;
      const take = (which) => {
        it.colour = colours[which][1];
        pens(it);
        it.colours.children[which].focus();
      };
      pen.onclick = () => take(n);
      pen.onkeydown = (event) => {
        const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!way) return;
        event.preventDefault();
        take((n + way + colours.length) % colours.length);
      };
      return pen;
    }),
  );
}

export default function ({ data: [data], parentElement, setStateValue }) {
  if (!document.createElement("canvas").getContext?.("2d")) { // switched off, or missing in this browser
    const sentence = document.createElement("p");
    sentence.className = "none";
    sentence.setAttribute("role", "alert");
    sentence.textContent = data.words.none;
    parentElement.replaceChildren(sentence);
    return undefined;
  }
  const first = !sheets.has(parentElement);
  if (first) sheets.set(parentElement, fresh(parentElement));
  const it = sheets.get(parentElement);
  Object.assign(it, { data, setStateValue });
  const { words } = data;
  if (first) {
    it.width.value = data.pen;
    it.sheet = data.sheet;
    const value = data.drawing || "";
    it.number = it.heard = Number.parseInt(value, 10) || 0;
    restore(it, value);
    byMouse(it);
    byKeys(it);
    it.undo.onclick = () => undo(it);
    it.clear.onclick = () => clear(it);
    it.width.oninput = () => redraw(it);
    it.observer = new ResizeObserver(() => redraw(it));
    it.observer.observe(it.canvas);
  } else {
    it.heard = Math.max(it.heard, Number.parseInt(data.drawing, 10) || 0);
    if (it.sheet !== data.sheet) {
      it.sheet = data.sheet;
      Object.assign(it, { strokes: [], base: null, open: null, down: false, sent: "", heard: it.number });
    }
  }
  it.frame.style.setProperty("--side", `${data.height}px`);
  parentElement.host?.style?.setProperty("--side", `${data.height}px`);
  for (const each of [it.keys, it.colours, it.undo.parentElement]) each.style.setProperty("--side", `${data.height}px`);
  it.canvas.classList.toggle("paper", data.channels === 3);
  it.canvas.style.color = data.channels === 3 ? "#1a1a1a" : "var(--st-text-color)";
  it.canvas.setAttribute("aria-label", `${words.sheet}. ${words.keys}`);
  it.undo.textContent = words.undo;
  it.clear.textContent = words.clear;
  it.width.parentElement.querySelector("span").textContent = words.pen;
  it.keys.textContent = words.keys;
  it.width.parentElement.hidden = Boolean(data.plain);
  it.undo.parentElement.classList.toggle("plain", Boolean(data.plain));
  it.keys.classList.toggle("late", Boolean(data.plain));
  if (first || it.language !== words.undo) pens(it);
  it.language = words.undo;
  redraw(it);
  return () => {
    it.gone = true;
    clearTimeout(it.timer);
    it.observer?.disconnect();
    sheets.delete(parentElement);
  };
}
