import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.js";

const { encoded } = load("shared/drawing/drawing.js", "encoded");
const { bytes, between } = load("data/pixels.js", "bytes", "between");

test("a drawing is sent as the bytes that it has, also a large one", () => {
  const drawing = Uint8Array.from({ length: 20_000 }, (_, n) => n % 256);
  assert.deepEqual(bytes(encoded(drawing)), drawing);
});

test("a window stays within the image", () => {
  assert.deepEqual([-3, 5, 40].map((row) => between(row, 0, 27)), [0, 5, 27]);
});
