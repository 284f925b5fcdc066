export { type AdamWMoments, type AdamWOptions, adamW } from "./adamw.js";
export {
  type ChatMessage,
  type EncodeChatOptions,
  type EncodedChat,
  encodeChat,
  type RenderChatOptions,
  renderChat,
} from "./chat-template.js";
export {
  causalAttention,
  type DeclareDecoderOptions,
  type Decoder,
  type DropoutMask,
  declareDecoder,
  decoderLayer,
  dropoutMasks,
  embedTokens,
  type Heads,
  headLogits,
  type LayerOptions,
} from "./decoder.js";
export type { DecoderConfig, Llama3RopeScaling } from "./decoder-config.js";
export { type DecoderParameter, decoderParameters, type InitializationOptions, initializeDecoder } from "./decoder-parameters.js";
export { createDevicePolicy, type DevicePolicy, type DevicePolicyOptions, type DeviceWeights } from "./device-policy.js";
export { DeviceSampler, type DeviceSamplerOptions } from "./device-sampler.js";
export { type DownloadModelOptions, downloadModel } from "./download-model.js";
export { LocalPolicy, type LocalPolicyOptions, type PolicyWeights } from "./local-policy.js";
export { LocalSampler, type LocalSamplerOptions, type StreamedRollout } from "./local-sampler.js";
export {
  initializeLora,
  type LoraConfig,
  type LoraOptions,
  type LoraTarget,
  loraParameters,
  loraTargets,
  mergeLora,
  resolveLora,
  unmergeLora,
} from "./lora.js";
export { type LoraFolder, loadLoraFolder, saveLoraFolder } from "./lora-folder.js";
export {
  availableMemory,
  describePlan,
  type MemoryPlan,
  type MemoryPlanOptions,
  type MemoryUse,
  planMemory,
  refuseBeyond,
} from "./memory-plan.js";
export { formatModelConfig, type ModelConfigExtras, parseModelConfig } from "./model-config.js";
export {
  loadModelConfig,
  loadModelFolder,
  type ModelFolder,
  type ModelSource,
  type SaveModelFolderOptions,
  saveModelFolder,
  type WeightStorage,
} from "./model-folder.js";
export { measureProductRate } from "./product-rate.js";
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
export { createWorkerPolicy, WorkerPolicy, type WorkerPolicyOptions } from "./worker-policy.js";
