import { expect, it } from "vitest";

import { en } from "../../src/words/en";
import { es } from "../../src/words/es";

type Tree = { readonly [key: string]: string | Tree };

function leaves(tree: Tree, path = ""): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === "string" ? [[`${path}${key}`, value] as const] : [...leaves(value, `${path}${key}.`)],
    ),
  );
}

const holes = (words: string) => (words.match(/\{\{[^}]+\}\}/g) ?? []).sort();

it("Spanish says everything English says, with the same facts in it", () => {
  const english = leaves(en);
  const spanish = leaves(es);
  expect([...spanish.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, words] of english) expect(holes(spanish.get(key) ?? ""), key).toEqual(holes(words));
});
