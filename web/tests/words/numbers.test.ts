import { describe, expect, it } from "vitest";

import { axisNumber, capital, dollars, number, percent, plainNumber, shortDollars, signed } from "../../src/words/numbers";

describe("numbers", () => {
  it("have the marks of the language and no negative zero", () => {
    expect(number(12345.678, 1)).toBe("12,345.7");
    expect(number(-0.04, 1)).toBe("0.0");
    expect(plainNumber(3)).toBe("3");
    expect(plainNumber(3.25)).toBe("3.3");
  });

  it("carry a sign where they are a difference", () => {
    expect(signed(1.23)).toBe("+1.2");
    expect(signed(-0.44)).toBe("−0.4");
    expect(signed(0.01)).toBe("0.0");
  });

  it("are short beside an axis", () => {
    expect(axisNumber(1_800_000)).toBe("1.8M");
    expect(axisNumber(250)).toBe("250");
  });
});

describe("a share", () => {
  it.each([
    [0.425, "43\u00a0%"],
    [0, "0\u00a0%"],
    [1, "100\u00a0%"],
    [0.001, "<\u00a01\u00a0%"],
    [0.999, ">\u00a099\u00a0%"],
  ])("of %f is %s: never nothing or everything by rounding", (share, words) => {
    expect(percent(share)).toBe(words);
  });
});

describe("money", () => {
  it("is whole where it is entered and short where it is glanced at", () => {
    expect(dollars(1_250_000)).toBe("$1,250,000");
    expect(shortDollars(1_250_000)).toBe("$1.25M");
    expect(shortDollars(9_500)).toBe("$9,500");
  });
});

it("a sentence begins with a capital", () => {
  expect(capital("no more and no fewer")).toBe("No more and no fewer");
});
