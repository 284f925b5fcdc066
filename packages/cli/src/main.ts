import { BridgeError } from "@bridge-rl/spec";
import { CommanderError } from "commander";
import { OutputClosed } from "./data/write-lines.js";
import { ChecksFailed } from "./internal/checks-failed.js";
import { exitCodeOf, exitCodes } from "./internal/exit-codes.js";
import { Interrupted } from "./internal/interruption.js";
import { createProgram } from "./program.js";

/**
 * Runs the command line and tells what to exit with. Errors of the user are one line; anything else shows its stack, because it is a bug.
 */
export async function main(words: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...words], { from: "user" });
    return exitCodes.success;
  } catch (error) {
    if (error instanceof OutputClosed) return exitCodes.success;
    // Commander has printed its message already, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
    if (error instanceof ChecksFailed) {
      process.stderr.write(`${error.message}\n`);
      return exitCodes.failure;
    }
    if (error instanceof Interrupted) {
      process.stderr.write(`bridge: ${error.message}\n`);
      return error.signal === "SIGTERM" ? exitCodes.terminated : exitCodes.interrupted;
    }
    if (BridgeError.isInstance(error)) {
      process.stderr.write(`bridge: ${error.message}\n`);
      if (process.env.BRIDGE_DEBUG) process.stderr.write(`${error.stack}\n`);
    } else process.stderr.write(`bridge: ${error instanceof Error ? error.stack : String(error)}\n`);
    return exitCodeOf(error);
  }
}
