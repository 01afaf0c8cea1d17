import { expect, it } from "vitest";

import { readAddress, writeAddress } from "../../src/what-if/address";
import { chanceLines, found } from "../../src/what-if/chanceLines";
import { fitForGlance } from "../../src/what-if/useForecast";

/** What is known of 1,000 milestones, give or take `half`. */
function outcome(half: number) {
  const expectedAttained = { value: 400, low: 400 - half, high: 400 + half };
  const scenarios = [{ scenario: null, scenarioName: "A", expectedAttained, milestones: 1000, cost: 0 }];
  return { replications: 20, scenarios, differences: [] };
}

it("a first answer is shown at once, however rough", () => {
  expect(fitForGlance({ state: "RUNNING", done: 2, outcome: outcome(300) }, true)).toBe(true);
  expect(fitForGlance({ state: "RUNNING", done: 0, outcome: null }, true)).toBe(false);
});

it("an old answer stays until the new one is precise enough for a glance", () => {
  expect(fitForGlance({ state: "RUNNING", done: 20, outcome: outcome(60) }, false)).toBe(false);
  expect(fitForGlance({ state: "RUNNING", done: 20, outcome: outcome(40) }, false)).toBe(true);
  expect(fitForGlance({ state: "RUNNING", done: 2, outcome: outcome(1) }, false)).toBe(false);
  expect(fitForGlance({ state: "FINISHED", done: 20, outcome: outcome(60) }, false)).toBe(true);
});

it("what is on the page can be sent as an address", () => {
  const address = writeAddress(new URLSearchParams(), { scenario: "s2", compared: ["s1", "s2"], forecast: "f1", view: "path", goal: "g1" });
  expect(readAddress(address)).toEqual({ scenario: "s2", compared: ["s1", "s2"], forecast: "f1", view: "path", goal: "g1" });
});

it("chances of one milestone under several scenarios stand on one line", () => {
  const probability = (value: number) => ({ value, low: value - 0.05, high: value + 0.05 });
  const scenario = (scenarioName: string, first: number, second: number) => ({
    scenarioName,
    chances: [
      { milestone: { id: "m1" }, probability: probability(first) },
      { milestone: { id: "m2" }, probability: probability(second) },
      { milestone: null, probability: probability(0.1) },
    ],
  });
  const name = { due: "2027-05-15", goalId: "g", goalTitle: "Reading", schoolName: "Oak" };
  const names = new Map([
    ["m1", { ...name, title: "First" }],
    ["m2", { ...name, title: "Second" }],
  ]);
  const lines = chanceLines([scenario("A", 0.3, 0.5), scenario("B", 0.4, 0.9)], names);
  expect(lines.map(({ id, chances }) => [id, ...chances.map((one) => one?.value)])).toEqual([
    ["m1", 0.3, 0.4],
    ["m2", 0.5, 0.9],
  ]);
  expect(found(lines, "", "gain")[0]?.id).toBe("m2");
  expect(found(lines, "fir", "gain").map(({ id }) => id)).toEqual(["m1"]);
});
