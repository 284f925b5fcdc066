import { BridgeError } from "../bridge-error.js";

/** Something that has to hold for every plugin of a kind. `check` throws where it does not. */
export interface Law {
  readonly name: string;
  check(): void;
}

/**
 * Registers laws as the tests of any runner.
 *
 * @param test  the runner's `test` or `it`: vitest, node:test, jest, mocha
 */
export function registerLaws(test: (name: string, check: () => void) => unknown, laws: readonly Law[]): void {
  for (const law of laws) test(law.name, () => law.check());
}

/** What a law throws. `where` names the case, so that it can be made again. */
export function brokenLaw(where: string, reason: string): BridgeError {
  return new BridgeError("invalid-plugin", `${where}: ${reason}`);
}
