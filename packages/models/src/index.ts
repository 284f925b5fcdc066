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
