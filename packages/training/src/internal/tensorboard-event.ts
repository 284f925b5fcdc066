import { maskedCrc32c } from "./crc32c.js";

/** An event of TensorBoard: the version that begins a file, or scalars of one step. */
export interface TensorboardEvent {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step: number;
  readonly scalars: readonly (readonly [tag: string, value: number])[];
}

/** The record that every event file begins with. */
export function versionRecord(time: number): Buffer {
  return record(Buffer.concat([double(1, time), text(3, "brain.Event:2")]));
}

/** One event as a record of a file: tensorflow/core/util/event.proto with `summary.value.simple_value`. */
export function eventRecord({ time, step, scalars }: TensorboardEvent): Buffer {
  const values = scalars.map(([tag, value]) => message(1, Buffer.concat([text(1, tag), float(2, value)])));
  // A step of 0 is what a missing field means.
  const place = step === 0 ? [] : [key(2, 0), varint(step)];
  return record(Buffer.concat([double(1, time), ...place, message(5, Buffer.concat(values))]));
}

/** TFRecord: length, its checksum, the data, its checksum; all little-endian. */
function record(data: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header.writeBigUInt64LE(BigInt(data.length), 0);
  header.writeUInt32LE(maskedCrc32c(header.subarray(0, 8)), 8);
  const footer = Buffer.alloc(4);
  footer.writeUInt32LE(maskedCrc32c(data));
  return Buffer.concat([header, data, footer]);
}

/** How many bytes of a file are whole records with right checksums, from its beginning. */
export function lengthOfWholeRecords(file: Buffer): number {
  let place = 0;
  while (place + 16 <= file.length) {
    const header = file.subarray(place, place + 8);
    const end = place + 12 + Number(header.readBigUInt64LE(0));
    if (file.readUInt32LE(place + 8) !== maskedCrc32c(header) || end + 4 > file.length) break;
    if (file.readUInt32LE(end) !== maskedCrc32c(file.subarray(place + 12, end))) break;
    place = end + 4;
  }
  return place;
}

function key(field: number, wireType: number): Buffer {
  return Buffer.of((field << 3) | wireType);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, 1), bytes]);
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, 5), bytes]);
}

function message(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([key(field, 2), varint(bytes.length), bytes]);
}

function text(field: number, value: string): Buffer {
  return message(field, Buffer.from(value));
}
