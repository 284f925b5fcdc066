import { BridgeError } from "@bridge-rl/spec";
import type { OnnxRuntimeOptions } from "../onnx-runtime.js";
import { describeProvider } from "../provider.js";
import type { ResolvedOptions } from "./open-session.js";
import { resolveProvider } from "./provider-options.js";

/** Checks the options of a runtime and decides what was left open. @throws BridgeError `invalid-option` */
export function resolveOptions(options: OnnxRuntimeOptions): ResolvedOptions {
  const { threads = 1, optimization = "basic", fallback = "refuse", profile } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new BridgeError("invalid-option", `threads is ${threads}; give a whole number of at least 1`);
  }
  const provider = resolveProvider(options.provider ?? "cpu");
  return { provider, threads, optimization, fallback, profile, lowering: options.lowering ?? describeProvider(provider.name).lowering };
}
