import { copyFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Puts the licences of bundled packages beside the bundle, as they ask for.
 *
 * @param {string} config  `import.meta.url` of the package's build configuration
 * @param {readonly string[]} names
 */
export function copyLicenses(config, names) {
  const { resolve } = createRequire(config);
  for (const name of names) {
    const manifest = resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, "utf8"));
    copyFileSync(join(dirname(manifest), "LICENSE"), join("dist", `LICENSE-${name}-${version}.txt`));
  }
}
