import { defineConfig } from "tsup";

export default defineConfig({
  // the second file is what a policy's worker thread starts with
  entry: ["src/index.ts", "src/policy-worker-thread.ts"],
  format: ["esm"],
  dts: { entry: "src/index.ts" },
  clean: true,
  sourcemap: true,
  target: "node20",
});
