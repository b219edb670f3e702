import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.js";

const { computed, floats, greatest, largestDifference, filled, short, signedColour } = load(
  "layers/window.js", "computed", "floats", "greatest", "largestDifference", "filled", "short", "signedColour",
);

const coded = (values) => btoa(String.fromCharCode(...new Uint8Array(new Float32Array(values).buffer)));
const picture = { h: 3, w: 3, c: 1, k: [2, 2], stride: [1, 1], dilation: [1, 1], padTop: 0, padLeft: 0, multiplier: 1, f: 1, input: [1, 2, 3, 4, 5, 6, 7, 8, 9] };

test("floats are read as they were written", () => {
  assert.deepEqual([...floats(coded([0.5, -3, 1e-3]))], [0.5, -3, Math.fround(1e-3)]);
  assert.equal(floats(""), null);
});

test("a convolution is the sum of the products plus the bias", () => {
  const job = { ...picture, kind: "conv", kernel: [1, 10, 100, 1000], bias: [0.5] };
  assert.equal(computed(job, 0, 0, 0), 1 + 20 + 400 + 5000 + 0.5);
  assert.equal(computed(job, 1, 1, 0), 5 + 60 + 800 + 9000 + 0.5);
});

test("padding counts as 0 in a convolution, and not at all in a pooling", () => {
  const padded = { ...picture, padTop: 1, padLeft: 1 };
  assert.equal(computed({ ...padded, kind: "conv", kernel: [1, 1, 1, 1] }, 0, 0, 0), 1);
  assert.equal(computed({ ...padded, kind: "average" }, 0, 0, 0), 1);
  assert.equal(computed({ ...padded, kind: "max", input: picture.input.map((x) => -x) }, 0, 0, 0), -1);
});

test("stride and dilation move the window as the formula says", () => {
  const job = { ...picture, kind: "conv", kernel: [1, 10, 100, 1000] };
  assert.equal(computed({ ...job, dilation: [2, 2] }, 0, 0, 0), 1 + 30 + 700 + 9000);
  assert.equal(computed({ ...job, h: 4, w: 4, input: Array.from({ length: 16 }, (_, n) => n), stride: [2, 2] }, 1, 1, 0), 10 + 110 + 1400 + 15000);
});

test("a window that is not square goes its own way down and across", () => {
  const job = { ...picture, kind: "conv", k: [1, 2], kernel: [1, 10] };
  assert.equal(computed({ ...job, stride: [2, 1] }, 1, 1, 0), 8 + 90);
  assert.equal(computed({ ...job, k: [2, 1], dilation: [2, 1] }, 0, 2, 0), 3 + 90);
});

test("a depthwise filter looks at its own channel only", () => {
  const job = { ...picture, kind: "depthwise", h: 1, w: 1, c: 2, k: [1, 1], multiplier: 2, f: 4, input: [3, 5], kernel: [1, 2, 3, 4] };
  assert.deepEqual([0, 1, 2, 3].map((filter) => computed(job, 0, 0, filter)), [3, 6, 15, 20]);
});

test("the largest difference finds the one number that is not the framework's", () => {
  const job = { ...picture, kind: "max", outH: 2, outW: 2, output: [5, 6, 8, 9.25] };
  assert.equal(largestDifference(job, 0), 0.25);
});

test("numbers are short and keep their size", () => {
  assert.deepEqual([0, 0.001, 0.5, 12.34, 123.4, 12345].map(short), ["0", "1.0e-3", "0.50", "12.3", "123", "1.2e4"]);
});

test("colours are white at 0 and full at both ends, and never beyond", () => {
  assert.deepEqual(signedColour(0, 2), [255, 255, 255]);
  assert.deepEqual(signedColour(2, 2), [178, 24, 43]);
  assert.deepEqual(signedColour(-9, 2), [33, 102, 172]);
  assert.equal(greatest([1, -7, 2, 3], 0, 2), 2);
  assert.equal(greatest([0, 0], 0, 1), 1);
});

test("templates are filled by name", () => {
  assert.equal(filled("row {row}, column {column}", { row: 3, column: 4 }), "row 3, column 4");
});
