// Fixes what Streamlit 1.67 lacks for phones, the keyboard, screen readers and other languages.

// On a phone the menu covers the page, so it closes with the choice: at once if the click is seen here, otherwise when
// the chosen page first appears, since the menu is drawn before this is loaded.
const PHONE = "(max-width: 768px)";  // where Streamlit puts the menu over the page
const closeMenu = () => {
  if (!matchMedia(PHONE).matches) return;
  document.querySelector('[data-testid="stSidebar"][data-collapsed="false"] [data-testid="stSidebarCollapseButton"] button')?.click();
};
let seen = new URL(performance.getEntriesByType("navigation")[0].name).pathname;  // the page that the browser asked for

// Code that scrolls but can't be focused, a place to drop files with a name but no role, and a menu with headings whose
// entries are in no list.
const sized = new ResizeObserver(() => later());  // code that had room may scroll now
const mend = () => {
  for (const code of document.querySelectorAll("[data-testid='stMain'] pre:not([tabindex])")) {
    sized.observe(code);  // repeated calls count once
    if (code.scrollWidth > code.clientWidth || code.scrollHeight > code.clientHeight) code.tabIndex = 0;
  }
  for (const zone of document.querySelectorAll("[data-testid='stFileUploaderDropzone'][role='presentation']")) zone.setAttribute("role", "group");
  // The name of an icon says nothing beside words, and it is English.
  for (const icon of document.querySelectorAll('[data-testid="stIconMaterial"][aria-label]:not([aria-hidden])'))
    if (icon.closest("button, a, summary, label, p, div")?.textContent.trim().length > icon.textContent.length) icon.setAttribute("aria-hidden", "true");
  for (const entry of document.querySelectorAll("[data-testid='stSidebarNavItems'] li:not([role])")) {
    entry.setAttribute("role", "none");
    entry.closest("ul").setAttribute("role", "none");
    const group = entry.parentElement, heading = group.querySelector("header p")?.textContent;
    if (heading && group.tagName === "DIV") { group.setAttribute("role", "group"); group.setAttribute("aria-label", heading); }
  }
};

// Streamlit's own words, in the reader's language: attributes everywhere, and text within Streamlit's own parts.
const ATTRIBUTES = ["aria-label", "title", "placeholder", "data-title"];  // the last: for the buttons over a chart
const OWN_TEXT = ["stFileUploader", "stCameraInput", "InputInstructions", "stToolbar", "stMainMenuPopover", "stMainMenuList", "stMainMenu",
  "stTooltipContent", "stSelectboxVirtualDropdown", "stMultiSelectPopover", "stDataFrameColumnMenu", "stDataFrameColumnVisibilityMenu", "stSkipToContent"]
  .map((name) => `[data-testid="${name}"]`).join(", ") + ', [data-baseweb="popover"] [role="listbox"]';
let words = [];  // [pattern of the English, the translation]
const said = new Map(ATTRIBUTES.concat("text").map((name) => [name, new WeakMap()]));  // what was translated: [English, shown]
const learn = (pairs) => {
  words = Object.entries(pairs).map(([english, other]) => {
    const names = [];
    const told = english.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, (_, name) => { names.push(name); return "(.+?)"; });
    return [new RegExp(`^${told}$`), (found) => other.replace(/\{(\w+)\}/g, (_, name) => found[1 + names.indexOf(name)])];
  });
};
const translated = (text) => {
  for (const [told, other] of words) { const found = told.exec(text); if (found) return other(found); }
  return null;
};
const say = (known, node, now, put) => {
  const before = known.get(node);
  const english = before && before[1] === now ? before[0] : now;
  const other = translated(english.trim()) ?? english;
  if (other === now) return;
  known.set(node, [english, other]);
  put(other);
};
const speak = () => {
  for (const name of ATTRIBUTES)
    for (const one of document.querySelectorAll(`[${name}]`)) say(said.get(name), one, one.getAttribute(name), (text) => one.setAttribute(name, text));
  for (const part of document.querySelectorAll(OWN_TEXT)) {
    const walk = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) { const node = walk.currentNode; say(said.get("text"), node, node.nodeValue, (text) => { node.nodeValue = text; }); }
  }
};

let asked = 0;
const look = () => { mend(); speak(); };
const later = () => { cancelAnimationFrame(asked); asked = requestAnimationFrame(look); };
const drawn = new MutationObserver(later);

// A hint that a mouse shows on hover is shown by a finger's tap.
const hint = document.createElement("div");
hint.className = "clsf-hint";
hint.setAttribute("role", "status");
const hinted = (path) => {
  for (const one of path) {
    if (!(one instanceof Element)) continue;
    if (one.matches("button, a, input, summary, iframe")) return null;  // these react to a tap themselves
    const text = one.getAttribute("title") ?? [...one.children].find((child) => child.tagName === "title")?.textContent;
    if (text) return [text, one.getBoundingClientRect()];
  }
  return null;
};
const showHint = (event) => {
  hint.textContent = "";
  const found = event.pointerType === "touch" ? hinted(event.composedPath()) : null;
  if (!found) return;
  const [text, box] = found;
  hint.textContent = text;
  hint.style.top = `${Math.min(box.bottom + 6, innerHeight - hint.offsetHeight - 8)}px`;
  hint.style.left = `${Math.max(8, Math.min(event.clientX - hint.offsetWidth / 2, innerWidth - hint.offsetWidth - 8))}px`;
};
const hideHint = () => { hint.textContent = ""; };

// Scrolls to what was asked for: on a phone the charts of a started training, and anywhere a section that opens below.
const OPENS = '[class*="st-key-sections-"] button', STARTS = ".st-key-train button, .st-key-train_stepwise button";
const READER_MOVES = ["pointerdown", "wheel", "keydown"];
let leave = () => {};
const bringToTop = (find) => {
  leave();
  const until = performance.now() + 60000;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  let before, still = 0;
  // While the page is drawn it may be too short to scroll that far, and what is above may grow or go. So this goes on until
  // the thing has stood at the top for a second, or ten seconds where the page lets it, unless the reader moves.
  const wait = setInterval(() => {
    if (performance.now() > until) { leave(); return; }
    const one = find(), covered = document.querySelector("[data-testid=stHeader]")?.getBoundingClientRect().bottom ?? 0;
    const top = one && Math.round(one.getBoundingClientRect().top - covered);
    if (one && one.style.scrollMarginTop !== `${covered}px`) one.style.scrollMarginTop = `${covered}px`;
    const moves = top !== before;
    before = top;
    still = one && !moves ? still + 1 : 0;
    if (still && top) one.scrollIntoView({ block: "start", behavior });
    const drawn = document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning";
    if (drawn && still > (top ? 50 : 5)) leave();  // 50: the page ends before it can stand there
  }, 200);
  const yieldToReader = () => {
    const main = document.querySelector("[data-testid=stMain]");
    main.scrollTo({ top: main.scrollTop, behavior: "instant" });  // a smooth scroll on its way would win
    leave();
  };
  leave = () => {
    clearInterval(wait);
    for (const name of READER_MOVES) removeEventListener(name, yieldToReader, true);
  };
  for (const name of READER_MOVES) addEventListener(name, yieldToReader, { capture: true, passive: true });
};
const follow = (target) => {
  const pressed = target.closest?.(OPENS), row = pressed?.closest('[class*="st-key-sections-"]');
  if (pressed && pressed.getBoundingClientRect().top > innerHeight / 3) bringToTop(() => row.isConnected && row);
  if (!matchMedia(PHONE).matches || !target.closest?.(STARTS)) return;
  const known = new URL(location).searchParams.get("run");
  bringToTop(() => new URL(location).searchParams.get("run") !== known && document.querySelector(".st-key-live-runs"));
};

const onClick = (event) => {
  follow(event.target);
  if (event.target.closest?.('[data-testid="stSidebarNavLink"]')) setTimeout(closeMenu);
  showHint(event);
};

export default function ({ data: [data] }) {
  document.documentElement.lang = data.language;  // screen readers choose their voice by this
  learn(data.words);
  // Repeated calls do no harm: an observer is set again, and a function is added once.
  drawn.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES });
  look();
  window.addEventListener("resize", later);
  document.fonts.addEventListener("loadingdone", later);  // letters may be wider than those of the fallback font
  if (!hint.isConnected) document.body.append(hint);
  document.addEventListener("click", onClick, true);  // capture phase: some buttons of Streamlit stop the event in the bubble phase
  document.addEventListener("scroll", hideHint, { capture: true, passive: true });
  if (location.pathname !== seen) closeMenu();
  seen = location.pathname;
  return () => document.removeEventListener("click", onClick, true);
}
