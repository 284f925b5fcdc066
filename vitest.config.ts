import { readdirSync } from "node:fs";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const conditions = ["@bridge-rl/source", ...defaultServerConditions];
const setupFiles = [new URL("./test/fixed-seed.ts", import.meta.url).pathname];
const packages = readdirSync(new URL("./packages", import.meta.url));

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      ...packages.map((name) => ({
        extends: true as const,
        ssr: { resolve: { conditions } },
        test: { name, root: `packages/${name}`, include: ["test/**/*.test.ts"], setupFiles, testTimeout: 180_000 },
      })),
      {
        extends: true as const,
        ssr: { resolve: { conditions } },
        test: { name: "repository", root: ".", include: ["test/**/*.test.ts"], setupFiles, testTimeout: 300_000 },
      },
    ],
  },
});
