import { afterEach, describe, expect, it } from "vitest";

import { chance, chanceInterval, differenceInterval, interval, inTen, months, overlap, pairedDifference } from "../../src/words/chances";
import { setLanguage } from "../../src/words/i18n";

/** Spaces that keep a number with its unit read as plain ones here. */
const plain = (text: string) => text.replace(/\u00a0/g, " ");

describe("a probability", () => {
  it.each([
    [0.72, "7 in 10"],
    [0.5, "5 in 10"],
    [0.05, "1 in 10"],
    [0.95, "9 in 10"],
    [0.04, "4 in 100"],
    [0.97, "97 in 100"],
    [0.001, "less than 1 in 100"],
    [0.999, "more than 99 in 100"],
    [0, "never"],
    [1, "always"],
  ])("of %f is said as %s", (probability, words) => {
    expect(inTen(probability)).toBe(words);
  });

  it("has its percentage beside it", () => {
    expect(plain(chance(0.72))).toBe("7 in 10 (72 %)");
  });

  it("rounds the ends of an interval as it rounds the share between them", () => {
    expect(plain(chanceInterval({ value: 0.997, low: 0.996, high: 0.998 }))).toBe("> 99 %");
    expect(plain(chanceInterval({ value: 0.996, low: 0.98, high: 0.999 }))).toBe("98 to > 99 %");
    expect(plain(chanceInterval({ value: 1, low: 1, high: 1 }))).toBe("100 to 100 %");
  });

  it("never shows an interval past what a share can be", () => {
    expect(plain(chanceInterval({ value: 0.98, low: 0.94, high: 1.02 }))).toBe("94 to 100 %");
    expect(plain(chanceInterval({ value: 0.01, low: -0.02, high: 0.04 }))).toBe("0 to 4 %");
  });
});

describe("a paired difference", () => {
  const better = { value: 6.1, low: 3.8, high: 8.4 };

  it("is said with its interval and in how many worlds it is better", () => {
    expect(plain(pairedDifference(better, 0.99, 200))).toBe("6.1 more, 95 % interval 3.8 to 8.4; better in 99 of 100 worlds, ties counted as half");
  });

  it("counts fewer milestones upwards", () => {
    const worse = { value: -6.1, low: -8.4, high: -3.8 };
    expect(plain(pairedDifference(worse, 0.01, 200))).toBe("6.1 fewer, 95 % interval 3.8 to 8.4; better in 1 of 100 worlds, ties counted as half");
  });

  it("names both directions where the interval takes in zero", () => {
    expect(differenceInterval({ value: 0.5, low: -1.2, high: 2.2 })).toBe("1.2 fewer to 2.2 more");
  });

  it("does not speak of 100 worlds when there were 6", () => {
    expect(pairedDifference(better, 1 / 6, 6)).toContain("better in 1 of 6 worlds");
    expect(pairedDifference(better, 1, 6)).toContain("better in all 6 worlds");
    expect(pairedDifference(better, 0, 6)).toContain("better in none of 6 worlds");
  });

  it("does not round a probability that is less than one to certainty", () => {
    expect(pairedDifference(better, 0.999, 2000)).toContain("99 of 100");
  });
});

it("two estimates may be the same where their intervals have something in common", () => {
  expect(overlap({ value: 5, low: 4, high: 6 }, { value: 6, low: 5.5, high: 6.5 })).toBe(true);
  expect(overlap({ value: 5, low: 4, high: 6 }, { value: 8, low: 7, high: 9 })).toBe(false);
});

describe("an interval and a duration", () => {
  it("are given with as many decimals as asked for", () => {
    expect(interval({ value: 6, low: 3.84, high: 8.41 })).toBe("3.8 to 8.4");
    expect(plain(months(2.44))).toBe("2.4 months");
    expect(plain(months(36))).toBe("36 months");
  });
});

describe("in Spanish", () => {
  afterEach(() => setLanguage("en"));

  it("the same words are Spanish", async () => {
    await setLanguage("es");
    expect(inTen(0.72)).toBe("7 de cada 10");
    expect(plain(pairedDifference({ value: 6.1, low: 3.8, high: 8.4 }, 0.99, 200))).toBe(
      "6,1 más, intervalo del 95 % de 3,8 a 8,4; mejor en 99 de 100 mundos, con los empates contados como medio",
    );
  });
});
