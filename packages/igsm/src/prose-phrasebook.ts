import type { Phrasebook } from "@bridge-rl/spec";
import { tersePhrasebook } from "./terse-phrasebook.js";
export function prosePhrasebook(): Phrasebook {
  return tersePhrasebook();
}
