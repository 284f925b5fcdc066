import { BridgeError } from "@bridge-rl/spec";
import type { Feed, Result, Session } from "./binding.js";

/** @throws BridgeError `invalid-input` where onnxruntime refuses the values */
export function runSession(session: Session, feeds: Readonly<Record<string, Feed>>, outputs: readonly string[]): Record<string, Result> {
  try {
    return session.run(feeds, Object.fromEntries(outputs.map((name) => [name, null])), {});
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError("invalid-input", `onnxruntime could not run the program: ${reason}`, { cause });
  }
}
