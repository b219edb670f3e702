// The receptive field: a cell of the last picture, and what it sees of every picture before, drawn as boxes.
// The rows and columns were computed before; here they are only drawn.

const states = new WeakMap(); // element -> { row, column }

function box(frame, rows, columns, height, width) {
  const mark = frame.querySelector(".box");
  const clip = (value, most) => Math.min(Math.max(value, 0), most);
  const top = clip(rows[0], height), left = clip(columns[0], width);
  const bottom = clip(rows[1] + 1, height), right = clip(columns[1] + 1, width);
  mark.style.top = `${(100 * top) / height}%`;
  mark.style.left = `${(100 * left) / width}%`;
  mark.style.height = `${(100 * (bottom - top)) / height}%`;
  mark.style.width = `${(100 * (right - left)) / width}%`;
}

function filled(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function draw(root, data) {
  const { stages, words } = data;
  const state = states.get(root);
  const last = stages[stages.length - 1];
  state.row = Math.min(Math.max(state.row, 0), last.height - 1);
  state.column = Math.min(Math.max(state.column, 0), last.width - 1);
  root.querySelectorAll("figure").forEach((figure, index) => {
    const stage = stages[index];
    const rows = stage.rows[state.row], columns = stage.columns[state.column];
    box(figure, rows, columns, stage.height, stage.width);
    const over = rows[0] < 0 || columns[0] < 0 || rows[1] >= stage.height || columns[1] >= stage.width;
    figure.querySelector("small").textContent =
      filled(words.size, { height: rows[1] - rows[0] + 1, width: columns[1] - columns[0] + 1 }) + (over ? ` ${words.over}` : "");
  });
  root.querySelector(".said").textContent = filled(words.cell, { row: state.row, column: state.column });
  root.dataset.cell = `${state.row},${state.column}`;
}

export default function ({ data: [data], parentElement }) {
  const root = parentElement.querySelector(".field");
  const { stages } = data;
  const last = stages[stages.length - 1];
  if (!states.has(root)) states.set(root, { row: Math.floor(last.height / 2), column: Math.floor(last.width / 2) });
  const state = states.get(root);
  root.querySelector(".row").replaceChildren(
    ...stages.map((stage, index) => {
      const figure = document.createElement("figure");
      const frame = document.createElement("div");
      frame.className = "frame";
      const image = document.createElement("img");
      image.src = stage.picture;
      image.alt = stage.title;
      const mark = document.createElement("div");
      mark.className = "box";
      frame.append(image, mark);
      const caption = document.createElement("figcaption");
      const title = document.createElement("b");
      title.textContent = stage.title;
      caption.append(title, document.createElement("small"));
      figure.append(frame, caption);
      if (index === stages.length - 1) {
        figure.className = "last";
        frame.onpointerdown = frame.onpointermove = (event) => {
          if (event.type === "pointermove" && !event.buttons && event.pointerType !== "mouse") return;
          const place = frame.getBoundingClientRect();
          state.row = Math.floor(((event.clientY - place.top) / place.height) * last.height);
          state.column = Math.floor(((event.clientX - place.left) / place.width) * last.width);
          draw(root, data);
        };
        frame.ontouchmove = (event) => event.preventDefault(); // no fling, which would swallow the next tap
      }
      return figure;
    }),
  );
  root.onkeydown = (event) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move) return;
    event.preventDefault();
    state.row += move[0];
    state.column += move[1];
    draw(root, data);
  };
  root.setAttribute("aria-label", data.words.label);
  draw(root, data);
}
