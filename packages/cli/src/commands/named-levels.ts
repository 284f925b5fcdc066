import { BridgeError } from "@bridge-rl/spec";
import { suggestion } from "../internal/nearest-name.js";
import { isPlainObject } from "../internal/parse-flags.js";

type Options = Readonly<Record<string, unknown>>;

/** The options of a level. @throws BridgeError `invalid-option` where no level has the name */
export type LevelFinder = (name: string) => Options;

const range = /^(\d+)(?:-(\d+))?$/;

/**
 * Finds levels of difficulty by name: those that flags define, those of the task (iGSM's `easy` to `hardest`, DyVal's `D1` to `D4`), and
 * numbers of operations such as `3-5`.
 *
 * @param definitions  `name=3-5`, or `name=` and options as JSON
 * @throws BridgeError `invalid-option` for a definition that can't be read
 */
export async function levelsOfTask(task: string, definitions: readonly string[]): Promise<LevelFinder> {
  const levels = new Map<string, Options>([...(await publishedLevels(task)), ...definitions.map(parseDefinition)]);
  return (name) => {
    const options = levels.get(name) ?? operationsOf(name);
    if (options !== undefined) return options;
    const known = levels.size === 0 ? "none has a name" : `there is ${[...levels.keys()].join(", ")}`;
    throw new BridgeError(
      "invalid-option",
      `${task} has no level ${name}.${suggestion(name, levels.keys())} Of its levels ${known}; --level ${name}=3-5 makes one, and 3-5 is one by itself`,
    );
  };
}

async function publishedLevels(task: string): Promise<readonly (readonly [name: string, options: Options])[]> {
  if (task === "igsm" || task === "@bridge-rl/igsm") {
    const { igsmLevels } = await import("@bridge-rl/igsm");
    return Object.entries(igsmLevels).map(([name, options]) => [name, { ...options }]);
  }
  const { complexityLevels, promptbenchTasks } = await import("@bridge-rl/promptbench");
  const known = promptbenchTasks.find((name) => new RegExp(`^(@bridge-rl/)?promptbench/${name}$`).test(task));
  return known === undefined ? [] : complexityLevels(known).map((options, index) => [`D${index + 1}`, { ...options }]);
}

function parseDefinition(text: string): readonly [name: string, options: Options] {
  const at = text.indexOf("=");
  const [name, definition] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  const options = operationsOf(definition) ?? parseObject(definition);
  if (at > 0 && name !== "" && options !== undefined) return [name, options];
  throw new BridgeError("invalid-option", `--level ${text} can't be read; write name=3-5 for operations, or name={"operations":[3,5]}`);
}

function operationsOf(text: string): Options | undefined {
  const match = range.exec(text);
  return match === null ? undefined : { operations: [Number(match[1]), Number(match[2] ?? match[1])] };
}

function parseObject(text: string): Options | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined; // said by the caller, with the whole definition
  }
}
