import { defineConfig } from "tsup";
import { smallPackage } from "../../scripts/internal/small-package.mjs";

// Zod installs 8 MB, of which options need 150 kB.
export default defineConfig(smallPackage(import.meta.url, ["zod"]));
