export { type EncodedSupervised, type EncodeSupervisedOptions, encodeSupervised, type SupervisedExample } from "./encode-supervised.js";
export type { SupervisedProgress } from "./internal/train-on-batches.js";
export { type PretrainOptions, pretrain } from "./pretrain.js";
export { type SupervisedLossBatch, supervisedLoss } from "./supervised-loss.js";
export { type TrainSftOptions, trainSft } from "./train-sft.js";
