import { resolveModelDirectory } from "./resolve-model.js";

/** Makes the function that counts a text's tokens, with the tokenizer of a model. @throws BridgeError as `resolveModelDirectory` */
export async function tokenCounter(model: string, directory: string): Promise<(text: string) => number> {
  const { loadTokenizer } = await import("@bridge-rl/models");
  const tokenizer = await loadTokenizer(await resolveModelDirectory(model, directory));
  return (text) => tokenizer.encode(text).length;
}
