// Buttons of the page's head. The first copies the address of the browser, which is what the page shows at the moment of the press;
// the others are the server's. Browsers lend their clipboard only to addresses that they trust (https, or this machine), so
// elsewhere the old way is tried.

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
  while (bar.children.length < data.buttons.length) bar.append(document.createElement("button")); // kept, or the focus would be lost
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
