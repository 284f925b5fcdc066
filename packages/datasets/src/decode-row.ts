import { BridgeError, type Span, stepKinds } from "@bridge-rl/spec";
import type { FileRow } from "./column.js";
import { type DatasetFormat, formatOf } from "./dataset-format.js";
import type { DatasetRow } from "./dataset-row.js";

/**
 * Reads a row of any trainer's schema, ours or another's file: only the prompt has to be there.
 *
 * @param place  where it stands, for messages
 * @throws BridgeError `invalid-file` where a field is not what the format has, or a conversation has several turns
 */
export function decodeRow(row: FileRow, place: string, format: DatasetFormat = formatOf(row, place)): DatasetRow {
  const fields = new Fields(row, place);
  switch (format) {
    case "trl":
      return assemble(
        { prompt: fields.text("prompt"), completion: fields.optionalText("completion") },
        fields.optionalText("answer"),
        fields,
      );
    case "openrlhf":
      return assemble({ prompt: fields.text("input"), completion: fields.optionalText("output") }, fields.optionalText("label"), fields);
    case "trl-conversational": {
      const said = row.completion === undefined || row.completion === null ? [] : fields.messages("completion");
      return assemble(conversation([...fields.messages("prompt"), ...said], place), fields.optionalText("answer"), fields);
    }
    case "verl": {
      const extra = fields.optionalStruct("extra_info");
      const label = fields.optionalStruct("reward_model")?.optionalText("ground_truth") ?? extra?.optionalText("answer");
      const talk = fields.messages("messages" in row ? "messages" : "prompt");
      return assemble(conversation(talk, place), label, extra ?? fields);
    }
  }
}

interface Message {
  readonly role: string;
  readonly content: string;
}

interface Conversation {
  readonly system?: string;
  readonly prompt: string;
  readonly completion?: string | undefined;
}

function conversation(messages: readonly Message[], place: string): Conversation {
  const roles = messages.map(({ role }) => role).join(", ");
  const [first, ...rest] = messages;
  const [asked, said, ...more] = first?.role === "system" ? rest : messages;
  const fits = asked?.role === "user" && (said === undefined || said.role === "assistant") && more.length === 0;
  if (!fits) {
    throw new BridgeError(
      "invalid-file",
      `${place} is a conversation of ${roles || "nobody"}; expected one question and at most one reply`,
    );
  }
  return {
    prompt: asked.content,
    ...(first?.role === "system" ? { system: first.content } : {}),
    ...(said === undefined ? {} : { completion: said.content }),
  };
}

function assemble({ prompt, completion, system }: Conversation, answer: string | undefined, about: Fields): DatasetRow {
  const problem = about.optionalText("problem");
  const operations = about.optionalInteger("operations") ?? about.optionalInteger("num_ops");
  const structureHash = about.optionalText("structure_hash");
  const modulus = about.optionalInteger("modulus");
  const spans = about.optionalSpans("spans");
  return {
    prompt,
    ...(completion === undefined ? {} : { completion }),
    ...(answer === undefined ? {} : { answer }),
    ...(problem === undefined ? {} : { problem }),
    ...(operations === undefined ? {} : { operations }),
    ...(spans === undefined ? {} : { spans }),
    ...(structureHash === undefined ? {} : { structureHash }),
    ...(modulus === undefined ? {} : { modulus }),
    ...(system === undefined ? {} : { system }),
  };
}

/** Typed access to the fields of a row, with messages that say where it stands. */
class Fields {
  readonly #row: FileRow;
  readonly #place: string;

  constructor(row: FileRow, place: string) {
    this.#row = row;
    this.#place = place;
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw this.#wrong(name, "a text");
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.#row[name] ?? undefined;
    if (value === undefined || typeof value === "string") return value;
    // Other people's files have answers as numbers.
    if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
    throw this.#wrong(name, "a text");
  }

  optionalInteger(name: string): number | undefined {
    const value = this.#row[name] ?? undefined;
    if (value === undefined) return undefined;
    const number = typeof value === "bigint" ? Number(value) : value;
    if (typeof number === "number" && Number.isSafeInteger(number)) return number;
    throw this.#wrong(name, "an integer");
  }

  optionalStruct(name: string): Fields | undefined {
    const value = this.#row[name] ?? undefined;
    if (value === undefined) return undefined;
    if (!isObject(value)) throw this.#wrong(name, "an object");
    return new Fields(value, `${this.#place}, ${name}`);
  }

  messages(name: string): Message[] {
    const value = this.#row[name];
    if (!Array.isArray(value)) throw this.#wrong(name, "a list of messages");
    return value.map((message: unknown) => {
      if (!isObject(message)) throw this.#wrong(name, "a list of { role, content }");
      const fields = new Fields(message, `${this.#place}, ${name}`);
      return { role: fields.text("role"), content: fields.text("content") };
    });
  }

  /** Spans are a JSON string in files, and a list in lines of `bridge inject`. */
  optionalSpans(name: string): readonly Span[] | undefined {
    const value = this.#row[name] ?? undefined;
    if (value === undefined) return undefined;
    const spans: unknown = typeof value === "string" ? this.#json(name, value) : value;
    if (Array.isArray(spans) && spans.every(isSpan)) return spans;
    throw this.#wrong(name, "a list of spans");
  }

  #json(name: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new BridgeError("invalid-file", `${this.#place}: ${name} is not JSON`, { cause: error });
    }
  }

  #wrong(name: string, expected: string): BridgeError {
    const shown = JSON.stringify(this.#row[name], (_, part: unknown) => (typeof part === "bigint" ? String(part) : part)) ?? "missing";
    return new BridgeError("invalid-file", `${this.#place}: ${name} is ${shown.slice(0, 60)}; expected ${expected}`);
  }
}

function isObject(value: unknown): value is FileRow {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSpan(value: unknown): value is Span {
  return (
    isObject(value) &&
    [value.start, value.end, value.step].every(Number.isSafeInteger) &&
    stepKinds.some((kind) => kind === value.kind) &&
    (value.behavior === undefined || typeof value.behavior === "string")
  );
}
