import { copyFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * How a package is built that takes small dependencies into its bundle, their licences beside it. No maps: what is built is as readable as
 * the sources beside it, and who only makes data shall install little.
 *
 * @param {string} config  `import.meta.url` of the package's build configuration
 * @param {string[]} bundled
 * @returns {import("tsup").Options}
 */
export function smallPackage(config, bundled) {
  return {
    entry: ["src/index.ts"],
    format: ["esm"],
    dts: true,
    clean: true,
    target: "node20",
    noExternal: bundled,
    onSuccess: async () => copyLicenses(config, bundled),
  };
}

/** Puts the licences of bundled packages beside the bundle, as they ask for. */
function copyLicenses(/** @type {string} */ config, /** @type {readonly string[]} */ names) {
  const { resolve } = createRequire(config);
  for (const name of names) {
    const manifest = resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, "utf8"));
    copyFileSync(join(dirname(manifest), "LICENSE"), join("dist", `LICENSE-${name}-${version}.txt`));
  }
}
