import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.js";

const { across, axesOf, stretch } = load("shared/live_chart.js", "across", "axesOf", "stretch");

// One curve of 4 steps in 2 epochs, and one that took twice as many steps for them.
const quick = [[0, 0], [2, 1], [4, 2]];
const slow = [[0, 0], [4, 1], [8, 2]];

test("a place between two pairs lies between their counterparts", () => {
  assert.equal(across(quick, 1, 0, 1), 0.5);
  assert.equal(across(quick, 0.5, 1, 0), 1);
  assert.equal(across(quick, 3, 0, 1), 1.5);
});

test("a place before the first pair keeps its distance, one after the last ends there", () => {
  assert.equal(across(quick, -1, 0, 1), -1);
  assert.equal(across(quick, 99, 0, 1), 2);
});

test("a stretch holds every curve's", () => {
  assert.deepEqual(stretch({ scales: [quick, slow] }, [1, 2], 1, 0), [2, 8]);
});

test("where no curve has two points the stretch stays as it is", () => {
  assert.deepEqual(stretch({ scales: [[[0, 0]]] }, [1, 2], 0, 1), [1, 2]);
});

test("axes are told from other parts of a layout", () => {
  const layout = { xaxis: {}, xaxis2: {}, yaxis: {}, xaxisish: {}, title: {} };
  assert.deepEqual(axesOf(layout, "x"), ["xaxis", "xaxis2"]);
  assert.deepEqual(axesOf(layout, "y"), ["yaxis"]);
});
