import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { ReadingPartsFragment, ReadingState } from "../../src/gql/graphql";
import { indicatorDifference, ReadingValue } from "../../src/ui/ReadingValue";

const INDICATOR = { decimals: 1, unit: "percent" };

function reading(state: ReadingState, value: number | null = null, explanation: string | null = null): ReadingPartsFragment {
  return { state, value, tested: 40, standardError: 2, explanation };
}

describe("a reading", () => {
  it("of zero is a zero", () => {
    render(<ReadingValue reading={reading("OBSERVED", 0)} indicator={INDICATOR} />);
    expect(screen.getByText(/0\.0/).textContent.replace(/\u00a0/g, " ")).toBe("0.0 %");
  });

  it.each([
    ["SUPPRESSED", "Hidden", "suppressed"],
    ["MISSING", "Missing", "missing"],
    ["NOT_APPLICABLE", "Does not apply", "not-applicable"],
  ] as const)("that is %s says %s, says why, and looks its own way", (state, word, look) => {
    const { container } = render(<ReadingValue reading={reading(state)} indicator={INDICATOR} />);
    const mark = container.firstElementChild;
    expect(mark?.textContent).toMatch(new RegExp(`^${word}: .{10,}`));
    expect(mark?.classList.contains(look)).toBe(true);
  });

  it("gives the server's own reason where there is one", () => {
    render(<ReadingValue reading={reading("SUPPRESSED", null, "Fewer than 10 students were tested.")} indicator={INDICATOR} detailed />);
    expect(screen.getByText(/Fewer than 10 students were tested/)).toBeTruthy();
  });

  it("shows how far it may be off, in detail", () => {
    render(<ReadingValue reading={reading("OBSERVED", 46.2)} indicator={INDICATOR} detailed />);
    expect(screen.getByText(/give or take 3\.9/)).toBeTruthy();
  });
});

describe("a difference of two readings", () => {
  it("of percentages is in points, not in percent", () => {
    expect(indicatorDifference(12.3, INDICATOR)).toBe("12.3\u00a0points");
  });

  it("of anything else is in its own unit", () => {
    expect(indicatorDifference(12.3, { decimals: 1, unit: "points" })).toBe("12.3");
  });
});
