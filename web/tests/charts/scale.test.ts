import { describe, expect, it } from "vitest";

import { decimalsOf, extent, linear, roundUp, spread, ticks, yearMarks } from "../../src/charts/scale";

describe("an axis", () => {
  it("has round marks inside its ends", () => {
    expect(ticks(380, 396, 4)).toEqual([380, 385, 390, 395]);
    expect(ticks(-0.3, 0.35, 4)).toEqual([-0.2, 0, 0.2]);
    expect(decimalsOf([0, 0.05, 0.1])).toBe(2);
    expect(decimalsOf([380, 385])).toBe(0);
  });

  it("ends at a mark where it starts at zero", () => {
    expect(roundUp(44)).toBe(50);
    expect(roundUp(1_450_000)).toBe(1_500_000);
    expect(roundUp(50)).toBe(50);
  });

  it("has room around a single value", () => {
    const [low, high] = extent([5, 5]);
    expect(low).toBeLessThanOrEqual(5);
    expect(high).toBeGreaterThanOrEqual(5);
    expect(linear([5, 5], [0, 100])(5)).toBe(0);
  });

  it("marks New Year, not more often than there is room", () => {
    const marks = yearMarks(Date.UTC(2020, 5, 1), Date.UTC(2030, 5, 1), 4);
    expect(marks.length).toBeLessThanOrEqual(4);
    expect(marks.every((mark) => new Date(mark).getUTCMonth() === 0)).toBe(true);
  });
});

it("labels that would overlap are moved apart and keep their order", () => {
  const placed = spread([100, 102, 104], 15, 0, 300);
  expect((placed[1] ?? 0) - (placed[0] ?? 0)).toBeGreaterThanOrEqual(15);
  expect((placed[2] ?? 0) - (placed[1] ?? 0)).toBeGreaterThanOrEqual(15);
  expect(Math.max(...spread([298, 299], 15, 0, 300))).toBeLessThanOrEqual(300);
});
