import { BridgeError } from "@bridge-rl/spec";
import { type Column, type FileRow, messagesType } from "./column.js";
import { type DatasetKind, type DatasetRow, kindOf } from "./dataset-row.js";

/** A trainer's schema. */
export type DatasetFormat = "trl" | "trl-conversational" | "verl" | "openrlhf";

/** All of them. */
export const datasetFormats: readonly DatasetFormat[] = ["trl", "trl-conversational", "verl", "openrlhf"];

export interface EncodeOptions {
  /** The system message of formats with messages; a row's own goes first. @defaultValue none */
  readonly system?: string;
  /** verl's `data_source`, by which it picks a reward function. @defaultValue "bridge-rl" */
  readonly dataSource?: string;
  /** verl's `ability`. @defaultValue "math" */
  readonly ability?: string;
  /** verl's `extra_info.split`. @defaultValue "train" */
  readonly split?: string;
  /** Also writes spans, as a JSON string. @defaultValue false */
  readonly spans?: boolean;
}

const text = (name: string): Column => ({ name, type: "string" });
const integer = (name: string): Column => ({ name, type: "int64" });
const messages = (name: string): Column => ({ name, type: messagesType });

/** Which columns a format has, in their order. All files of a run share them. */
export function columnsOf(format: DatasetFormat, kind: DatasetKind, options: Pick<EncodeOptions, "spans"> = {}): Column[] {
  const spans = kind === "sft" && options.spans === true ? [text("spans")] : [];
  const about = [text("problem"), integer("operations"), text("structure_hash"), integer("modulus"), ...spans];
  switch (format) {
    case "trl":
      return [text("prompt"), ...(kind === "sft" ? [text("completion")] : []), text("answer"), ...about];
    case "trl-conversational":
      return [messages("prompt"), ...(kind === "sft" ? [messages("completion")] : []), text("answer"), ...about];
    case "openrlhf":
      return [text("input"), ...(kind === "sft" ? [text("output")] : []), text("label"), ...about];
    case "verl": {
      const extra: Column = { name: "extra_info", type: { struct: [text("split"), integer("index"), text("answer"), ...about] } };
      if (kind === "sft") return [text("data_source"), messages("messages"), text("question"), text("answer"), extra];
      const rewardModel: Column = { name: "reward_model", type: { struct: [text("style"), text("ground_truth")] } };
      return [text("data_source"), messages("prompt"), text("ability"), rewardModel, extra];
    }
  }
}

/**
 * Writes a row in a trainer's schema.
 *
 * @param index  the row's position in its split, which verl keeps
 */
export function encodeRow(row: DatasetRow, format: DatasetFormat, index: number, options: EncodeOptions = {}): FileRow {
  const { dataSource = "bridge-rl", ability = "math", split = "train" } = options;
  const { prompt, completion, answer, problem, operations, structureHash, modulus, spans, system = options.system } = row;
  const sft = kindOf(row) === "sft";
  const asked = [...(system === undefined ? [] : [{ role: "system", content: system }]), { role: "user", content: prompt }];
  const said = sft ? [{ role: "assistant", content: completion }] : [];
  const about = {
    problem: problem ?? null,
    operations: operations ?? null,
    structure_hash: structureHash ?? null,
    modulus: modulus ?? null,
    ...(sft && options.spans === true ? { spans: spans === undefined ? null : JSON.stringify(spans) } : {}),
  };
  const label = answer ?? null;
  switch (format) {
    case "trl":
      return { prompt, ...(sft ? { completion } : {}), answer: label, ...about };
    case "trl-conversational":
      return { prompt: asked, ...(sft ? { completion: said } : {}), answer: label, ...about };
    case "openrlhf":
      return { input: prompt, ...(sft ? { output: completion } : {}), label, ...about };
    case "verl": {
      const extra_info = { split, index, answer: label, ...about };
      if (sft) return { data_source: dataSource, messages: [...asked, ...said], question: prompt, answer: completion, extra_info };
      return { data_source: dataSource, prompt: asked, ability, reward_model: { style: "rule", ground_truth: label }, extra_info };
    }
  }
}

/** Tells the format of a row by its fields. @throws BridgeError `invalid-file` where they fit none */
export function formatOf(row: FileRow, place: string): DatasetFormat {
  if ("messages" in row || "reward_model" in row) return "verl";
  if ("input" in row) return "openrlhf";
  if (Array.isArray(row.prompt)) return "trl-conversational";
  if (typeof row.prompt === "string") return "trl";
  throw new BridgeError(
    "invalid-file",
    `${place} has the fields ${Object.keys(row).join(", ")}; expected prompt (TRL), messages or reward_model (verl), or input (OpenRLHF)`,
  );
}
