import { expect, test } from "vitest";
import { shortNames } from "../src/internal/short-names.js";

test.each([
  [
    ["igsm@1?a=1#7.0", "igsm@1?a=1#7.12"],
    ["7.0", "7.12"],
  ],
  [
    ["igsm/1/7/10", "igsm/1/7/11"],
    ["10", "11"],
  ],
  [
    ["x", "y"],
    ["x", "y"],
  ],
  [["only/one"], ["only/one"]],
  [
    ["a/b", "a/b/c"],
    ["b", "b/c"],
  ],
  [[], []],
])("%j are shown as %j", (ids, shown) => {
  const { shared, short } = shortNames(ids);
  expect(ids.map(short)).toEqual(shown);
  for (const id of ids) expect(shared + short(id)).toBe(id);
});
