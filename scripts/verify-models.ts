import { checkModelFolderExactly } from "../packages/models/test/support/exact-checks.js";
import { checkModelFolder } from "../packages/models/test/support/model-checks.js";
import { createOnnxRuntime, describeProvider, providerNames, requireProvider } from "../packages/runtime-onnx/src/index.js";

// Compares model folders in Hugging Face layout with the oracle.json in them; packages/models/test/fixtures/README.md describes the format.
// In float32 on the CPU, or on the provider that BRIDGE_PROVIDER names, and in float64 on the reference runtime.

const folders = process.argv.slice(2).filter((word) => word !== "--");
if (folders.length === 0) {
  console.error("usage: pnpm verify:models <folder>..., for example packages/models/test/fixtures/*-tiny");
  process.exit(2);
}
const provider = providerNames.find((name) => name === (process.env.BRIDGE_PROVIDER ?? "cpu"));
if (provider === undefined) {
  console.error(`BRIDGE_PROVIDER is ${process.env.BRIDGE_PROVIDER}; take one of ${providerNames.join(", ")}`);
  process.exit(2);
}
await requireProvider(provider);
console.log(`provider ${provider}: ${describeProvider(provider).mode}`);
const runtime = createOnnxRuntime({ provider });
let failed = 0;
for (const folder of folders) {
  console.log(folder);
  try {
    for (const { name, worst, tolerance, where } of [
      ...(await checkModelFolder(folder, runtime)),
      ...(await checkModelFolderExactly(folder)),
    ]) {
      const passed = worst <= tolerance;
      if (!passed) failed++;
      const place = passed ? "" : ` at ${where}`;
      console.log(
        `  ${passed ? "ok    " : "FAILED"} ${name}: worst ${worst.toExponential(1)}, allowed ${tolerance.toExponential(0)}${place}`,
      );
    }
  } catch (error) {
    failed++;
    console.log(`  FAILED ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(failed === 0 ? `${folders.length} folder(s) within tolerance` : `${failed} check(s) FAILED`);
process.exitCode = failed === 0 ? 0 : 1;
