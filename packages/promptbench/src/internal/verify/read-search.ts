import { type Word, wordAt } from "./statement.js";

/** What a line of a search says: where it begins, what it looks at, what it finds there, and what it concludes. */
export type SearchLineKind = "begin" | "look" | "links" | "visited" | "goal" | "end" | "unreadable";

/** One line of PromptBench's own search through a graph. */
export interface SearchLine {
  readonly kind: SearchLineKind;
  readonly start: number;
  readonly end: number;
  /** The node that the line is about. */
  readonly name: Word;
  /** The goal, where the search begins. */
  readonly other?: string;
  readonly links?: readonly Word[];
  readonly sum?: number;
  /** Whether a sum is said to be the largest so far. */
  readonly isBest?: boolean;
}

const beginning = /^Starting the search /;
/** How sentences of a search begin, whatever follows. */
const likely = /^(?:Checking|Exploring|Node|Reaching|Found|Now, we explore|Successfully|Exhausted|The maximum sum from|There is no path)\b/;

interface Sentence {
  readonly kind: SearchLineKind;
  readonly pattern: RegExp;
  readonly isBest?: boolean;
}

const sentences: readonly Sentence[] = [
  { kind: "begin", pattern: /^Starting the search process from node (?<name>\w+) with the goal to reach node (?<other>\w+)\.$/d },
  { kind: "begin", pattern: /^Starting the search for the maximum sum path from node (?<name>\w+) to node (?<other>\w+)\.$/d },
  { kind: "look", pattern: /^Checking node (?<name>\w+)\.$/d },
  { kind: "look", pattern: /^Reaching node (?<name>\w+) with current sum of (?<sum>\d+)\.$/d },
  { kind: "links", pattern: /^(?:Exploring|Now, we explore the) children of node (?<name>\w+): (?<links>\w+(?:, \w+)*)\.$/d },
  { kind: "links", pattern: /^Node (?<name>\w+) has no (?:unvisited )?children\. Moving back\.$/d },
  { kind: "visited", pattern: /^Node (?<name>\w+) has already been visited\. Skipping\.$/d },
  { kind: "goal", pattern: /^Successfully reached the target node (?<name>\w+)\.$/d },
  { kind: "goal", isBest: true, pattern: /^Found a path to node (?<name>\w+) with a new maximum sum of (?<sum>\d+)\.$/d },
  {
    kind: "goal",
    isBest: false,
    pattern: /^Found a path to node (?<name>\w+) with a sum of (?<sum>\d+), which is less than current maximum sum\.$/d,
  },
  { kind: "end", pattern: /^Exhausted all possible paths without reaching node (?<name>\w+)\.$/d },
  { kind: "end", pattern: /^The maximum sum from node \w+ to node (?<name>\w+) is (?<sum>\d+)\.$/d },
  { kind: "end", pattern: /^There is no path from node \w+ to node (?<name>\w+)\.$/d },
];

/** Whether a completion has PromptBench's own search in it. */
export function isSearch(completion: string): boolean {
  return completion.split("\n").some((line) => beginning.test(line.trim()));
}

/** The lines of a search; lines that say nothing of one are remarks. */
export function searchLines(completion: string): SearchLine[] {
  const lines: SearchLine[] = [];
  for (let start = 0; start <= completion.length; ) {
    const newline = completion.indexOf("\n", start);
    const until = newline === -1 ? completion.length : newline;
    const line = wordAt(completion, start, until);
    const read = readLine(completion, line);
    if (read !== undefined) lines.push(read);
    start = until + 1;
  }
  return lines;
}

function readLine(completion: string, line: Word): SearchLine | undefined {
  for (const { kind, pattern, isBest } of sentences) {
    const groups = pattern.exec(line.text)?.indices?.groups;
    if (groups === undefined) continue;
    const piece = (name: string): Word | undefined => {
      const place = groups[name];
      return place && wordAt(completion, line.start + place[0], line.start + place[1]);
    };
    const [sum, links, other] = [piece("sum"), piece("links"), piece("other")];
    return {
      kind,
      start: line.start,
      end: line.end,
      name: piece("name") as Word,
      ...(sum === undefined ? {} : { sum: Number(sum.text) }),
      ...(links === undefined ? {} : { links: listOf(completion, links) }),
      ...(other === undefined ? {} : { other: other.text }),
      ...(isBest === undefined ? {} : { isBest }),
    };
  }
  return likely.test(line.text) ? { kind: "unreadable", start: line.start, end: line.end, name: line } : undefined;
}

function listOf(completion: string, { text, start }: Word): Word[] {
  return [...text.matchAll(/\w+/g)].map((match) => wordAt(completion, start + match.index, start + match.index + match[0].length));
}
