// A reader's runs as a list: a click on a name opens a run, checkboxes choose several, and an experiment's runs are in one fold.

const MEMORY = new WeakMap();  // which folds are open

export default function ({ data: [data], parentElement, setStateValue }) {
  const root = parentElement.querySelector(".runs");
  const open = MEMORY.get(parentElement) ?? new Set();
  MEMORY.set(parentElement, open);
  const here = new Set(data.rows.map((row) => row.id));
  let chosen = data.chosen.filter((id) => here.has(id));

  const make = (tag, className, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };
  const tell = (ids) => { chosen = ids; mark(); setStateValue("chosen", ids); };
  const mark = () => {
    for (const row of root.querySelectorAll(".row")) {
      const on = chosen.includes(row.dataset.id);
      row.classList.toggle("on", on);
      row.querySelector("input").checked = on;
    }
  };

  const clock = new Intl.DateTimeFormat(document.documentElement.lang || "en", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

  const rowOf = (row) => {
    const box = make("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", data.words.choose.replace("%n", row.name));
    box.onchange = () => tell(box.checked ? [...chosen, row.id] : chosen.filter((id) => id !== row.id));
    const label = make("label", "box", box);
    const name = make("button", "name", row.name);
    name.type = "button";
    name.onclick = () => tell([row.id]);
    const element = make("li", "row", label, name, make("span", "differs", row.differs), make("b", "score", row.score), make("small", "when", clock.format(new Date(row.when * 1000))));
    element.dataset.id = row.id;
    element.onclick = (event) => { if (!event.target.closest("label, button")) tell([row.id]); };
    return element;
  };

  const list = make("ul", "");
  const folds = new Map();
  for (const row of data.rows) {
    if (!row.group) { list.append(rowOf(row)); continue; }
    if (!folds.has(row.group)) {
      const rows = make("ul", "");
      const fold = make("details", "", make("summary", "", data.groups[row.group]), rows);
      fold.open = open.has(row.group);
      fold.ontoggle = () => open[fold.open ? "add" : "delete"](row.group);
      folds.set(row.group, rows);
      list.append(make("li", "fold", fold));
    }
    folds.get(row.group).append(rowOf(row));
  }
  list.setAttribute("aria-label", data.words.label);
  root.replaceChildren(list);
  mark();
}
