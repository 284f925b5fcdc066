export {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type SafetensorsContents,
  type SafetensorsData,
  type SafetensorsType,
  type StoredTensor,
  type TensorsToStore,
  type TensorToStore,
  writeSafetensors,
} from "./safetensors.js";
export { createTokenizer, type FileTokenizer, loadTokenizer, saveTokenizer, type TokenizerFiles } from "./tokenizer.js";
export { type SplitPattern, splitPatterns, type TrainTokenizerOptions, trainTokenizer } from "./train-tokenizer.js";
