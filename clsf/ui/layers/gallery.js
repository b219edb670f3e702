// Feature maps or kernels as a grid of small pictures. A click, or Enter, enlarges one; arrow keys go on to the next.

const states = new WeakMap(); // element -> { shown }

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function picture(item) {
  const image = make("img");
  image.src = item.picture;
  image.alt = item.alt;
  return image;
}

function enlarge(root, items, words, index) {
  const dialog = root.querySelector("dialog");
  const shown = (index + items.length) % items.length;
  const item = items[shown];
  states.get(root).shown = shown;
  const head = make("div", "head");
  const title = make("b", "", item.title);
  const close = make("button", "plain", "✕");
  close.setAttribute("aria-label", words.close);
  close.onclick = () => dialog.close();
  head.append(title, close);
  const foot = make("div", "foot");
  const back = make("button", "plain", "◀");
  const next = make("button", "plain", "▶");
  back.setAttribute("aria-label", words.back);
  next.setAttribute("aria-label", words.next);
  back.onclick = () => enlarge(root, items, words, shown - 1);
  next.onclick = () => enlarge(root, items, words, shown + 1);
  foot.append(back, make("span", "", item.note), next);
  dialog.replaceChildren(head, picture(item), foot);
  dialog.setAttribute("aria-label", item.title);
  if (!dialog.open) dialog.showModal();
}

export default function ({ data: [data], parentElement }) {
  const root = parentElement.querySelector(".gallery");
  if (!states.has(root)) states.set(root, { shown: 0 });
  const { items, words } = data;
  const grid = root.querySelector(".grid");
  grid.style.setProperty("--tile", `${data.tile}px`);
  grid.replaceChildren(
    ...items.map((item, index) => {
      const button = make("button", "tile");
      button.title = item.note;
      button.append(picture(item), make("span", "", item.title));
      if (item.mark) button.classList.add(item.mark);
      button.onclick = () => enlarge(root, items, words, index);
      return button;
    }),
  );
  const dialog = root.querySelector("dialog");
  dialog.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    enlarge(root, items, words, states.get(root).shown + step);
  };
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  if (dialog.open) enlarge(root, items, words, Math.min(states.get(root).shown, items.length - 1));
}
