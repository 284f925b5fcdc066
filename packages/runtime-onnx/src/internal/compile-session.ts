import { BridgeError, type CompileOptions } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import { measurePlacement, type Placement } from "../measure-placement.js";
import type { ProviderName } from "../provider.js";
import type { Session } from "./binding.js";
import { openSession, type ResolvedOptions } from "./open-session.js";
import { refusal } from "./provider-options.js";

/** Compiles a graph for a provider. @throws BridgeError as `createOnnxRuntime` says */
export async function compileSession(
  graph: Graph,
  options: ResolvedOptions,
  compileOptions: CompileOptions,
  resident?: readonly string[],
): Promise<Session> {
  try {
    return await openSession(graph, options, compileOptions, resident);
  } catch (cause) {
    if (BridgeError.isInstance(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (reason.includes("fallback to CPU EP has been explicitly disabled")) throw await lacking(graph, options, cause);
    throw refusal(options.provider.name, reason, cause);
  }
}

/** Names the operators that would have run on the CPU, by running the graph once with them there. */
async function lacking(graph: Graph, { provider, threads, optimization, lowering }: ResolvedOptions, cause: unknown): Promise<BridgeError> {
  const placements = await measurePlacement(graph, { provider, threads, optimization, lowering });
  return new BridgeError(
    "unsupported",
    `provider "${provider.name}" has no kernel for ${onCpu(placements, provider.name)}; write the graph without, or allow it to run on the CPU ` +
      'with fallback: "allow"',
    { cause },
  );
}

function onCpu(placements: readonly Placement[], provider: ProviderName): string {
  const names = placements.flatMap(({ node, operator, provider: where }) =>
    where === "CPUExecutionProvider" ? [`${operator} (node ${node})`] : [],
  );
  return names.length === 0 ? `some operator of the graph, which ran on ${provider} once it was allowed to` : names.slice(0, 8).join(", ");
}
