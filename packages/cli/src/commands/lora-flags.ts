import { type LoraOptions, type LoraTarget, loraTargets } from "@bridge-rl/models";
import { BridgeError } from "@bridge-rl/spec";

/** What the flags of adapters come to. */
export interface LoraFlags {
  readonly loraRank?: number | undefined;
  readonly loraAlpha?: number | undefined;
  readonly loraDropout?: number | undefined;
  readonly loraTargets?: string | undefined;
}

/** The adapters that flags ask for. @throws BridgeError `invalid-option` for other flags without a rank, or a target that doesn't exist */
export function loraOf({ loraRank: rank, loraAlpha: alpha, loraDropout: dropout, loraTargets: names }: LoraFlags): LoraOptions | undefined {
  if (rank === undefined) {
    if ([alpha, dropout, names].some((flag) => flag !== undefined)) {
      throw new BridgeError("invalid-option", "--lora-alpha, --lora-dropout and --lora-targets need --lora-rank, which turns adapters on");
    }
    return undefined;
  }
  const isTarget = (name: string): name is LoraTarget => loraTargets.some((target) => target === name);
  const targets = names?.split(",").map((name) => {
    if (!isTarget(name)) throw new BridgeError("invalid-option", `--lora-targets names ${name}; choose among ${loraTargets.join(",")}`);
    return name;
  });
  return { rank, ...(alpha !== undefined && { alpha }), ...(dropout !== undefined && { dropout }), ...(targets && { targets }) };
}
