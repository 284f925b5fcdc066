import { BridgeError } from "@bridge-rl/spec";
import { byteCharacters } from "./byte-alphabet.js";
import { type LibraryModel, libraryTokenizer } from "./library-tokenizer.js";
import { normalizationOf, pieceSplitter } from "./pre-tokenization.js";

/** A part of a text: an added token with its id, or what lies between two of them. */
interface Section {
  readonly text: string;
  readonly added?: number;
}

/** Pieces whose ids are remembered; beyond that the memory starts anew. */
const rememberedPieces = 100_000;

/**
 * A byte-level BPE vocabulary. Cutting into pieces and remembering their ids happens here, since short texts repeat the same pieces;
 * the merging of a new piece is left to Hugging Face's library.
 */
export class ByteLevelVocabulary {
  readonly size: number;
  readonly #model: LibraryModel;
  readonly #added: ReadonlyMap<string, number>;
  readonly #addedPattern: RegExp | undefined;
  readonly #normalize: (text: string) => string;
  readonly #split: (text: string) => string[];
  readonly #characters = byteCharacters();
  readonly #byteOf = new Map(this.#characters.map((character, byte) => [character, byte]));
  readonly #bytes: (Uint8Array | undefined)[];
  readonly #remembered = new Map<string, readonly number[]>();
  readonly #encoder = new TextEncoder();

  constructor(tokenizer: Readonly<Record<string, unknown>>, configuration: Readonly<Record<string, unknown>>) {
    this.#normalize = normalizationOf(tokenizer.normalizer);
    this.#split = pieceSplitter(tokenizer.pre_tokenizer);
    this.#model = libraryTokenizer(tokenizer, configuration).model;
    if (this.#model.config.type !== "BPE") {
      throw new BridgeError("unsupported", `tokenizer.json has a ${this.#model.config.type} model; only byte-level BPE is supported`);
    }
    this.#added = addedTokens(tokenizer);
    this.#addedPattern = anyOf([...this.#added.keys()]);
    this.#bytes = this.#model.vocab.map((token) => (token === undefined ? undefined : this.#bytesOfToken(token)));
    for (const [content, id] of this.#added) this.#bytes[id] = this.#encoder.encode(content);
    this.size = this.#bytes.length;
  }

  idOf(token: string): number {
    const id = this.#added.get(token) ?? this.#model.tokens_to_ids.get(token);
    if (id === undefined) throw new BridgeError("invalid-file", `the vocabulary has no token "${token}"; add it to tokenizer.json`);
    return id;
  }

  encode(text: string): number[] {
    const ids: number[] = [];
    for (const section of this.#sections(text)) {
      if (section.added !== undefined) ids.push(section.added);
      else for (const piece of this.#split(this.#normalize(section.text))) ids.push(...this.#idsOf(piece));
    }
    return ids;
  }

  encodeWithOffsets(text: string): { ids: Int32Array; offsets: Int32Array } {
    const ids: number[] = [];
    const offsets: number[] = [];
    let start = 0;
    for (const section of this.#sections(text)) {
      if (section.added !== undefined) {
        ids.push(section.added);
        offsets.push(start);
      } else {
        this.#encodeSection(section.text, start, ids, offsets);
      }
      start += section.text.length;
    }
    offsets.push(text.length);
    return { ids: Int32Array.from(ids), offsets: Int32Array.from(offsets) };
  }

  decode(ids: ArrayLike<number>): string {
    const parts: Uint8Array[] = [];
    for (let index = 0; index < ids.length; index++) parts.push(this.bytesOf(ids[index] as number));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(parts));
  }

  bytesOf(id: number): Uint8Array {
    const bytes = this.#bytes[id];
    if (bytes === undefined) throw new BridgeError("invalid-input", `${id} is no token id; this vocabulary has 0 to ${this.size - 1}`);
    return bytes;
  }

  *#sections(text: string): Generator<Section> {
    let start = 0;
    for (const match of this.#addedPattern === undefined ? [] : text.matchAll(this.#addedPattern)) {
      if (match.index > start) yield { text: text.slice(start, match.index) };
      yield { text: match[0], added: this.#added.get(match[0]) as number };
      start = match.index + match[0].length;
    }
    if (start < text.length) yield { text: text.slice(start) };
  }

  #encodeSection(text: string, start: number, ids: number[], offsets: number[]): void {
    const normalized = this.#normalize(text);
    const origin = normalized === text ? undefined : originsOf(text, this.#normalize);
    let position = 0;
    for (const piece of this.#split(normalized)) {
      const ends = characterEnds(piece, this.#encoder);
      let bytes = 0;
      for (const id of this.#idsOf(piece)) {
        const index = position + (ends[bytes] as number);
        ids.push(id);
        offsets.push(start + (origin === undefined ? index : (origin[index] as number)));
        bytes += this.bytesOf(id).length;
      }
      position += piece.length;
    }
  }

  #idsOf(piece: string): readonly number[] {
    const remembered = this.#remembered.get(piece);
    if (remembered !== undefined) return remembered;
    const ids = this.#merge(piece);
    if (this.#remembered.size >= rememberedPieces) this.#remembered.clear();
    this.#remembered.set(piece, ids);
    return ids;
  }

  #merge(piece: string): number[] {
    const bytes = this.#encoder.encode(piece);
    const tokens = this.#model.encode([Array.from(bytes, (byte) => this.#characters[byte] as string).join("")]);
    const ids = tokens.map((token) => this.#model.tokens_to_ids.get(token) as number);
    if (ids.reduce((length, id) => length + this.bytesOf(id).length, 0) !== bytes.length) {
      throw new BridgeError(
        "invalid-input",
        `the vocabulary cannot spell ${JSON.stringify(piece)}; train it with alphabet: "bytes" for any text`,
      );
    }
    return ids;
  }

  #bytesOfToken(token: string): Uint8Array | undefined {
    const bytes = Array.from(token, (character) => this.#byteOf.get(character) ?? -1);
    return bytes.includes(-1) ? undefined : Uint8Array.from(bytes);
  }
}

function addedTokens(tokenizer: Readonly<Record<string, unknown>>): Map<string, number> {
  const added = new Map<string, number>();
  if (!Array.isArray(tokenizer.added_tokens)) throw new BridgeError("invalid-file", "tokenizer.json has no list added_tokens");
  for (const { id, content, lstrip, rstrip, single_word } of tokenizer.added_tokens) {
    if (lstrip || rstrip || single_word) {
      throw new BridgeError(
        "unsupported",
        `the added token "${content}" swallows blanks or needs word borders; set lstrip, rstrip and single_word to false`,
      );
    }
    added.set(content, id);
  }
  return added;
}

/** Matches the longest of the texts where several begin at one place. */
function anyOf(texts: readonly string[]): RegExp | undefined {
  if (texts.length === 0) return undefined;
  const longestFirst = texts.toSorted((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"), "g");
}

/** For each byte of a text in UTF-8, and for its end: the UTF-16 units of all characters complete before it. */
function characterEnds(text: string, encoder: InstanceType<typeof TextEncoder>): Int32Array {
  const ends: number[] = [];
  let units = 0;
  for (const character of text) {
    const length = (character.codePointAt(0) as number) < 0x80 ? 1 : encoder.encode(character).length;
    for (let byte = 0; byte < length; byte++) ends.push(units);
    units += character.length;
  }
  ends.push(units);
  return Int32Array.from(ends);
}

/**
 * For each unit of the normalised text, and for its end: where it comes from. A character that normalisation changes is the start of the
 * sequence (base and marks, or Hangul syllable) that it was composed of.
 */
function originsOf(text: string, normalize: (text: string) => string): Int32Array {
  const origins: number[] = [];
  let position = 0;
  for (const [sequence] of text.matchAll(/[\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff]+|\P{M}?\p{M}*/gu)) {
    const normalized = normalize(sequence);
    for (let unit = 0; unit < normalized.length; unit++) origins.push(position + (normalized === sequence ? unit : 0));
    position += sequence.length;
  }
  origins.push(position);
  return Int32Array.from(origins);
}
