import { expect, it } from "vitest";

import { isConflict, newKey, refusalsAt, refusalsElsewhere, refusedBeside, type Refusal } from "../../src/graphql/acts";

const REFUSALS: Refusal[] = [
  { field: ["pools", "2", "capacity", "2027"], code: "INVALID", message: "Coaches in 2027: -3." },
  { field: ["input", "budget", "2027"], code: "BUDGET_EXCEEDED", message: "Too much." },
  { field: ["policy", "pins", "4"], code: "NOT_FOUND", message: "No such school." },
];

it("a refusal stands at the field its path names, with or without the word input", () => {
  expect(refusalsAt(REFUSALS, "pools", 2, "capacity", 2027)).toEqual(["Coaches in 2027: -3."]);
  expect(refusalsAt(REFUSALS, "budget", 2027)).toEqual(["Too much."]);
  expect(refusalsAt(REFUSALS, "pools", 2)).toEqual([]);
});

it("a refusal of one year silences what was foreseen of the other years of the same pool, and of no other", () => {
  expect(refusedBeside(REFUSALS, "pools", 2, "capacity", 2028)).toBe(true);
  expect(refusedBeside(REFUSALS, "budget", 2028)).toBe(true);
  expect(refusedBeside(REFUSALS, "pools", 1, "capacity", 2027)).toBe(false);
});

it("a refusal whose field is not on the page is not lost", () => {
  const shown = [
    ["pools", 2, "capacity", 2027],
    ["budget", 2027],
  ];
  expect(refusalsElsewhere(REFUSALS, shown).map(({ message }) => message)).toEqual(["No such school."]);
});

it("a conflict is known by its code", () => {
  expect(isConflict(REFUSALS)).toBe(false);
  expect(isConflict([{ field: ["expectedVersion"], code: "CONFLICT", message: "Changed." }])).toBe(true);
});

it("every act has a key of its own", () => {
  expect(newKey()).not.toBe(newKey());
});
