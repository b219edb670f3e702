// Two sources side by side. Choosing a layer, here, in the list of cards or in the diagram, marks its lines in both.

const MEMORY = new WeakMap();
const WORDS = /^(?:import|from|as|class|def|return|if|else|for|in|not|and|or|with|None|True|False|self|super|lambda|pass)$/;
const TOKENS = /(#.*$)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\b\d[\d_.]*(?:e-?\d+)?\b)|(\b[A-Za-z_]\w*\b)/g;

export default function ({ data: [data], parentElement }) {
  const root = parentElement.querySelector(".mc");
  const memory = MEMORY.get(parentElement) ?? { chosen: null, notes: new Set(), all: false, shown: 0 };
  MEMORY.set(parentElement, memory);

  const make = (tag, className, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };
  const icon = (name) => {
    const element = make("span", "icon", name);
    element.setAttribute("aria-hidden", "true");
    return element;
  };
  const tell = (path, how) => window.dispatchEvent(new CustomEvent("clsf-layer", { detail: { path, how, from: "code" } }));
  const belongs = (path, layer) => layer !== null && path !== null && (path === layer || path.startsWith(`${layer}.`));

  const coloured = (text) => {
    const parts = [];
    let at = 0;
    for (const found of text.matchAll(TOKENS)) {
      parts.push(text.slice(at, found.index));
      const [whole, comment, string, number] = found;
      const kind = comment ? "c" : string ? "s" : number ? "n" : WORDS.test(whole) ? "k" : text[found.index + whole.length] === "(" ? "f" : null;
      parts.push(kind ? make("span", kind, whole) : whole);
      at = found.index + whole.length;
    }
    parts.push(text.slice(at));
    return parts;
  };

  const lineOf = (line, name) => {
    const indent = line.text.length - line.text.trimStart().length;
    const code = make("span", "text", ...(line.text.trim() ? coloured(line.text.trimStart()) : ["\u200b"]));
    code.style.paddingLeft = `${indent + 3}ch`;
    const element = make("div", "line", code);
    element.dataset.path = line.path ?? "";
    if (line.note) {
      const shown = memory.all || memory.notes.has(name);
      const button = make("button", "note", icon("info"));
      button.type = "button";
      button.title = line.note;
      button.setAttribute("aria-label", data.labels.why);
      button.setAttribute("aria-expanded", String(shown));
      button.onclick = (event) => {
        event.stopPropagation();
        memory.notes[memory.notes.has(name) ? "delete" : "add"](name);
        draw();
      };
      element.append(button);
      if (shown) element.append(make("p", "said", ...line.note.split("`").map((part, n) => (n % 2 ? make("code", "", part) : part))));
    }
    if (line.path !== null) {
      element.onmouseenter = () => { mark(line.path, "marked"); tell(line.path, "hover"); };
      element.onmouseleave = () => { mark(null, "marked"); tell(null, "hover"); };
      element.onclick = () => {
        if (String(root.getRootNode().getSelection?.() ?? window.getSelection())) return;
        choose(memory.chosen === line.path ? null : line.path);
        tell(memory.chosen, "choose");
      };
    }
    return element;
  };

  const mark = (path, name) => root.querySelectorAll(".line, .block").forEach((line) => line.classList.toggle(name, belongs(line.dataset.path || null, path)));
  const choose = (path) => {
    memory.chosen = path;
    mark(path, "chosen");
  };

  const head = (side, index) => {
    const copy = make("button", "copy", icon("content_copy"), data.labels.copy);
    copy.type = "button";
    copy.onclick = async () => {
      const done = await copied(side.text);
      copy.replaceChildren(icon(done ? "check" : "error"), done ? data.labels.copied : data.labels.failed);
      setTimeout(() => copy.replaceChildren(icon("content_copy"), data.labels.copy), 2000);
    };
    const title = make("b", "", `${side.mark} ${side.title}`);
    const element = make("div", `head side${index}`, title, copy);
    element.style.setProperty("--side", side.colour);
    return element;
  };

  const draw = () => {
    const heads = data.sides.map(head);
    const all = make("label", "all");
    const box = make("input");
    box.type = "checkbox";
    box.checked = memory.all;
    box.onchange = () => { memory.all = box.checked; draw(); };
    all.append(box, data.labels.all);
    const grid = make("div", "grid", ...heads);
    // Where only one side fits, a button shows the other.
    const tabs = make("div", "tabs", ...data.sides.map((side, index) => {
      const tab = make("button", "tab", `${side.mark} ${side.title}`);
      tab.type = "button";
      tab.style.setProperty("--side", side.colour);
      tab.setAttribute("aria-pressed", String(memory.shown === index));
      tab.onclick = () => { memory.shown = index; draw(); root.querySelectorAll(".tab")[index].focus(); };
      return tab;
    }));
    root.dataset.shown = memory.shown;
    data.blocks.forEach((block, number) => {
      block.sides.forEach((lines, index) => {
        const cell = make("div", `block side${index}${block.path ? " met" : ""}`, ...lines.map((line, n) => lineOf(line, `${number}/${index}/${n}`)));
        cell.dataset.path = block.path ?? "";
        cell.style.setProperty("--side", data.sides[index].colour);
        grid.append(cell);
      });
    });
    root.replaceChildren(tabs, all, grid);
    choose(memory.chosen);
  };

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea"); // an address without https has no clipboard API
      area.value = text;
      area.style.position = "fixed";
      area.style.opacity = "0";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };

  const heard = (event) => {
    if (event.detail.from === "code") return;
    if (event.detail.how === "choose") choose(event.detail.path);
    else mark(event.detail.path, "marked");
  };
  window.removeEventListener("clsf-layer", memory.heard);
  window.addEventListener("clsf-layer", heard);
  memory.heard = heard;
  draw();
  return () => window.removeEventListener("clsf-layer", memory.heard);
}
