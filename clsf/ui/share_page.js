// Copies the address of the browser, which is what the page shows at the moment of the press. Browsers lend their clipboard only
// to addresses that they trust (https, or this machine), so elsewhere the old way is tried.

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

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button"), said = parentElement.querySelector("p");
  button.textContent = data.label;
  button.onclick = async () => {
    said.textContent = (await copied(location.href)) ? data.done : data.failed;
    setTimeout(() => { said.textContent = ""; }, 4000);
  };
}
