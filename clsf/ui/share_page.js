// Buttons in the page's header. The first copies the browser's address, which holds what the page shows at that moment;
// the others are the server's. Browsers allow the clipboard only on trusted addresses (https, or this machine), so
// otherwise the old API is tried.

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.style.cssText = "position: fixed; opacity: 0";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const bar = parentElement.querySelector(".bar"), said = parentElement.querySelector("p");
  while (bar.children.length < data.buttons.length) bar.append(document.createElement("button")); // kept, because otherwise the focus would be lost
  data.buttons.forEach(([name, icon, label], n) => {
    const button = bar.children[n];
    button.type = "button";
    button.textContent = icon;
    button.ariaLabel = button.title = label;
    button.onclick = async () => {
      if (name !== "copy") return setTriggerValue("asked", name);
      said.textContent = (await copied(location.href)) ? data.done : data.failed;
      return setTimeout(() => { said.textContent = ""; }, 3000);
    };
  });
}
