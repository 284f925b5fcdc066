import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import { readSafetensors, type TensorToStore, writeSafetensors } from "../../safetensors.js";
import type { ParameterSet } from "./parameter-set.js";

interface Sets {
  readonly weights: ParameterSet;
  readonly first: ParameterSet;
  readonly second: ParameterSet;
}

/** Writes `model.safetensors`, `optimizer.safetensors` and `state.json` into a directory that appears at once. */
export async function writePolicyState(directory: string, { weights, first, second, version }: Sets & { version: number }): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  // a process that dies while it writes leaves this behind, never half a checkpoint under the real name
  const aside = `${directory}.partial`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside);
  try {
    const moments = new Map<string, TensorToStore>();
    for (const [name, tensor] of first.tensors()) moments.set(`first.${name}`, tensor as TensorToStore);
    for (const [name, tensor] of second.tensors()) moments.set(`second.${name}`, tensor as TensorToStore);
    await writeSafetensors(join(aside, "model.safetensors"), weights.tensors() as Map<string, TensorToStore>, { format: "pt" });
    await writeSafetensors(join(aside, "optimizer.safetensors"), moments);
    await writeFile(join(aside, "state.json"), `${JSON.stringify({ format: 1, version }, null, 2)}\n`);
    // renamed rather than removed, so that no moment has neither the old nor the new one on disk
    const replaced = `${directory}.replaced`;
    await rm(replaced, { recursive: true, force: true });
    if (existsSync(directory)) await rename(directory, replaced);
    await rename(aside, directory);
    await rm(replaced, { recursive: true, force: true });
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

/** Reads what `writePolicyState` wrote. All of it is read and checked before anything is taken over. */
export async function readPolicyState(directory: string, { weights, first, second }: Sets): Promise<{ version: number }> {
  const version = await readVersion(join(directory, "state.json"));
  const model = await readFloats(join(directory, "model.safetensors"));
  const moments = await readFloats(join(directory, "optimizer.safetensors"));
  const part = (prefix: string): Map<string, Float32Array> =>
    new Map([...moments].flatMap(([name, data]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), data]] : [])));
  weights.check(model, directory);
  first.check(part("first."), directory);
  second.check(part("second."), directory);
  weights.assign(model, directory);
  first.assign(part("first."), directory);
  second.assign(part("second."), directory);
  return { version };
}

async function readVersion(path: string): Promise<number> {
  let state: unknown;
  try {
    state = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new BridgeError("invalid-file", `${path} is missing or not JSON; the directory holds no policy`, { cause });
  }
  if (typeof state === "object" && state !== null && "format" in state && "version" in state) {
    if (state.format === 1 && typeof state.version === "number" && Number.isInteger(state.version)) return state.version;
  }
  throw new BridgeError("invalid-file", `${path} is not the state of a policy of format 1`);
}

async function readFloats(path: string): Promise<Map<string, Float32Array>> {
  const { tensors } = await readSafetensors(path);
  return new Map(
    [...tensors].map(([name, { data }]) => {
      if (!(data instanceof Float32Array)) throw new BridgeError("invalid-file", `${path}: ${name} is not a float32 tensor`);
      return [name, data];
    }),
  );
}
