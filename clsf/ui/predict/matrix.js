// A confusion matrix whose cells are buttons: a click, or Enter on it, asks for the images in it. Arrow keys go from cell to cell.
export default function ({ data: [data], parentElement, setStateValue }) {
  const { classes, counts, shown, words, cell } = data;
  const table = document.createElement("table");
  const caption = table.createCaption();
  caption.textContent = words.caption;
  const head = table.createTHead().insertRow();
  head.append(document.createElement("td"));
  const heading = (text, scope) => {
    const th = document.createElement("th");
    th.scope = scope;
    th.textContent = th.title = text;
    return th;
  };
  head.append(...classes.map((name) => heading(name, "col")));
  const body = table.createTBody();
  const [atRow, atColumn] = (cell || "0,0").split(",").map(Number);
  counts.forEach((row, r) => {
    const tr = body.insertRow();
    tr.append(heading(classes[r], "row"));
    const total = row.reduce((a, b) => a + b, 0) || 1;
    row.forEach((count, c) => {
      const button = document.createElement("button");
      const share = count / total;
      const tone = r === c ? "var(--clsf-accent)" : "var(--clsf-wrong)";
      button.type = "button";
      button.textContent = shown[r][c];
      button.style.background = count ? `color-mix(in srgb, ${tone} ${(14 + 55 * Math.sqrt(share)).toFixed(1)}%, transparent)` : "rgba(128, 128, 128, 0.07)";
      button.setAttribute("aria-pressed", String(cell === `${r},${c}`));
      button.setAttribute("aria-label", words.cell.replace("%s", classes[r]).replace("%a", classes[c]).replace("%n", count));
      button.tabIndex = r === atRow && c === atColumn ? 0 : -1;
      button.onclick = () => count && setStateValue("cell", `${r},${c}`);
      button.onkeydown = (event) => {
        const way = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
        if (!way) return;
        event.preventDefault();
        const next = body.rows[r + way[0]]?.cells[c + 1 + way[1]]?.querySelector("button");
        if (!next) return;
        button.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      };
      tr.insertCell().append(button);
    });
  });
  const place = parentElement.querySelector(".scroll");
  const focused = place.contains(place.getRootNode().activeElement);
  place.replaceChildren(table);
  if (focused) place.querySelector('button[tabindex="0"]')?.focus({ preventScroll: true });
}
