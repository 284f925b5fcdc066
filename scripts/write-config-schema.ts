import { writeFileSync } from "node:fs";
import { configJsonSchema } from "../packages/cli/src/index.js";

// Writes the JSON Schema of a pipeline's config, which the CLI package ships for editors. A test fails where it is out of date.

const path = new URL("../packages/cli/pipeline.schema.json", import.meta.url);
writeFileSync(path, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
