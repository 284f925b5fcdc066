import { BridgeError } from "@bridge-rl/spec";
import { Quantities } from "./quantities.js";
import { readFormula } from "./read-formula.js";

/** What the sentences of a problem say, before anything is inferred. */
export interface Sentences {
  readonly quantities: Quantities;
  /** What the question asks: parts as it words them, or a whole name. */
  readonly question: { readonly container: string; readonly held: string } | { readonly name: string };
  /** The original's wording, which implies arithmetic modulo 23. */
  readonly original: boolean;
  /** Named in the question. */
  readonly modulus: number | undefined;
}

/**
 * Reads premises and question, in any order and with any blanks between them. A name has no full stop in it.
 *
 * @throws BridgeError `invalid-input` with the sentence that can't be read
 */
export function readSentences(text: string): Sentences {
  const quantities = new Quantities();
  const resolve = (name: string) => quantities.intern(name);
  let asked: Pick<Sentences, "question" | "modulus"> & { plain: boolean } = { question: { name: "" }, modulus: undefined, plain: false };
  let questions = 0;
  let original = false;
  for (let at = skipBlanks(text, 0); at < text.length; ) {
    if (text.startsWith(premiseOpening, at)) {
      const stop = text.indexOf(".", at);
      const end = stop === -1 ? text.length : stop;
      readPremise(text.slice(at + premiseOpening.length, end));
      at = skipBlanks(text, end + 1);
      continue;
    }
    const mark = text.indexOf("?", at);
    if (mark === -1) refuse(text.slice(at), "it is neither a premise nor a question");
    asked = readQuestion(text.slice(at, mark));
    questions++;
    at = skipBlanks(text, mark + 1);
  }
  if (questions !== 1) throw new BridgeError("invalid-input", `an iGSM problem asks one question, not ${questions}`);
  return { quantities, question: asked.question, modulus: asked.modulus, original: original || asked.plain };

  function readPremise(sentence: string): void {
    const equals = sentence.indexOf(" equals ");
    const split = equals === -1 ? sentence.indexOf(" is equal to ") : equals;
    if (split === -1) refuse(sentence, "nothing in it equals anything");
    const words = sentence.slice(split + (equals === -1 ? 13 : 8));
    const number = quantities.intern(sentence.slice(0, split));
    if (quantities.formulas[number] !== undefined) refuse(sentence, "that quantity is given twice");
    const formula = readFormula(words, resolve);
    if (formula === undefined) refuse(sentence, "its formula is none of iGSM");
    original ||= words.includes(" times as much as ");
    quantities.formulas[number] = formula;
  }
}

const premiseOpening = "The number of each ";

function readQuestion(sentence: string): Pick<Sentences, "question" | "modulus"> & { plain: boolean } {
  const counting = /^Counting modulo (\d+), /.exec(sentence);
  const modulus = counting === null ? undefined : Number(counting[1]);
  const words = sentence.slice(counting?.[0].length ?? 0);
  const whole = /^what is the number of each (.+)$/is.exec(words);
  if (whole !== null) return { question: { name: whole[1] as string }, modulus, plain: false };
  const parts = /^how many (.+?) (?:does each (.+) have|are there in each (.+)|does (.+) have)$/is.exec(words);
  if (parts === null) refuse(sentence, "it asks for no quantity of iGSM");
  const [, held, each, inEach, plain] = parts;
  return { question: { container: (each ?? inEach ?? plain) as string, held: held as string }, modulus, plain: plain !== undefined };
}

function skipBlanks(text: string, at: number): number {
  let next = at;
  while (next < text.length && text.charCodeAt(next) <= 32) next++;
  return next;
}

function refuse(sentence: string, reason: string): never {
  const shown = sentence.length > 120 ? `${sentence.slice(0, 120)}…` : sentence;
  throw new BridgeError("invalid-input", `"${shown.trim()}" can't be read in an iGSM problem: ${reason}`);
}
