import { describe, expect, it } from "vitest";

import { bandSentence, countsSentence, expectedSentence, poolSentence, readingsSentence, timelineSentence } from "../../src/charts/sentences";
import type { ReadingPartsFragment } from "../../src/gql/graphql";

const INDICATOR = { name: "Reading proficiency", decimals: 1, unit: "percent" };
const plain = (text: string) => text.replace(/\u00a0/g, " ");

function reading(value: number | null, state: ReadingPartsFragment["state"] = "OBSERVED"): ReadingPartsFragment {
  return { state, value, tested: null, standardError: null, explanation: null };
}

describe("the sentence of readings", () => {
  it("gives the first, the last and which way it went", () => {
    const readings = [
      { schoolYear: 2024, reading: reading(41) },
      { schoolYear: 2025, reading: reading(43.5) },
      { schoolYear: 2026, reading: reading(46.2) },
    ];
    expect(plain(readingsSentence(INDICATOR, readings))).toBe(
      "Reading proficiency: 3 readings, from 41.0 % in 2023–24 to 46.2 % in 2025–26; up 5.2 points.",
    );
  });

  it("says that a hidden year is hidden instead of taking it for zero", () => {
    const readings = [
      { schoolYear: 2025, reading: reading(null, "SUPPRESSED") },
      { schoolYear: 2026, reading: reading(46.2) },
    ];
    expect(plain(readingsSentence(INDICATOR, readings))).toBe(
      "Reading proficiency: 1 reading, 46.2 % in 2025–26. One year has no value.",
    );
  });

  it("does not invent a reading where none was observed", () => {
    expect(readingsSentence(INDICATOR, [{ schoolYear: 2026, reading: reading(null, "MISSING") }])).toBe(
      "Reading proficiency: no observed reading.",
    );
  });
});

it("the sentence of counts names every status", () => {
  const counts = { total: 10, attained: 4, onTrack: 3, atRisk: 2, overdue: 1, cannotSay: 0 };
  expect(countsSentence(counts)).toBe(
    "Of 10 milestones, 4 are attained, 3 on track, 2 at risk, 1 overdue; for 0 we cannot say.",
  );
  expect(countsSentence({ ...counts, total: 0 })).toBe("No milestones yet");
});

it("the sentence of a band gives its end and its spread", () => {
  const points = [{ month: 36, p10: 40, p25: 44, p50: 48, p75: 52, p90: 56 }];
  expect(plain(bandSentence(INDICATOR, "More coaches", "2026-12-01", points))).toBe(
    "Under More coaches it is expected at 48.0 % in Dec 2029; 8 in 10 worlds lie between 40.0 % and 56.0 %.",
  );
});

it("the sentence of an estimate says its interval", () => {
  expect(plain(expectedSentence("Baseline", { value: 387.5, low: 379.6, high: 395.4 }, 1077))).toBe(
    "Baseline: 387.5 of 1,077 milestones expected, 95 % interval of simulation error 379.6 to 395.4.",
  );
});

describe("the sentence of a pool", () => {
  const month = (month: number, inUse: number, waiting: number) => ({ month, capacity: 36, inUse, waiting });

  it("says how full it was and when the queue was longest", () => {
    expect(poolSentence("Coaches", "2026-12-01", [month(0, 20, 0), month(6, 36, 14), month(12, 36, 9)])).toBe(
      "Coaches: at most 36 of 36 in use; the queue is longest, 14 requests, in Jun 2027.",
    );
  });

  it("says that nobody waits where nobody does", () => {
    expect(poolSentence("Coaches", "2026-12-01", [month(0, 20, 0)])).toBe("Coaches: at most 20 of 36 in use; no request waits.");
  });
});

it("the sentence of a time line says how much is overdue", () => {
  const milestones = [
    { due: "2026-05-15", status: "OVERDUE" },
    { due: "2027-05-15", status: "AT_RISK" },
    { due: "2028-05-15", status: "ON_TRACK" },
  ] as const;
  expect(timelineSentence(milestones)).toBe("3 milestones, due between May 15, 2026 and May 15, 2028; 1 overdue, 1 at risk.");
});
