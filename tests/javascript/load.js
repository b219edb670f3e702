// A component's file is one module that exports only what Streamlit calls. Tests look at its other functions by their names.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const ROOT = new URL("../../clsf/ui/", import.meta.url);

export function load(file, ...names) {
  const source = readFileSync(new URL(file, ROOT), "utf-8").replace("export default function", "function component");
  return runInThisContext(`(() => { ${source}\n; return { ${names.join(", ")} }; })()`, { filename: file });
}
