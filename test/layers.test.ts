import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { packages, root, sourcesOf } from "./packages.js";

/** The table of docs/architecture.md. Imports point down it, or sideways where `sideways` says so. */
const layers: Readonly<Record<string, number>> = {
  "@bridge-rl/spec": 0,
  "@bridge-rl/dag": 1,
  "@bridge-rl/sources": 1,
  "@bridge-rl/tensor": 1,
  "@bridge-rl/runtime-onnx": 1,
  "@bridge-rl/runtime-reference": 1,
  "@bridge-rl/models": 2,
  "@bridge-rl/igsm": 2,
  "@bridge-rl/promptbench": 2,
  "@bridge-rl/behaviors": 2,
  "@bridge-rl/behaviors-extra": 2,
  "@bridge-rl/datasets": 2,
  "@bridge-rl/extract": 2,
  "@bridge-rl/training": 2,
  "@bridge-rl/base-igsm": 2,
  "@bridge-rl/base-promptbench": 2,
  "@bridge-rl/sft": 3,
  "@bridge-rl/grpo": 3,
  "@bridge-rl/influence": 3,
  "@bridge-rl/report": 4,
  "bridge-rl": 5,
};

/** Within layer 1 the runtimes compile what the tensor package describes. */
const sideways: ReadonlySet<string> = new Set([
  "@bridge-rl/runtime-onnx → @bridge-rl/tensor",
  "@bridge-rl/runtime-reference → @bridge-rl/tensor",
]);

function isOurs(name: string): boolean {
  return name === "bridge-rl" || name.startsWith("@bridge-rl/");
}

function mayUse(from: string, to: string): boolean {
  const [upper, lower] = [layers[from], layers[to]];
  return upper !== undefined && lower !== undefined && (lower < upper || sideways.has(`${from} → ${to}`));
}

/** Packages that a source file names in an import, export-from, dynamic import or `import.meta.resolve`. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const specifiers = [...text.matchAll(/(?:from|import|import\.meta\.resolve)\s*\(?\s*["']([^"'.][^"']*)["']/g)].map((match) =>
    String(match[1]),
  );
  return specifiers.map((specifier) =>
    specifier
      .split("/")
      .slice(0, specifier.startsWith("@") ? 2 : 1)
      .join("/"),
  );
}

describe.each(packages.map((one) => ({ ...one, name: one.manifest.name })))("layer of $name", (one) => {
  const { name, manifest } = one;

  test("is known", () => {
    expect(Object.keys(layers)).toContain(name);
  });

  test("dependencies in package.json point down", () => {
    const used = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(isOurs);
    expect(used.filter((to) => !mayUse(name, to))).toEqual([]);
  });

  test("imports point down and are declared", () => {
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
    const wrong = sourcesOf(one).flatMap((file) =>
      importsOf(file)
        .filter((to) => isOurs(to) && to !== name && !(mayUse(name, to) && to in declared))
        .map((to) => `${relative(root, file)} imports ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  test("no import leaves the package by a relative path", () => {
    const wrong = sourcesOf(one).filter((file) => {
      const depth = relative(one.directory, file).split("/").length - 1;
      return readFileSync(file, "utf8").includes(`from "${"../".repeat(depth + 1)}`);
    });
    expect(wrong.map((file) => relative(root, file))).toEqual([]);
  });
});

test("a behaviour can depend on spec alone, and spec on nothing but types", () => {
  const spec = packages.find(({ manifest }) => manifest.name === "@bridge-rl/spec");
  expect(Object.keys(spec?.manifest.dependencies ?? {})).toEqual(["@standard-schema/spec"]);
});
