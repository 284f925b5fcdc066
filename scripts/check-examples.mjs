// Runs the `smoke` script of every example.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runChecks } from "./internal/check-list.mjs";
import { capture, root } from "./internal/workspace.mjs";

const folder = join(root, "examples");
const names = existsSync(folder) ? readdirSync(folder) : [];

await runChecks(
  names
    .filter((name) => existsSync(join(folder, name, "package.json")))
    .map((name) => ({
      name: `examples/${name}`,
      run: async () => {
        const { scripts = {} } = JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8"));
        if (!scripts.smoke) return { code: 1, output: "its package.json has no `smoke` script" };
        return capture("pnpm", ["run", "smoke"], { cwd: join(folder, name) });
      },
    })),
);
