// Draws a map of images on a canvas. The pictures come as one sheet; a point's part of it is shown at the pointer.

const states = new WeakMap();
const EDGE = 14; // pixels of free space around the points

export default function ({ data: [data], parentElement }) {
  if (!document.createElement("canvas").getContext?.("2d")) { // switched off, or missing in this browser
    const sentence = document.createElement("p");
    sentence.setAttribute("role", "alert");
    sentence.textContent = data.words.none;
    parentElement.replaceChildren(sentence);
    return;
  }
  const state = states.get(parentElement) ?? { chosen: null, at: null };
  states.set(parentElement, state);
  const canvas = parentElement.querySelector(".field > canvas");
  const tip = parentElement.querySelector(".tip");
  const thumb = parentElement.querySelector(".thumb");
  const legend = parentElement.querySelector(".legend");
  const said = parentElement.querySelector(".said");
  const names = new Map(data.classes.map(([label, name]) => [label, name]));
  const colours = new Map(data.classes.map(([label, , colour]) => [label, colour]));
  const order = [...data.x.keys()].sort((a, b) => data.x[a] - data.x[b]);
  if (state.chosen !== null && !names.has(state.chosen)) state.chosen = null;
  if (state.at !== null && state.at >= data.x.length) state.at = null;
  canvas.setAttribute("aria-label", data.label);
  parentElement.querySelector(".keys").textContent = data.words.keys;
  const sheet = new Image();
  sheet.onload = () => state.at !== null && show(state.at);
  sheet.src = data.sheet;

  const button = (label, name, colour) => {
    const made = document.createElement("button");
    made.type = "button";
    if (colour) {
      const mark = document.createElement("i");
      mark.style.background = colour;
      made.append(mark);
    }
    made.append(name);
    made.setAttribute("aria-pressed", String(state.chosen === label));
    made.onclick = () => {
      state.chosen = label;
      [...legend.children].forEach((other) => other.setAttribute("aria-pressed", String(other === made)));
      hide();
      draw();
    };
    return made;
  };
  legend.replaceChildren(button(null, data.words.all, null), ...data.classes.map((one) => button(...one)));

  const seen = (k) => state.chosen === null || data.labels[k] === state.chosen;
  const place = (k) => [
    EDGE + data.x[k] * (canvas.clientWidth - 2 * EDGE),
    EDGE + (1 - data.y[k]) * (canvas.clientHeight - 2 * EDGE),
  ];

  function draw() {
    const scale = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * scale;
    canvas.height = canvas.clientHeight * scale;
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    for (const on of [false, true]) {
      for (let k = 0; k < data.x.length; k += 1) {
        if (seen(k) !== on) continue;
        const [x, y] = place(k);
        context.globalAlpha = on ? 0.75 : 0.1;
        context.fillStyle = colours.get(data.labels[k]);
        context.beginPath();
        context.arc(x, y, on ? 3.6 : 2.6, 0, 2 * Math.PI);
        context.fill();
      }
    }
    context.globalAlpha = 1;
    if (state.at !== null) {
      const [x, y] = place(state.at);
      context.lineWidth = 2.5;
      context.strokeStyle = getComputedStyle(canvas).getPropertyValue("--st-text-color") || "#000";
      context.beginPath();
      context.arc(x, y, 7, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  function show(k) {
    state.at = k;
    const [width, height] = data.side;
    thumb.width = width;
    thumb.height = height;
    thumb
      .getContext("2d")
      .drawImage(sheet, (k % data.sheetColumns) * width, Math.floor(k / data.sheetColumns) * height, width, height, 0, 0, width, height);
    tip.querySelector("span").textContent = names.get(data.labels[k]);
    said.textContent = names.get(data.labels[k]);
    tip.hidden = false;
    const [x, y] = place(k);
    const left = x + 16 + tip.offsetWidth < canvas.clientWidth ? x + 16 : x - 16 - tip.offsetWidth;
    tip.style.left = `${Math.max(left, 0)}px`;
    tip.style.top = `${Math.min(Math.max(y - tip.offsetHeight / 2, 0), canvas.clientHeight - tip.offsetHeight)}px`;
    draw();
  }

  function hide() {
    state.at = null;
    tip.hidden = true;
  }

  canvas.onpointermove = canvas.onpointerdown = (event) => {
    const box = canvas.getBoundingClientRect();
    let [best, nearest] = [null, 24 ** 2];
    for (let k = 0; k < data.x.length; k += 1) {
      if (!seen(k)) continue;
      const [x, y] = place(k);
      const distance = (x - event.clientX + box.left) ** 2 + (y - event.clientY + box.top) ** 2;
      if (distance < nearest) [best, nearest] = [k, distance];
    }
    if (best === null) {
      if (state.at !== null) {
        hide();
        draw();
      }
    } else if (best !== state.at) show(best);
  };
  canvas.onpointerleave = () => {
    hide();
    draw();
  };
  canvas.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const among = order.filter(seen);
    if (!among.length) return;
    const now = among.indexOf(state.at);
    show(among[now < 0 ? 0 : (now + step + among.length) % among.length]);
  };
  state.observer?.disconnect();
  state.observer = new ResizeObserver(draw);
  state.observer.observe(canvas);
  draw();
  return () => state.observer.disconnect();
}
