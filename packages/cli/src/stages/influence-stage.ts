import { BridgeError } from "@bridge-rl/spec";
import type { Stages } from "../pipeline/stages.js";

export const influenceStage: Stages["influence"] = async () => {
  throw new BridgeError("unsupported", "not yet");
};
