import { expect, it } from "vitest";

import { addressOf, filterOf, viewOf } from "../../src/overview/filters";

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
