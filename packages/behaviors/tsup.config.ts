import { defineConfig } from "tsup";

// No maps: what is built is as readable as the sources beside it, and who only makes data shall install little.
export default defineConfig({ entry: ["src/index.ts", "src/testing.ts"], format: ["esm"], dts: true, clean: true, target: "node20" });
