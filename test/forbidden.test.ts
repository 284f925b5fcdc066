import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { expect, test } from "vitest";
import { packages, root, sourcesOf } from "./packages.js";

/** Randomness and time are parameters; the CLI alone may read the clock, to show it. */
const forbidden: readonly { pattern: RegExp; instead: string; allowed?: readonly string[] }[] = [
  { pattern: /\bMath\.random\b/, instead: "createRandom(seed, purpose) of @bridge-rl/spec" },
  { pattern: /\bDate\.now\b|\bnew Date\b|\bDate\(\)/, instead: "a parameter", allowed: ["cli"] },
  { pattern: /\bperformance\.now\b|\bprocess\.hrtime\b/, instead: "a parameter", allowed: ["cli"] },
  { pattern: /\bconsole\./, instead: "a Tracker or Progress passed in", allowed: ["cli", "training/src/console-tracker.ts"] },
  { pattern: /: any\b|<any>|\bas any\b/, instead: "a type" },
  { pattern: /@ts-ignore|@ts-expect-error|@ts-nocheck/, instead: "a type that fits" },
  { pattern: /\bexport \* from\b/, instead: "exports by name" },
];

test.each(forbidden)("no $pattern in the sources", ({ pattern, instead, allowed = [] }) => {
  const found = packages
    .flatMap((one) => sourcesOf(one))
    .filter((file) => !allowed.some((place) => relative(root, file).startsWith(`packages/${place}`)))
    .flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .map((line, index) => ({ line: line.replace(/^\s*(\*|\/\/|\/\*\*).*$/, ""), place: `${relative(root, file)}:${index + 1}` })),
    )
    .filter(({ line }) => pattern.test(line));
  expect(found, `use ${instead}`).toEqual([]);
});
