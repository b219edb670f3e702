// The list of cards: every layer of the design, rows of branches inside, edited in place. It only shows what Python sends and
// sends what the student does; requests wait in a queue until Python confirms them, so that none is lost.

const MEMORY = new WeakMap();

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".me");
  const old = MEMORY.get(parentElement);
  const memory = old ?? { open: new Set(), unfolded: new Set(), gap: null, next: 1, queue: [], fresh: data.fresh, focus: null };
  MEMORY.set(parentElement, memory);
  memory.next = Math.max(memory.next, data.acked + 1);
  memory.queue = memory.queue.filter((asked) => asked.n > data.acked);
  if (data.fresh !== memory.fresh) {
    memory.fresh = data.fresh;
    if (data.fresh) {
      memory.open = new Set([data.fresh]);
      memory.focus = `head-${data.fresh}`;
    }
  }

  const say = data.labels;
  const ask = (asked) => {
    memory.queue.push({ ...asked, n: memory.next++ });
    setTriggerValue("asked", memory.queue);
  };

  const make = (tag, given = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) element[name] = value;
      else if (name === "focus") element.dataset.focus = value;
      else if (name === "style") element.style.cssText = value;
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  };
  const icon = (name) => make("span", { class: "icon", "aria-hidden": "true" }, name);
  const tool = (name, label, focus, onclick, disabled = false) =>
    make("button", { type: "button", class: "tool", title: label, "aria-label": label, focus, disabled, onclick }, icon(name));

  // Messages between a card and the code and diagram.
  const tell = (path, how) => window.dispatchEvent(new CustomEvent("clsf-layer", { detail: { path, how, from: "cards" } }));

  const draw = () => {
    const at = root.getRootNode().activeElement ?? document.activeElement;
    const focused = memory.focus ?? (root.contains(at) ? at.dataset.focus : null);
    memory.focus = null;
    root.replaceChildren(
      bar(),
      data.refusal ? make("div", { class: "refusal", role: "alert" }, icon("error"), make("span", {}, data.refusal)) : "",
      make("div", { class: "flow" }, icon("image"), make("b", {}, say.input), make("code", {}, data.input)),
      row(data.cards, 0, 0),
      make(
        "div", { class: "flow end" }, icon("output"), make("b", {}, say.output),
        make("code", {}, data.output ?? "?"), make("span", { class: "quiet" }, data.wanted), data.advice.map(advice),
      ),
      make("p", { class: "keys" }, say.keys),
    );
    const wanted = focused && root.querySelector(`[data-focus="${CSS.escape(focused)}"]`);
    if (wanted && wanted !== root.getRootNode().activeElement) {
      wanted.focus({ preventScroll: !memory.scroll });
      if (memory.scroll) wanted.scrollIntoView({ block: "nearest" });
    }
    memory.scroll = false;
  };

  const bar = () =>
    make(
      "div", { class: "bar" },
      tool("undo", `${say.undo} (Ctrl+Z)`, "undo", () => ask({ do: "undo" }), !data.undo),
      tool("redo", `${say.redo} (Ctrl+Y)`, "redo", () => ask({ do: "redo" }), !data.redo),
      make("span", { class: "quiet" }, data.steps),
    );

  const row = (cards, owner, number) => {
    const items = cards.map((card, position) =>
      make("div", { role: "listitem" }, gap(owner, number, position, cards.length), one(card)),
    );
    return make(
      "div", { class: "row" },
      items.length ? make("div", { role: "list" }, items) : "", gap(owner, number, cards.length, cards.length),
    );
  };

  const gap = (owner, number, position, count) => {
    const name = `${owner}/${number}/${position}`;
    const open = memory.gap === name;
    const place = [owner, number, position];
    const button = make(
      "button",
      {
        type: "button", class: "plus", focus: `gap-${name}`, title: say.add, "aria-label": `${say.add} (${position + 1}/${count + 1})`, "aria-expanded": String(open),
        onclick: () => {
          memory.gap = open ? null : name;
          memory.focus = open ? `gap-${name}` : `kind-${name}-0`;
          draw();
        },
      },
      icon("add"), count === 0 || position === count ? make("span", {}, say.add) : "",
    );
    const element = make("div", { class: `gap${open ? " open" : ""}${position === count ? " last" : ""}` }, button);
    if (open) {
      element.append(
        make(
          "div", { class: "menu", role: "group", "aria-label": say.add },
          data.kinds.map((kind, index) =>
            make(
              "button",
              {
                type: "button", class: `kind ${kind.group}`, focus: `kind-${name}-${index}`, title: kind.about,
                onclick: () => { memory.gap = null; ask({ do: "add", place, kind: kind.name }); draw(); },
              },
              icon(kind.icon), make("b", {}, kind.name), make("small", {}, kind.about),
            ),
          ),
        ),
      );
    }
    element.ondragover = (event) => {
      if (memory.dragged === undefined) return;
      event.preventDefault();
      element.classList.add("over");
    };
    element.ondragleave = () => element.classList.remove("over");
    element.ondrop = (event) => {
      event.preventDefault();
      element.classList.remove("over");
      if (memory.dragged === undefined) return;
      memory.focus = `head-${memory.dragged}`;
      ask({ do: "drop", uid: memory.dragged, place });
      memory.dragged = undefined;
      root.classList.remove("dragging");
    };
    return element;
  };

  const one = (card) => {
    const folds = Boolean(card.inside);
    const open = (folds ? memory.unfolded : memory.open).has(card.uid);
    const toggle = () => {
      if (folds && open) memory.unfolded.delete(card.uid);
      else if (folds) memory.unfolded.add(card.uid);
      else if (open) memory.open.delete(card.uid);
      else memory.open = new Set([card.uid]);
      tell(open ? null : card.path, "choose");
      memory.focus = `head-${card.uid}`;
      draw();
    };
    const head = make(
      "div",
      {
        class: "head", tabindex: "0", role: "button", focus: `head-${card.uid}`, "aria-expanded": String(open),
        onclick: toggle, onkeydown: (event) => pressed(event, card, toggle),
      },
      make("span", { class: "grip", draggable: "true", title: say.drag, "aria-hidden": "true", ondragstart: (event) => drag(event, card), ondragend: dropped }, "⠿"),
      make("span", { class: "number" }, card.number),
      icon(card.icon),
      make("span", { class: "name" }, make("b", {}, card.kind), " ", make("span", { class: "said" }, card.said)),
      make("code", { class: "shape" }, card.shape),
    );
    const tools = make(
      "div", { class: "tools" },
      tool("arrow_upward", `${say.up} (Alt+↑)`, `up-${card.uid}`, () => ask({ do: "move", uid: card.uid, step: -1 })),
      tool("arrow_downward", `${say.down} (Alt+↓)`, `down-${card.uid}`, () => ask({ do: "move", uid: card.uid, step: 1 })),
      tool("content_copy", `${say.duplicate} (D)`, `copy-${card.uid}`, () => ask({ do: "duplicate", uid: card.uid })),
      tool(card.off ? "toggle_off" : "toggle_on", `${card.off ? say.on : say.off} (O)`, `off-${card.uid}`, () => ask({ do: "switch", uid: card.uid, off: !card.off })),
      tool("delete", `${say.remove} (Del)`, `remove-${card.uid}`, () => take(card)),
    );
    return make(
      "div",
      {
        class: `card ${card.group} ${card.state}${open ? " open" : ""}`, "data-uid": card.uid, "data-path": card.path ?? "",
        onmouseenter: () => tell(card.path, "hover"), onmouseleave: () => tell(null, "hover"),
      },
      make("div", { class: "top" }, head, tools),
      card.facts.length
        ? make(
            "div", { class: "facts" },
            make("span", { class: "share", title: say.share, style: `--share: ${card.share}` }, make("i", {})),
            card.facts.map(([number, what, help]) => make("span", { title: help }, make("b", {}, number), " ", what)),
          )
        : "",
      card.advice.map(advice),
      open && card.fields.length ? form(card) : open && !card.rows.length ? make("p", { class: "quiet" }, say.nothing) : "",
      folds && !open ? make("p", { class: "quiet inside" }, card.inside) : card.rows.length ? rows(card) : "",
    );
  };

  const rows = (card) =>
    make(
      "div", { class: "rows" },
      card.rows.map((inner, number) =>
        make(
          "section", { class: "inner", "aria-label": inner.title },
          make(
            "div", { class: "inner-head" }, make("b", {}, inner.title), make("code", {}, inner.shape),
            card.kind === "Parallel"
              ? tool("close", say.unbranch, `unbranch-${card.uid}-${number}`, () => ask({ do: "unbranch", uid: card.uid, row: number }), card.rows.length < 3)
              : "",
          ),
          inner.cards.length ? "" : make("p", { class: "quiet" }, inner.empty),
          row(inner.cards, card.uid, number),
        ),
      ),
      card.kind === "Parallel"
        ? make("button", { type: "button", class: "plus branch", focus: `branch-${card.uid}`, onclick: () => ask({ do: "branch", uid: card.uid }) }, icon("add"), make("span", {}, say.branch))
        : "",
    );

  const form = (card) => make("div", { class: "form" }, card.fields.map((field) => input(card, field)));

  const input = (card, field) => {
    const given = { id: `f-${card.uid}-${field.name}`, focus: `field-${card.uid}-${field.name}` };
    const send = (value) => ask({ do: "edit", uid: card.uid, field: field.name, value });
    let control;
    if (field.takes === "choice") {
      control = make("select", { ...given, onchange: (event) => send(event.target.value) }, field.choices.map((choice) => make("option", { value: choice, selected: choice === field.value }, choice)));
    } else if (field.takes === "flag") {
      control = make("input", { ...given, type: "checkbox", onchange: (event) => send(event.target.checked) });
      control.checked = field.value;
    } else if (field.takes === "pair") { // "3", or "3×1"
      control = make("input", {
        ...given, type: "text", autocomplete: "off", spellcheck: "false", placeholder: field.optional ? "None" : null,
        onchange: (event) => {
          const text = event.target.value.trim();
          if (text === "" && !field.optional) event.target.value = field.value;
          else send(text === "" ? null : text);
        },
      });
      control.value = field.value ?? "";
    } else {
      control = make("input", {
        ...given, type: "number", inputmode: field.takes === "whole" ? "numeric" : "decimal", min: field.low, max: field.high, step: field.takes === "whole" ? 1 : "any",
        placeholder: field.optional ? "None" : null,
        onchange: (event) => {
          const text = event.target.value.trim();
          if (text === "" && !field.optional) event.target.value = field.value;
          else send(text === "" ? null : Number(text));
        },
      });
      control.value = field.value ?? "";
    }
    return make("label", { class: `field ${field.takes}`, title: field.help }, make("span", {}, field.name), control, make("small", {}, field.help));
  };

  const advice = (one) =>
    make(
      "div", { class: `advice ${one.level}`, role: one.level === "broken" ? "alert" : null },
      icon({ broken: "error", stop: "block", warn: "warning", note: "lightbulb" }[one.level]),
      make("span", { class: "text" }, one.text),
      one.mends.map((label, number) =>
        make("button", { type: "button", class: "mend", focus: `mend-${one.name}-${one.uid}-${number}`, onclick: () => ask({ do: "mend", advice: one.name, uid: one.uid, number }) }, icon("build"), label),
      ),
    );

  const heads = () => [...root.querySelectorAll(".head")];
  const step = (by) => {
    const all = heads();
    const at = all.indexOf(root.getRootNode().activeElement);
    all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
  };
  const take = (card) => {
    const all = heads().map((head) => head.dataset.focus);
    const at = all.indexOf(`head-${card.uid}`);
    memory.focus = all[at + 1] ?? all[at - 1] ?? "undo";
    ask({ do: "remove", uid: card.uid });
  };
  const pressed = (event, card, toggle) => {
    if (event.target !== event.currentTarget) return;
    const moves = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    memory.scroll = true;
    if (event.altKey && moves) { memory.focus = `head-${card.uid}`; ask({ do: "move", uid: card.uid, step: moves }); }
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (moves) step(moves);
    else if (event.key === "Enter" || event.key === " ") toggle();
    else if (event.key === "Delete" || event.key === "Backspace") take(card);
    else if (event.key === "d" || event.key === "D") ask({ do: "duplicate", uid: card.uid });
    else if (event.key === "o" || event.key === "O") ask({ do: "switch", uid: card.uid, off: !card.off });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const drag = (event, card) => {
    memory.dragged = card.uid;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.kind);
    event.dataTransfer.setDragImage(event.target.closest(".card"), 16, 16);
    setTimeout(() => root.classList.add("dragging"), 0);
  };
  const dropped = () => { memory.dragged = undefined; root.classList.remove("dragging"); };

  root.onkeydown = (event) => {
    const typing = event.target.matches?.("input, select");
    if (event.key === "Escape" && memory.gap) {
      memory.focus = `gap-${memory.gap}`;
      memory.gap = null;
      draw();
    } else if ((event.ctrlKey || event.metaKey) && !typing && ["z", "y", "Z"].includes(event.key)) {
      event.preventDefault();
      ask({ do: event.key === "z" ? "undo" : "redo" });
    } else if (!typing && !event.ctrlKey && !event.metaKey && event.key.length === 1) {
      event.stopPropagation(); // Streamlit's own shortcuts (r, c) must not fire here
    }
  };

  const heard = (event) => {
    if (event.detail.from === "cards") return;
    const { path, how } = event.detail;
    const mark = how === "choose" ? "chosen" : "marked";
    root.querySelectorAll(`.card.${mark}`).forEach((card) => card.classList.remove(mark));
    const card = path && root.querySelector(`.card[data-path="${CSS.escape(path)}"]`);
    card?.classList.add(mark);
  };
  window.removeEventListener("clsf-layer", memory.heard);
  window.addEventListener("clsf-layer", heard);
  memory.heard = heard;

  draw();
  return () => {
    window.removeEventListener("clsf-layer", memory.heard);
  };
}
