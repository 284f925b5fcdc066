import { createHash } from "node:crypto";
import { BridgeError } from "@bridge-rl/spec";
import { type IgsmOptions, type IntegerRange, type ResolvedIgsmOptions, resolveIgsmOptions } from "../options.js";
import { sourceName, sourceVersion } from "./version.js";

type OptionName = Exclude<keyof ResolvedIgsmOptions, "seed">;

/** The part of an id that all problems of a source share: its options that differ from the defaults. */
export function optionsPart(options: ResolvedIgsmOptions): string {
  const { dialect, modulus } = options;
  const defaults = resolveIgsmOptions({ dialect, ...(modulus === undefined ? {} : { modulus }) });
  const implied = resolveIgsmOptions({ dialect }).modulus;
  const names = Object.keys(options).filter((name): name is OptionName => name !== "seed");
  const changes = names
    .filter((name) => isNamed(name) || write(options, name) !== write(defaults, name))
    .filter((name) => options[name] !== undefined)
    .sort()
    .map((name) => `${name}=${write(options, name)}`);
  return changes.join(",");

  /** Options that decide the defaults of others. */
  function isNamed(name: OptionName): boolean {
    return (name === "modulus" && modulus !== implied) || (name === "dialect" && dialect !== "bridge");
  }
}

function write(options: ResolvedIgsmOptions, name: OptionName): string {
  const value = options[name];
  if (typeof value !== "object") return String(value);
  if ("minimum" in value) return writeRange(value);
  if ("ecosystems" in value) return `~${createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12)}`;
  return `~${encodeURIComponent(value.name)}`;
}

function writeRange({ minimum, maximum }: IntegerRange): string {
  return minimum === maximum ? String(minimum) : `${minimum}-${maximum}`;
}

/** `igsm@1?operations=3-5,split=train#7.42`: name, version, options, seed and index. */
export function problemId(part: string, seed: number, index: number): string {
  return `${sourceName}@${sourceVersion}?${part}#${seed}.${index}`;
}

/** What an id says. */
export interface ParsedProblemId {
  readonly options: IgsmOptions;
  readonly index: number;
  /** What `reAsk` and `replaceNames` made of the problem, in their order. */
  readonly changes: readonly { readonly kind: "ask" | "names"; readonly value: number }[];
}

/**
 * Reads an id.
 *
 * @param own  the vocabulary and the phrasebook that an id names but cannot carry
 * @throws BridgeError `invalid-input` where it is no id of this version, or names values that `own` lacks
 */
export function parseProblemId(id: string, own: Pick<IgsmOptions, "vocabulary" | "phrasebook">): ParsedProblemId {
  const match = /^igsm@(\d+)\?([^#]*)#(-?\d+)\.(\d+)((?:\+(?:ask|names)=-?\d+)*)$/.exec(id);
  if (match === null) throw new BridgeError("invalid-input", `"${id}" is not the id of an iGSM problem`);
  const [, version = "", part = "", seed = "", index = "", suffix = ""] = match;
  if (Number(version) !== sourceVersion) {
    const message = `problem "${id}" was made by version ${version} of the generator; this is version ${sourceVersion}: install a matching one`;
    throw new BridgeError("invalid-input", message);
  }
  const options: Record<string, unknown> = { seed: Number(seed) };
  for (const change of part === "" ? [] : part.split(",")) {
    const at = change.indexOf("=");
    if (at === -1) throw new BridgeError("invalid-input", `"${id}" is not the id of an iGSM problem: "${change}" has no value`);
    const name = change.slice(0, at);
    const text = change.slice(at + 1);
    if (text.startsWith("~")) {
      const value = name === "vocabulary" ? own.vocabulary : name === "phrasebook" ? own.phrasebook : undefined;
      if (value === undefined) throw new BridgeError("invalid-input", `problem "${id}" needs its own ${name}; pass it as an option`);
      options[name] = value;
    } else {
      options[name] = read(text);
    }
  }
  const changes = [...suffix.matchAll(/\+(ask|names)=(-?\d+)/g)].map(([, kind, value]) => ({
    kind: kind as "ask" | "names",
    value: Number(value),
  }));
  const parsed = { options: options as IgsmOptions, index: Number(index), changes };
  const again = optionsPart(resolveIgsmOptions(parsed.options));
  if (again !== part)
    throw new BridgeError("invalid-input", `problem "${id}" does not belong to the given vocabulary or phrasebook: it would be ?${again}`);
  return parsed;
}

function read(text: string): number | string | [number, number] {
  if (/^\d+-\d+$/.test(text)) return text.split("-").map(Number) as [number, number];
  return /^\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : text;
}
