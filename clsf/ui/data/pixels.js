// Shows an image and the numbers in a window of it. Only the browser knows where the window is.

const states = new WeakMap();

function bytes(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function between(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

export default function ({ data: [data], parentElement }) {
  if (!document.createElement("canvas").getContext?.("2d")) { // switched off, or missing in this browser
    const sentence = document.createElement("p");
    sentence.setAttribute("role", "alert");
    sentence.textContent = data.words.none;
    parentElement.replaceChildren(sentence);
    return;
  }
  const { height, width, channels, words } = data;
  const pixels = bytes(data.pixels);
  const window_ = { rows: Math.min(data.window, height), columns: Math.min(data.window, width) };
  const state = states.get(parentElement) ?? { row: null, column: 0, unit: false };
  states.set(parentElement, state);
  if (state.row === null || state.row >= height || state.column >= width) {
    state.row = Math.floor(height / 2);
    state.column = Math.floor(width / 2);
  }
  const at = (row, column, channel) => pixels[(row * width + column) * channels + channel];
  const shown = (value) => (state.unit ? (value / 255).toFixed(2).replace(/^0/, "") : String(value));

  const canvas = parentElement.querySelector("canvas");
  const zoom = Math.max(1, Math.ceil(520 / Math.max(height, width)));
  canvas.width = width * zoom;
  canvas.height = height * zoom;
  canvas.setAttribute("aria-label", data.label);
  parentElement.querySelector(".keys").textContent = words.keys;

  const flat = document.createElement("canvas");
  flat.width = width;
  flat.height = height;
  const image = new ImageData(width, height);
  for (let k = 0; k < width * height; k += 1) {
    for (let c = 0; c < 3; c += 1) image.data[4 * k + c] = pixels[k * channels + (channels === 3 ? c : 0)];
    image.data[4 * k + 3] = 255;
  }
  flat.getContext("2d").putImageData(image, 0, 0);

  const range = parentElement.querySelector(".range");
  range.setAttribute("aria-label", words.range);
  range.replaceChildren(
    ...[words.raw, words.unit].map((text, unit) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.setAttribute("role", "radio");
      button.setAttribute("aria-checked", String(state.unit === Boolean(unit)));
      button.onclick = () => {
        state.unit = Boolean(unit);
        [...range.children].forEach((other) => other.setAttribute("aria-checked", String(other === button)));
        draw();
      };
      return button;
    }),
  );

  const planes = parentElement.querySelector(".planes");
  planes.replaceChildren(
    ...data.names.map((name, channel) => {
      const plane = document.createElement("div");
      plane.className = "plane";
      const title = document.createElement("b");
      const mark = document.createElement("i");
      mark.style.background = `rgb(${data.tints[channel]})`;
      title.append(mark, name);
      const cells = document.createElement("div");
      cells.className = "cells";
      cells.style.setProperty("--across", window_.columns);
      for (let k = 0; k < window_.rows * window_.columns; k += 1) cells.append(document.createElement("span"));
      plane.append(title, cells);
      return plane;
    }),
  );

  function corner() {
    return {
      row: between(state.row - Math.floor(window_.rows / 2), 0, height - window_.rows),
      column: between(state.column - Math.floor(window_.columns / 2), 0, width - window_.columns),
    };
  }

  function draw() {
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(flat, 0, 0, canvas.width, canvas.height);
    const top = corner();
    for (const [colour, thick] of [["rgba(0,0,0,.75)", 6], ["#fff", 3]]) {
      context.strokeStyle = colour;
      context.lineWidth = thick;
      context.strokeRect(top.column * zoom, top.row * zoom, window_.columns * zoom, window_.rows * zoom);
    }
    context.strokeStyle = getComputedStyle(canvas).getPropertyValue("--st-primary-color");
    context.lineWidth = 4;
    context.strokeRect(state.column * zoom, state.row * zoom, zoom, zoom);
    [...planes.children].forEach((plane, channel) => {
      const tint = data.tints[channel];
      [...plane.querySelector(".cells").children].forEach((cell, k) => {
        const row = top.row + Math.floor(k / window_.columns);
        const column = top.column + (k % window_.columns);
        const value = at(row, column, channel);
        const share = value / 255;
        const colour = channels === 1 ? [value, value, value] : tint.map((full) => Math.round(full * share));
        cell.style.background = `rgb(${colour})`;
        const light = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
        cell.style.color = light > 140 ? "#000" : "#fff";
        cell.textContent = shown(value);
        cell.className = row === state.row && column === state.column ? "on" : "";
        cell.onclick = () => move(row, column);
      });
    });
    say();
  }

  function say() {
    const { row, column } = state;
    const values = data.names.map((name, channel) => `${name} ${shown(at(row, column, channel))}`).join(", ");
    const place = words.place.replace("%r", row).replace("%c", column);
    const last = channels - 1;
    const nhwc = (row * width + column) * channels + last;
    const nchw = (last * height + row) * width + column;
    const said = parentElement.querySelector(".said");
    const made = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
    const line = (kind, code, text) => [
      made("br", ""), made("span", kind === "tf" ? "●" : "■", kind), " ", made("code", `${code} = ${shown(at(row, column, last))}`), ` · ${text}`,
    ];
    said.replaceChildren(
      made("b", `${place}: ${values}`),
      ...line("tf", `x[0, ${row}, ${column}, ${last}]`, words.nhwc.replace("%n", nhwc)),
      ...line("pt", `x[0, ${last}, ${row}, ${column}]`, words.nchw.replace("%n", nchw)),
    );
  }

  function move(row, column) {
    state.row = between(row, 0, height - 1);
    state.column = between(column, 0, width - 1);
    draw();
  }

  const pointed = (event) => {
    const box = canvas.getBoundingClientRect();
    move(Math.floor(((event.clientY - box.top) / box.height) * height), Math.floor(((event.clientX - box.left) / box.width) * width));
  };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointed(event);
  };
  canvas.onpointermove = (event) => event.buttons && pointed(event);
  canvas.ontouchmove = (event) => event.preventDefault(); // no fling, which would swallow the next tap
  canvas.onkeydown = (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Home") move(0, 0);
    else if (step) move(state.row + step[0], state.column + step[1]);
    else return;
    event.preventDefault();
  };
  draw();
}
