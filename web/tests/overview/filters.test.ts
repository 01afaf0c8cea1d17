import { expect, it } from "vitest";

import type { IndicatorWordsFragment } from "../../src/gql/graphql";
import { addressOf, filterOf, leading, viewOf } from "../../src/overview/filters";

it("a view survives its way through the address", () => {
  const address = addressOf(new URLSearchParams(), { name: "oak", level: "HIGH", identified: true, orderBy: "NAME_DESC", indicator: "score" });
  expect(address.toString()).toBe("q=oak&level=high&identified=yes&order=za&indicator=score");
  expect(viewOf(address)).toEqual({ name: "oak", level: "HIGH", identified: true, orderBy: "NAME_DESC", indicator: "score" });
});

it("what is as usual is left out of the address", () => {
  expect(addressOf(new URLSearchParams("q=oak&level=high"), { name: "", level: null }).toString()).toBe("");
});

it("nonsense in an address is as if it were not there", () => {
  expect(viewOf(new URLSearchParams("level=moon&order=5&identified=maybe"))).toEqual({
    name: "",
    level: null,
    identified: false,
    orderBy: "NAME_ASC",
    indicator: null,
  });
});

it("the server is asked only for what is narrowed", () => {
  expect(filterOf(viewOf(new URLSearchParams()))).toEqual({});
  expect(filterOf(viewOf(new URLSearchParams("q=oak&level=high&identified=yes")))).toEqual({
    name: { contains: "oak" },
    levels: ["HIGH"],
    identified: true,
  });
});

it("the trend of a whole school's score comes before that of a share of its students", () => {
  const indicator = (key: string, unit: string, higherIsBetter: boolean): IndicatorWordsFragment => ({
    id: key,
    key,
    name: key,
    unit,
    lowest: 0,
    highest: 100,
    higherIsBetter,
    decimals: 1,
    description: "",
  });
  const absence = indicator("absence", "percent", false);
  const reading = indicator("reading", "percent", true);
  const score = indicator("score", "points", true);
  expect(leading([absence, reading, score])).toBe(score);
  expect(leading([absence, reading])).toBe(reading);
  expect(leading([absence])).toBe(absence);
  expect(leading([])).toBeUndefined();
});
