export { contents, type Interruption, runScript } from "./interruptions.js";
export { beginsRight, coin, phrasebook, problems, tinyPolicy, tokenizer } from "./letters-task.js";
export { tinyDecoder } from "./tiny-decoder.js";
