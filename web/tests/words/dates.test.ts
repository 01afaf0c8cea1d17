import { describe, expect, it } from "vitest";

import { day, fullDate, instantAfter, monthAfter, monthOf, sayDate, sayInstant, schoolYear } from "../../src/words/dates";

const NOW = day("2026-11-23");

describe("a date", () => {
  it.each([
    ["2026-11-23", "today"],
    ["2026-11-24", "tomorrow"],
    ["2026-11-22", "yesterday"],
    ["2026-11-28", "in 5 days"],
    ["2026-11-13", "10 days ago"],
    ["2027-05-15", "May 15, 2027"],
  ])("%s is said as %s", (iso, words) => {
    expect(sayDate(iso, NOW)).toBe(words);
  });

  it("is the same day in every time zone", () => {
    expect(fullDate("2027-01-01")).toBe("January 1, 2027");
  });
});

it("an instant is said by its distance", () => {
  const now = new Date("2026-11-23T12:00:00Z");
  expect(sayInstant("2026-11-23T11:55:00Z", now)).toBe("5 minutes ago");
  expect(sayInstant("2026-11-23T09:00:00Z", now)).toBe("3 hours ago");
  expect(sayInstant("2026-01-05T09:00:00Z", now)).toBe("January 5, 2026");
});

it("a school year is named by both its years", () => {
  expect(schoolYear(2027)).toBe("2026–27");
  expect(schoolYear(2000)).toBe("1999–00");
});

it("months of a forecast become months of the calendar", () => {
  expect(monthOf(monthAfter("2026-12-01", 0))).toBe("Dec 2026");
  expect(monthOf(monthAfter("2026-12-01", 36))).toBe("Dec 2029");
  expect(instantAfter("2026-12-01", 0.5)).toBe(Date.UTC(2026, 11, 16, 12));
});
