import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrayTypes, BridgeError, type TensorValue } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import type { Feed, Session } from "./internal/binding.js";
import { openSession, type ResolvedOptions } from "./internal/open-session.js";
import { refusal } from "./internal/provider-options.js";
import { resolveOptions } from "./internal/resolve-options.js";
import { runSession } from "./internal/run-session.js";
import type { OnnxRuntimeOptions } from "./onnx-runtime.js";

/** Where one node of a graph ran. */
export interface Placement {
  readonly node: string;
  readonly operator: string;
  /** onnxruntime's name of the provider, as `WebGpuExecutionProvider`. */
  readonly provider: string;
  /** Microseconds in its kernel; on a GPU the time to submit it. */
  readonly duration: number;
}

/**
 * Runs a graph once under onnxruntime's profiler and tells for each node which provider ran it and for how long.
 *
 * Nodes that a provider has no kernel for run on the CPU here, where `createOnnxRuntime` refuses them; nodes named `Memcpy…` copy between the
 * two.
 *
 * @param inputs  values for the run. @defaultValue zeros
 */
export async function measurePlacement(
  graph: Graph,
  options: OnnxRuntimeOptions = {},
  inputs: Readonly<Record<string, TensorValue>> = {},
): Promise<Placement[]> {
  const directory = await mkdtemp(join(tmpdir(), "bridge-rl-placement-"));
  try {
    const session = await open(graph, { ...resolveOptions(options), fallback: "allow", profile: join(directory, "profile") });
    const feeds = [...graph.inputs].map(([name, { dataType, shape }]): [string, Feed] => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [name, { type: dataType, location: "cpu", data: inputs[name]?.data ?? new arrayTypes[dataType](count), dims: shape }];
    });
    runSession(session, Object.fromEntries(feeds), [...graph.outputs.keys()]);
    session.endProfiling();
    session.dispose();
    const [file] = await readdir(directory);
    if (file === undefined) throw new BridgeError("internal", "onnxruntime wrote no profile");
    return readProfile(await readFile(join(directory, file), "utf8"));
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function open(graph: Graph, options: ResolvedOptions): Promise<Session> {
  try {
    return await openSession(graph, options, {});
  } catch (cause) {
    throw refusal(options.provider.name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

interface ProfileEvent {
  readonly name: string;
  readonly cat: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

function readProfile(text: string): Placement[] {
  const suffix = "_kernel_time";
  return (JSON.parse(text) as ProfileEvent[]).flatMap(({ name, cat, dur, args }) =>
    cat === "Node" && name.endsWith(suffix) && args?.provider !== undefined && args.op_name !== undefined
      ? [{ node: name.slice(0, -suffix.length), operator: args.op_name, provider: args.provider, duration: dur }]
      : [],
  );
}
