import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const packages = [
  "@bridge-rl/behaviors",
  "@bridge-rl/grpo",
  "@bridge-rl/igsm",
  "@bridge-rl/influence",
  "@bridge-rl/models",
  "@bridge-rl/promptbench",
  "@bridge-rl/report",
  "@bridge-rl/runtime-onnx",
  "@bridge-rl/sft",
  "@bridge-rl/spec",
  "@bridge-rl/training",
  "bridge-rl",
];

/** Versions of Node and of the packages that take part in a run. */
export async function packageVersions(): Promise<Record<string, string>> {
  const versions: Record<string, string> = { node: process.versions.node };
  for (const name of packages) {
    const manifest = await readFile(fileURLToPath(import.meta.resolve(`${name}/package.json`)), "utf8");
    versions[name] = (JSON.parse(manifest) as { version: string }).version;
  }
  return versions;
}
