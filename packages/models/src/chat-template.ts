import { BridgeError, type TrainingRow } from "@bridge-rl/spec";
import { Template } from "@huggingface/jinja";
import { isRecord } from "./internal/read-json.js";
import type { FileTokenizer, TokenizerFiles } from "./tokenizer.js";

/** One turn of a conversation. Other fields, such as `tool_calls`, reach the template as they are. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
  readonly [field: string]: unknown;
}

export interface RenderChatOptions {
  /** Ends with what opens the assistant's turn. @defaultValue false */
  readonly addGenerationPrompt?: boolean;
  /** Descriptions of functions that the model may call, as JSON schemas. @defaultValue none */
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
  /** Which template, where the tokenizer has several by name. @defaultValue "default" */
  readonly template?: string;
  /** Further variables of the template, such as `enable_thinking`. @defaultValue none */
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface EncodeChatOptions extends Omit<RenderChatOptions, "addGenerationPrompt"> {
  /**
   * What a special token's text within a message is: `refuse` throws, so that no message can end its own turn; `encode` lets it become the
   * token. @defaultValue "refuse"
   */
  readonly specialTokensInMessages?: "refuse" | "encode";
}

/** A conversation as ids: everything before the last assistant turn, and that turn. */
export interface EncodedChat extends TrainingRow {
  /** The texts that the ids spell. */
  readonly prompt: string;
  readonly completion: string;
}

/**
 * A conversation as the text that its model was trained on, by the tokenizer's own Jinja template. The text has every special token in it
 * already; `encode` adds none.
 *
 * @throws BridgeError `unsupported` for a tokenizer without a template; `invalid-input` where the template refuses the messages
 */
export function renderChat(tokenizer: TokenizerFiles, messages: readonly ChatMessage[], options: RenderChatOptions = {}): string {
  const { addGenerationPrompt = false, tools, template = "default", variables = {} } = options;
  const source = chatTemplates(tokenizer).get(template);
  if (source === undefined) {
    throw new BridgeError(
      "unsupported",
      `the tokenizer has no chat template "${template}"; pass texts, or a tokenizer_config.json with one`,
    );
  }
  try {
    return new Template(source).render({
      ...specialTexts(tokenizer),
      ...variables,
      messages,
      add_generation_prompt: addGenerationPrompt,
      ...(tools === undefined ? {} : { tools }),
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError("invalid-input", `the chat template refuses these messages: ${reason}`, { cause });
  }
}

/**
 * A conversation as a prompt and a completion, tokenised apart at the one place where the assistant's last turn begins: a rollout's prompt
 * ends where training's did. The completion ends with the end-of-sequence token, once, also where the template has none or goes on behind it.
 * Where the last turn is not the assistant's, the prompt asks for one and the completion is empty.
 *
 * @throws BridgeError what `renderChat` throws; `unsupported` where the template renders earlier turns otherwise once a later one is there;
 *   `invalid-input` for a special token within a message
 */
export function encodeChat(tokenizer: FileTokenizer, messages: readonly ChatMessage[], options: EncodeChatOptions = {}): EncodedChat {
  const { specialTokensInMessages = "refuse", ...rendering } = options;
  if (specialTokensInMessages === "refuse") refuseSpecialTokens(tokenizer.files, messages);
  const answered = messages.at(-1)?.role === "assistant";
  const asked = answered ? messages.slice(0, -1) : messages;
  const prompt = renderChat(tokenizer.files, asked, { ...rendering, addGenerationPrompt: true });
  const promptIds = tokenizer.encode(prompt);
  if (!answered) return { prompt, completion: "", promptIds, completionIds: new Int32Array(0) };
  const whole = renderChat(tokenizer.files, messages, rendering);
  if (!whole.startsWith(prompt)) {
    throw new BridgeError(
      "unsupported",
      "the chat template renders these messages otherwise once they are answered, so the answer has no place to begin; encode the turns yourself",
    );
  }
  const rest = whole.slice(prompt.length);
  const end = tokenizer.decode([tokenizer.endOfSequenceId]);
  // the answer itself may spell the token where that is allowed, so the last one is the end
  const place = rest.lastIndexOf(end);
  const completion = place === -1 ? rest + end : rest.slice(0, place + end.length);
  return { prompt, completion, promptIds, completionIds: tokenizer.encode(completion) };
}

/** Templates by name: from `chat_template.jinja`, or from tokenizer_config.json, which has one or a list. */
function chatTemplates({ configuration, chatTemplate }: TokenizerFiles): Map<string, string> {
  if (chatTemplate !== undefined) return new Map([["default", chatTemplate]]);
  const found: unknown = configuration.chat_template;
  if (typeof found === "string") return new Map([["default", found]]);
  const named = Array.isArray(found) ? found : [];
  return new Map(
    named.flatMap((each: unknown) =>
      isRecord(each) && typeof each.name === "string" && typeof each.template === "string" ? [[each.name, each.template] as const] : [],
    ),
  );
}

/** `bos_token` and its like, as templates name them. */
function specialTexts({ configuration }: TokenizerFiles): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name of ["bos_token", "eos_token", "unk_token", "pad_token"]) {
    const value = configuration[name];
    const text = isRecord(value) ? value.content : value;
    if (typeof text === "string") texts[name] = text;
  }
  return texts;
}

function refuseSpecialTokens({ tokenizer }: TokenizerFiles, messages: readonly ChatMessage[]): void {
  const added: readonly unknown[] = Array.isArray(tokenizer.added_tokens) ? tokenizer.added_tokens : [];
  const special = added.flatMap((token) =>
    isRecord(token) && token.special === true && typeof token.content === "string" ? [token.content] : [],
  );
  for (const [index, { content }] of messages.entries()) {
    const found = special.find((token) => content.includes(token));
    if (found !== undefined) {
      throw new BridgeError(
        "invalid-input",
        `message ${index} spells the special token ${found}; remove it, or pass specialTokensInMessages: "encode" if it is meant`,
      );
    }
  }
}
