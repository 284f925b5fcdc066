import type { DecoderConfig } from "./decoder-config.js";

/**
 * Angular frequencies of the rotary embedding, one per pair of elements: θ^(−2j/d), stretched where the config says so
 * (Llama 3.1: long wavelengths by `factor`, short ones not, a linear blend of both between).
 */
export function rotaryFrequencies(config: DecoderConfig): Float64Array {
  const { headDimension, ropeTheta, ropeScaling } = config;
  const frequencies = Float64Array.from({ length: headDimension / 2 }, (_, pair) => ropeTheta ** ((-2 * pair) / headDimension));
  if (ropeScaling === undefined) return frequencies;
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalMaximumLength } = ropeScaling;
  return frequencies.map((frequency) => {
    const turns = (originalMaximumLength * frequency) / (2 * Math.PI);
    if (turns > high) return frequency;
    if (turns < low) return frequency / factor;
    const blend = (turns - low) / (high - low);
    return ((1 - blend) * frequency) / factor + blend * frequency;
  });
}

/** Cosines and sines `[positions, headDimension / 2]` of every position from 0. */
export function rotaryTables(config: DecoderConfig, positions: number): { cosine: Float64Array; sine: Float64Array } {
  const frequencies = rotaryFrequencies(config);
  const angles = Float64Array.from(
    { length: positions * frequencies.length },
    (_, index) => Math.floor(index / frequencies.length) * (frequencies[index % frequencies.length] ?? 0),
  );
  return { cosine: angles.map(Math.cos), sine: angles.map(Math.sin) };
}
