import { describe, expect, it } from "vitest";

import type { ScenarioPartsFragment } from "../../src/gql/graphql";
import { budgetLines, copyName, costOf, draftOf, hints, inputOf, sameDraft, sendable, sliderEnd, yearsOf, type Draft } from "../../src/what-if/draft";

const SCENARIO: ScenarioPartsFragment = {
  id: "s1",
  version: 3,
  name: "More coaches",
  startsOn: "2026-12-01",
  horizonMonths: 24,
  isBaseline: false,
  copiedFrom: null,
  allocation: [
    {
      pool: { id: "p1", kind: "COACHES", name: "Coaches", unit: "coaches", unitCost: 38_000 },
      capacity: [
        { year: 2027, units: 10 },
        { year: 2028, units: 12 },
      ],
    },
    {
      pool: { id: "p2", kind: "FUNDS", name: "Funds", unit: "dollars", unitCost: 1 },
      capacity: [{ year: 2027, units: 100_000 }],
    },
  ],
  policy: { kind: "TIERED", weights: [], pins: [] },
  budget: [{ year: 2027, dollars: 500_000 }],
  cost: [
    { year: 2027, dollars: 480_000, budget: 500_000 },
    { year: 2028, dollars: 456_000, budget: null },
  ],
};
const YEARS = yearsOf(SCENARIO);
const withCoaches = (draft: Draft, year: number, units: number | null): Draft => ({
  ...draft,
  pools: draft.pools.map((pool) => (pool.poolId === "p1" ? { ...pool, capacity: { ...pool.capacity, [year]: units } } : pool)),
});

describe("what a draft costs", () => {
  const draft = draftOf(SCENARIO);

  it("is units times unit cost over all pools, year by year", () => {
    expect(costOf(draft, 2027)).toBe(10 * 38_000 + 100_000);
    expect(costOf(draft, 2028)).toBe(12 * 38_000);
  });

  it("is held against the budget of the year, where there is one", () => {
    expect(budgetLines(draft, YEARS)).toEqual([
      { year: 2027, spent: 480_000, budget: 500_000, left: 20_000 },
      { year: 2028, spent: 456_000, budget: null, left: null },
    ]);
  });

  it("shows what is too much as less than nothing left", () => {
    expect(budgetLines(withCoaches(draft, 2027, 11), YEARS)[0]?.left).toBe(-18_000);
  });

  it.each([null, -5])("is not known while an amount is %s", (amount) => {
    const wrong = withCoaches(draft, 2027, amount);
    expect(costOf(wrong, 2027)).toBeNull();
    expect(budgetLines(wrong, YEARS)[0]).toEqual({ year: 2027, spent: null, budget: 500_000, left: null });
    expect(costOf(wrong, 2028)).toBe(12 * 38_000);
  });
});

describe("what is plainly wrong", () => {
  const draft = draftOf(SCENARIO);

  it("is said at the place where the server would say it", () => {
    expect(hints(withCoaches(draft, 2028, -1), YEARS)).toEqual([
      { field: ["pools", "0", "capacity", "2028"], code: "INVALID", message: "This cannot be less than zero." },
    ]);
  });

  it("is sent all the same when it is a number: the server's words rule", () => {
    expect(sendable(withCoaches(draft, 2028, -1))).toBe(true);
    expect(sendable(withCoaches(draft, 2028, null))).toBe(false);
  });

  it("is nothing in a scenario as it was stored", () => {
    expect(hints(draft, YEARS)).toEqual([]);
  });
});

describe("what is sent", () => {
  it("keeps the order of the pools, by which a refusal finds its field", () => {
    expect(inputOf(draftOf(SCENARIO)).pools?.map(({ poolId }) => poolId)).toEqual(["p1", "p2"]);
  });

  it("leaves a year without a budget without a limit", () => {
    expect(inputOf(draftOf(SCENARIO)).budget).toEqual([{ year: 2027, dollars: 500_000 }]);
  });

  it("has weights only where they decide", () => {
    const draft = draftOf(SCENARIO);
    expect(inputOf(draft).policy?.weights).toEqual([]);
    expect(inputOf({ ...draft, policy: "NEED_INDEX" }).policy?.weights).toHaveLength(5);
  });

  it("tells a changed draft from an unchanged one", () => {
    const draft = draftOf(SCENARIO);
    expect(sameDraft(draft, draftOf(SCENARIO))).toBe(true);
    expect(sameDraft(draft, withCoaches(draft, 2027, 11))).toBe(false);
  });
});

it("a slider reaches well past what a pool holds, to a round figure", () => {
  const [coaches, funds] = draftOf(SCENARIO).pools;
  expect(coaches && sliderEnd(coaches, YEARS)).toBe(30);
  expect(funds && sliderEnd(funds, YEARS)).toBe(200_000);
});

it("a copy gets a name nobody bears", () => {
  expect(copyName("Baseline", ["Baseline", "Baseline, variation 1"])).toBe("Baseline, variation 2");
});
