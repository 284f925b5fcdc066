import { defineConfig } from "tsup";
import { copyLicenses } from "../../scripts/internal/bundle-licenses.mjs";

// Zod installs 8 MB, of which options need 150 kB: those are taken into the bundle. No maps: what is built is as readable as the sources beside
// it, and who only makes data shall install little.
const bundled = ["zod"];

export default defineConfig({
  entry: ["src/index.ts"],
  format: ["esm"],
  dts: true,
  clean: true,
  target: "node20",
  noExternal: bundled,
  onSuccess: async () => copyLicenses(import.meta.url, bundled),
});
