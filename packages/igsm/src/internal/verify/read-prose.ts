import { readAside, readNames } from "./read-aside.js";
import { readBoxes } from "./read-boxes.js";
import { readEquation, wordAt } from "./read-equation.js";
import type { Statement, Statements, Word } from "./statement.js";

/** Takes apart a completion in BRIDGE's prose (short, long or one line per definition) or in ours. Sentences that claim nothing are passed over. */
export function readProse(text: string, isName: (name: string) => boolean): Statements {
  const statements: Statement[] = [];
  const answers: Word[] = [];
  const closing = text.indexOf("</think>");
  const end = closing === -1 ? text.length : closing;
  for (let start = 0; start < end; ) {
    const newline = text.indexOf("\n", start);
    const until = newline === -1 || newline > end ? end : newline;
    const aside = text.startsWith("- ", start) ? readAside(text, start + 2, until) : undefined;
    if (aside !== undefined) statements.push(aside);
    else if (text.startsWith("- ", start)) new Line(text, start, until, isName).read(start + 2, statements);
    else if (text.startsWith("Define ", start)) new Line(text, start, until, isName).read(start, statements);
    else if (text.startsWith(conclusion, start)) {
      const stop = text.indexOf(".", start + conclusion.length);
      answers.push(wordAt(text, start + conclusion.length, stop === -1 || stop > until ? until : stop));
    }
    start = until + 1;
  }
  const boxes = readBoxes(text);
  // Without a box there is no answer, whatever the thinking part concludes.
  return { dialect: "prose", statements, answers: boxes.length === 0 ? [] : [...answers, ...boxes] };
}

/** Opens the line that says the answer before the thinking ends. */
export const conclusion = "Thus, the answer is ";
const computation = /^(?:Then |So |Thus )?[A-Za-z]{1,2} =/;
/** What a sentence says that gives up. */
export const setback: RegExp = /cannot (?:compute|calculate)|is still unknown|come back to/;
/** What stands behind the names in a sentence that says what is missing. */
export const setbackTail: RegExp = /(?:(?: yet)?, (?:so|thus|which) .*| (?:is|are) unknown.*| has(?: not| yet).*| have not.*)$/;

/** How a bullet opens. Other sentences are remarks. */
const turn =
  /^(?:Define each |(?:The|According to the information given, the|We can then calculate the|Now, we can find the|Next, let [A-Za-z]{1,2} (?:represent|be) the|Now, let [A-Za-z]{1,2} stand for the|Then, let's (?:denote|call) the|Next, let's define the|The premises say that the|We are told that the|Now, let's look at the|Next, we turn to the) number of each )/;

/** One bullet: turns to a quantity, perhaps repeats its premise, and computes it or gives up. */
class Line {
  readonly #text: string;
  readonly #start: number;
  readonly #end: number;
  readonly #isName: (name: string) => boolean;
  #name: Word | undefined;
  #symbol: Word | undefined;
  #given: Word | undefined;
  #naming: "new" | "again" = "new";
  #closed = false;

  constructor(text: string, start: number, end: number, isName: (name: string) => boolean) {
    this.#text = text;
    this.#start = start;
    this.#end = end;
    this.#isName = isName;
  }

  read(from: number, statements: Statement[]): void {
    for (let start = from; start < this.#end; ) {
      const stop = this.#text.indexOf(". ", start);
      const until = stop === -1 || stop >= this.#end ? this.#end : stop;
      const full = until === this.#end && this.#text[until - 1] === "." ? until - 1 : until;
      this.#sentence(wordAt(this.#text, start, full), statements);
      start = until + 2;
    }
    if (!this.#closed && this.#name !== undefined) statements.push({ kind: "unreadable", ...this.#about() });
  }

  #sentence(sentence: Word, statements: Statement[]): void {
    const { text, start, end } = sentence;
    if (text.startsWith("We know that it equals ")) {
      statements.push({ ...this.#about(), kind: "restate", start, end, formula: wordAt(this.#text, start + 23, end) });
    } else if (text.startsWith("Recall that the number of ")) {
      this.#reminder(sentence, statements);
    } else if (computation.test(text)) {
      const skipped = /^(?:Then |So |Thus |)/.exec(text)?.[0].length ?? 0;
      const equation = readEquation(this.#text, start + skipped, end, false);
      this.#closed = true;
      if (equation === undefined) statements.push({ ...this.#about(), kind: "unreadable" });
      else statements.push({ ...this.#about(), kind: "derive", equations: [equation], given: this.#given });
    } else if (this.#name === undefined) this.#turn(sentence);
    else if (setback.test(text)) {
      this.#closed = true;
      statements.push({ ...this.#about(), kind: "attempt", missing: this.#missing(sentence) });
    } else this.#call(sentence);
  }

  #about(): { start: number; end: number; name: Word | undefined; symbol: Word | undefined; naming: "new" | "again" } {
    return { start: this.#start, end: this.#end, name: this.#name, symbol: this.#symbol, naming: this.#naming };
  }

  /** A sentence that turns to a quantity, and may name it or say its number. */
  #turn({ text, start, end }: Word): void {
    const letting = /\blet ([A-Za-z]{1,2}) (?:represent|be|stand for) the number of each /.exec(text);
    const opening = turn.exec(text);
    if (opening === null) return;
    const from = start + opening[0].length;
    if (letting !== null) {
      this.#name = wordAt(this.#text, from, end);
      const symbolStart = start + letting.index + 4;
      this.#symbol = wordAt(this.#text, symbolStart, symbolStart + (letting[1] as string).length);
      return;
    }
    const whole = wordAt(this.#text, from, end);
    this.#name = whole;
    if (this.#isName(whole.text)) return;
    const tail = /(?: as| is|) (-?\d+|[A-Za-z]{1,2})$/.exec(whole.text);
    if (tail === null) return;
    const [behind = "", word = ""] = tail;
    const name = wordAt(this.#text, from, end - behind.length);
    const naming = /^[A-Za-z]/.test(word);
    // "… the number of each A's B x" without a joining word is told from a name only by the name.
    if (behind.length === word.length + 1 && !this.#isName(name.text) && !/call the number/.test(text)) return;
    this.#name = name;
    const found = wordAt(this.#text, end - word.length, end);
    if (naming) this.#symbol = found;
    else this.#given = found;
  }

  /** A sentence that names the quantity. */
  #call({ text, start }: Word): void {
    const found =
      /^(?:Let it be|Let's denote it as|Let's call it|Call it|Remember that it has been denoted as) ([A-Za-z]{1,2})$/.exec(text) ??
      /^We write ([A-Za-z]{1,2}) for it$/.exec(text);
    if (found === null) return;
    const symbol = found[1] as string;
    const at = start + (text.startsWith("We write ") ? 9 : text.length - symbol.length);
    this.#symbol = wordAt(this.#text, at, at + symbol.length);
    this.#naming = text.startsWith("Remember") ? "again" : "new";
  }

  #reminder({ text, start, end }: Word, statements: Statement[]): void {
    const equals = text.indexOf(" equals ");
    const opening = "Recall that the number of each ".length;
    if (equals < opening) return;
    const name = wordAt(this.#text, start + opening, start + equals);
    const formula = wordAt(this.#text, start + equals + 8, end);
    statements.push({ kind: "restate", start, end, name, symbol: undefined, naming: "new", formula });
  }

  /** The names in a sentence that says what is missing. */
  #missing({ text, start }: Word): Word[] {
    const first = text.indexOf("each ");
    if (first === -1) return [];
    return readNames(this.#text, start + first, text.slice(first).replace(setbackTail, ""));
  }
}
