import { BridgeError } from "@bridge-rl/spec";
import { describeProvider, type Provider, type ProviderName } from "../provider.js";

/** A provider by its name or with settings, checked. */
export function resolveProvider(provider: ProviderName | Provider): Provider {
  const settings: Provider = typeof provider === "string" ? { name: provider } : provider;
  describeProvider(settings.name);
  if ("deviceId" in settings && !(Number.isInteger(settings.deviceId) && Number(settings.deviceId) >= 0)) {
    throw new BridgeError("invalid-option", `deviceId is ${settings.deviceId}; give the number of a card, 0 or more`);
  }
  return settings;
}

/**
 * The entry of onnxruntime's `executionProviders`.
 *
 * Core ML's flags ask for its ML program format, which has more operators than the older one.
 */
export function sessionProvider(provider: Provider): string | Readonly<Record<string, unknown>> {
  switch (provider.name) {
    case "cpu":
      return "cpu";
    case "webgpu":
      return { name: "webgpu", preferredLayout: "NCHW" };
    case "cuda":
    case "dml":
      return { name: provider.name, deviceId: provider.deviceId ?? 0 };
    case "coreml":
      return { name: "coreml", coreMlFlags: 0x010 };
  }
}

/** Why a session could not be made, told so that one can do something about it. */
export function refusal(provider: ProviderName, reason: string, cause: unknown): BridgeError {
  const { needs, platforms } = describeProvider(provider);
  if (!platforms.includes(process.platform)) {
    return new BridgeError(
      "missing-dependency",
      `provider "${provider}" runs on ${platforms.join(" and ")}, and this is ${process.platform}; take "webgpu" or "cpu"`,
      { cause },
    );
  }
  if (isMissing(reason)) {
    return new BridgeError(
      "missing-dependency",
      `provider "${provider}" is not available here: it needs ${needs} (onnxruntime: ${reason})`,
      {
        cause,
      },
    );
  }
  return new BridgeError("internal", `onnxruntime refused a graph: ${reason}`, { cause });
}

/** Whether onnxruntime's message says that a library, a driver or a card is not there. */
function isMissing(reason: string): boolean {
  return /failed to load|cannot open shared object|is unsupported: '|no supported adapters|Failed to get a WebGPU adapter|no CUDA-capable|CUDA driver|Failed to find adapter/i.test(
    reason,
  );
}
