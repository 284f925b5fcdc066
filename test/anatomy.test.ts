import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { filesBelow, packages, root, sourcesOf } from "./packages.js";

const mostLines = 400;
const outline = ["What is this?", "When to use this", "Install", "Use", "API", "Related"];

const libraries = packages.map((one) => ({ ...one, name: one.manifest.name }));

describe.each(libraries)("$name", (one) => {
  const { directory, manifest } = one;

  test("has the files every package has", () => {
    const missing = ["package.json", "README.md", "tsconfig.json", "tsup.config.ts", "src/index.ts", "test"].filter(
      (name) => !existsSync(join(directory, name)),
    );
    expect(missing).toEqual([]);
    expect(
      sourcesOf(one, "test").some((file) => file.endsWith(".test.ts")),
      "a test",
    ).toBe(true);
  });

  test("describes itself the same way", () => {
    expect(manifest).toMatchObject({ license: "MIT", type: "module", sideEffects: false, engines: { node: ">=20.19" } });
    expect(manifest.description).toMatch(/^\S[^\n]*\.$/);
    expect(manifest.files).toEqual(expect.arrayContaining(["dist", "src"]));
    expect(manifest.exports["./package.json"]).toBe("./package.json");
    for (const [path, target] of Object.entries(manifest.exports)) {
      if (typeof target === "object") expect(Object.keys(target), path).toEqual(["@bridge-rl/source", "types", "default"]);
    }
  });

  test("pins what it depends on", () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, range]) => !/^(workspace:\^|catalog:|\d+\.\d+\.\d+)$/.test(range),
    );
    expect(loose).toEqual([]);
  });

  test("has a README with the common outline", () => {
    const text = readFileSync(join(directory, "README.md"), "utf8");
    expect(text.split("\n")[0]).toBe(`# ${manifest.name}`);
    expect([...text.matchAll(/^## (.*)$/gm)].map((match) => match[1]).filter((heading) => outline.includes(String(heading)))).toEqual(
      outline,
    );
  });

  test("shows its use in code that runs", () => {
    expect(readFileSync(join(directory, "README.md"), "utf8")).toMatch(/^```ts$/m);
  });

  test(`keeps each source file below ${mostLines} lines, in kebab-case, without default exports`, () => {
    const sources = sourcesOf(one);
    const tooLong = sources.filter((file) => readFileSync(file, "utf8").split("\n").length > mostLines);
    const misnamed = sources.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.ts$/.test(basename(file)));
    const withDefault = sources.filter((file) => /^export default\b/m.test(readFileSync(file, "utf8")));
    expect([...tooLong, ...misnamed, ...withDefault].map((file) => relative(root, file))).toEqual([]);
  });
});

test("every example has a README, a smoke script and a manifest that is not published", () => {
  const manifests = filesBelow(join(root, "examples")).filter((file) => basename(file) === "package.json");
  expect(manifests.length).toBeGreaterThanOrEqual(3);
  for (const file of manifests) {
    expect(JSON.parse(readFileSync(file, "utf8")), file).toMatchObject({ private: true, scripts: { smoke: expect.any(String) } });
    expect(existsSync(join(file, "..", "README.md")), file).toBe(true);
  }
});
