import { BridgeError } from "@bridge-rl/spec";
import { parseAssignments } from "../internal/parse-flags.js";
import { checkConfig } from "../pipeline/check-config.js";
import type { GrpoConfig, SftConfig } from "../pipeline/pipeline-config.js";

/** What of a config's training the command says by flags of its own, and what takes the evaluations of a whole run. */
const elsewhere = {
  sft: {
    flags: ["batchSize", "epochs", "steps", "learningRate", "lossOn", "checkpointEvery"],
    run: ["problems", "match", "evaluateEvery", "select", "keepCheckpoints"],
  },
  grpo: {
    flags: ["steps", "preset", "promptsPerStep", "groupSize", "learningRate", "checkpointEvery"],
    run: ["curriculum", "evaluateEvery", "select", "keepCheckpoints", "preflight"],
  },
} as const;

type FieldElsewhere<Part extends keyof typeof elsewhere> = (typeof elsewhere)[Part]["flags" | "run"][number];

interface TrainedFields {
  readonly sft: Omit<SftConfig, FieldElsewhere<"sft">>;
  readonly grpo: Omit<GrpoConfig, FieldElsewhere<"grpo">>;
}

/**
 * Reads `--train loss.clipHigh=0.28`, by the same schema as a config.
 *
 * @throws BridgeError `unknown-option` with the nearest name; `invalid-option`
 */
export function trainFlagFields<Part extends keyof TrainedFields>(part: Part, pairs: readonly string[]): TrainedFields[Part] {
  const given = parseAssignments(pairs, "--train");
  const { flags, run }: { readonly flags: readonly string[]; readonly run: readonly string[] } = elsewhere[part];
  for (const name of Object.keys(given)) {
    if (flags.includes(name)) throw new BridgeError("invalid-option", `--train ${name}: it has a flag of its own`);
    if (run.includes(name)) throw new BridgeError("invalid-option", `--train ${name}: it is for bridge run, with a config`);
  }
  const around = { name: part, task: {}, baseModel: ".", arms: { [part]: "vanilla" as const } };
  const checked: Readonly<Record<string, unknown>> = { ...checkConfig({ ...around, [part]: given })[part] };
  // defaults are for what a config leaves out; here flags say it
  return Object.fromEntries(Object.keys(given).map((name) => [name, checked[name]])) as TrainedFields[Part];
}
