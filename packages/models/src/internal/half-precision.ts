/** Widens bfloat16 bit patterns: exact, a bfloat16 is the upper half of a float32. */
export function widenBfloat16(source: Uint16Array): Float32Array {
  const widened = new Uint32Array(source.length);
  for (let index = 0; index < source.length; index++) widened[index] = (source[index] as number) << 16;
  return new Float32Array(widened.buffer);
}

/** Rounds to bfloat16 bit patterns, ties to even. A NaN stays a (quiet) NaN of the same sign. */
export function narrowToBfloat16(source: ArrayLike<number>): Uint16Array {
  const result = new Uint16Array(source.length);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let index = 0; index < source.length; index++) {
    float[0] = source[index] as number;
    const pattern = bits[0] as number;
    const notANumber = (pattern & 0x7fffffff) > 0x7f800000;
    result[index] = notANumber ? (pattern >>> 16) | 0x40 : (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16;
  }
  return result;
}

/** Widens IEEE 754 binary16 bit patterns: exact, subnormals, infinities and NaN included. */
export function widenFloat16(source: Uint16Array): Float32Array {
  const result = new Float32Array(source.length);
  const patterns = new Uint32Array(result.buffer);
  for (let index = 0; index < source.length; index++) {
    const half = source[index] as number;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 0) {
      result[index] = (sign === 0 ? 1 : -1) * mantissa * 2 ** -24;
    } else {
      const wide = exponent === 0x1f ? 0xff : exponent + 112;
      patterns[index] = sign | (wide << 23) | (mantissa << 13);
    }
  }
  return result;
}

/** Rounds to IEEE 754 binary16 bit patterns, ties to even; beyond ±65,504 (and half a step) to infinity. */
export function narrowToFloat16(source: ArrayLike<number>): Uint16Array {
  const result = new Uint16Array(source.length);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let index = 0; index < source.length; index++) {
    float[0] = source[index] as number;
    const pattern = bits[0] as number;
    const sign = (pattern >>> 16) & 0x8000;
    const magnitude = pattern & 0x7fffffff;
    result[index] = sign | narrowMagnitude(magnitude);
  }
  return result;
}

function narrowMagnitude(magnitude: number): number {
  if (magnitude > 0x7f800000) return 0x7e00 | ((magnitude >>> 13) & 0x3ff);
  if (magnitude >= 0x477ff000) return 0x7c00;
  if (magnitude >= 0x38800000) return (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return 0;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const half = 2 ** (shift - 1);
  return Math.floor((mantissa + half - 1 + ((mantissa >>> shift) & 1)) / 2 ** shift);
}
