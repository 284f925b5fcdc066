import { BridgeError } from "@bridge-rl/spec";
import { type PromptbenchOptions, type ResolvedPromptbenchOptions, resolvePromptbenchOptions } from "../options.js";
import { promptbenchTasks } from "../tasks.js";
import { packageName, sourceVersion } from "./version.js";

/** The part of an id that all problems of a source share: its options that differ from the defaults. */
export function optionsPart(options: ResolvedPromptbenchOptions): string {
  const { task, original } = options;
  const defaults = new Map<string, unknown>(Object.entries(resolvePromptbenchOptions({ task, original })));
  defaults.set("original", false);
  return Object.entries(options)
    .filter(([name, value]) => name !== "seed" && name !== "task" && write(value) !== write(defaults.get(name)))
    .map(([name, value]) => `${name}=${write(value)}`)
    .sort()
    .join(",");
}

function write(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "name" in value) return `~${encodeURIComponent(String(value.name))}`;
  if (Array.isArray(value) && value.length === 2 && value.every((part) => Number.isInteger(part) && part >= 0)) {
    return value[0] === value[1] ? String(value[0]) : value.join("-");
  }
  return encodeURIComponent(JSON.stringify(value));
}

/** `promptbench/arithmetic@1?depth=4#7.42`: name, version, options, seed and index. */
export function problemId({ task, seed }: ResolvedPromptbenchOptions, part: string, index: number): string {
  return `${packageName}/${task}@${sourceVersion}?${part}#${seed}.${index}`;
}

/**
 * Reads an id.
 *
 * @param own  the phrasebook that an id names but cannot carry
 * @throws BridgeError `invalid-input` where it is no id of this version, or names a phrasebook that `own` lacks
 */
export function parseProblemId(id: string, own: Pick<PromptbenchOptions, "phrasebook">): { options: PromptbenchOptions; index: number } {
  const match = /^promptbench\/(\w+)@(\d+)\?([^#]*)#(-?\d+)\.(\d+)$/.exec(id);
  if (match === null) throw new BridgeError("invalid-input", `"${id}" is not the id of a PromptBench problem`);
  const [, name = "", version = "", part = "", seed = "", index = ""] = match;
  if (Number(version) !== sourceVersion) {
    const message = `problem "${id}" was made by version ${version} of the generator; this is version ${sourceVersion}: install a matching one`;
    throw new BridgeError("invalid-input", message);
  }
  const task = promptbenchTasks.find((one) => one === name);
  if (task === undefined)
    throw new BridgeError("invalid-input", `"${id}" is not the id of a PromptBench problem: there is no task ${name}`);
  const changes: Record<string, unknown> = {};
  for (const change of part === "" ? [] : part.split(",")) {
    const at = change.indexOf("=");
    if (at === -1) throw new BridgeError("invalid-input", `"${id}" is not the id of a PromptBench problem: "${change}" has no value`);
    const option = change.slice(0, at);
    changes[option] = read(change.slice(at + 1), option, id, own);
  }
  const options: PromptbenchOptions = { task, seed: Number(seed), ...(changes as Omit<PromptbenchOptions, "task" | "seed">) };
  const again = optionsPart(resolvePromptbenchOptions(options));
  if (again !== part)
    throw new BridgeError("invalid-input", `problem "${id}" does not belong to the given phrasebook: it would be ?${again}`);
  return { options, index: Number(index) };
}

function read(text: string, name: string, id: string, { phrasebook }: Pick<PromptbenchOptions, "phrasebook">): unknown {
  if (text.startsWith("~")) {
    if (name === "phrasebook" && phrasebook !== undefined) return phrasebook;
    throw new BridgeError("invalid-input", `problem "${id}" needs its own ${name}; pass it as an option`);
  }
  if (/^\d+-\d+$/.test(text)) return text.split("-").map(Number);
  const decoded = decodeURIComponent(text);
  return /^(-?\d|\[|true$|false$)/.test(decoded) ? JSON.parse(decoded) : decoded;
}
