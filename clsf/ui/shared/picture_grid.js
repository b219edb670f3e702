// Draws a grid of pictures, each a part of one sheet. Cells are made once and changed in place, so that the focus stays.

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const tag = data.buttons ? "button" : "div";
  grid.setAttribute("role", "group");
  grid.setAttribute("aria-label", data.label);
  grid.style.gridTemplateColumns = `repeat(${data.columns}, minmax(0, ${data.side}px))`;
  if (grid.dataset.tag !== tag) grid.replaceChildren();
  grid.dataset.tag = tag;
  while (grid.children.length > data.count) grid.lastChild.remove();
  while (grid.children.length < data.count) {
    const cell = document.createElement(tag);
    cell.className = "cell";
    if (data.buttons) cell.type = "button";
    const [frame, name, note] = ["frame", "name", "note"].map((part) => {
      const span = document.createElement("span");
      span.className = part;
      return span;
    });
    frame.append(document.createElement("i"));
    cell.append(frame, name, note);
    grid.append(cell);
  }
  const across = Math.max(data.sheetColumns - 1, 1);
  const down = Math.max(data.sheetRows - 1, 1);
  [...grid.children].forEach((cell, at) => {
    const picture = cell.querySelector("i");
    const [x, y] = [at % data.sheetColumns, Math.floor(at / data.sheetColumns)];
    picture.style.aspectRatio = data.ratio;
    picture.style.backgroundImage = `url("${data.sheet}")`;
    picture.style.backgroundSize = `${data.sheetColumns * 100}% ${data.sheetRows * 100}%`;
    picture.style.backgroundPosition = `${(100 * x) / across}% ${(100 * y) / down}%`;
    const name = data.captions[at] ?? "";
    const note = data.notes[at] ?? "";
    cell.querySelector(".name").textContent = name;
    cell.querySelector(".note").textContent = note;
    cell.querySelector(".name").hidden = !name;
    cell.querySelector(".note").hidden = !note;
    if (data.buttons) {
      cell.setAttribute("aria-pressed", String(at === data.picked));
      if (data.names[at]) cell.setAttribute("aria-label", data.names[at]);
      else cell.removeAttribute("aria-label");
      cell.onclick = () => setTriggerValue("picked", at);
    } else {
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", [name, note].filter(Boolean).join(", ") || data.names[at] || "");
    }
  });
}
