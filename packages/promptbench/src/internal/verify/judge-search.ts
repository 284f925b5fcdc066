import { VerificationRecord } from "@bridge-rl/dag";
import { noVerifiedBehaviors, type Value } from "@bridge-rl/spec";
import { answerMatches } from "../../answer-matches.js";
import type { BehaviorCounts, FindingKind, Verification, VerifiedStep } from "../../verify-solution.js";
import { parseAnswer } from "../parse-answer.js";
import { linksOf } from "../prose-premises.js";
import type { Quantities } from "./quantities.js";
import { type SearchLine, type SearchLineKind, searchLines } from "./read-search.js";

/** A node that a search still has to look at, and what the way to it sums to. */
interface Open {
  readonly node: number;
  readonly sum: number;
}

/** Follows PromptBench's own search through a graph line by line: what it looks at, what it finds there, and what it concludes. */
export class SearchJudge {
  readonly #quantities: Quantities;
  readonly #completion: string;
  readonly #sums: boolean;
  readonly #record: VerificationRecord<FindingKind, VerifiedStep["kind"], BehaviorCounts> = new VerificationRecord(noVerifiedBehaviors());
  readonly #open: Open[] = [];
  readonly #visited: Set<number> = new Set();
  /** Where the search is; `isDone` once its links were followed or need not be. */
  #current: (Open & { isDone: boolean }) | undefined;
  /** The largest sum found so far; undefined where the goal was not reached. */
  #best: number | undefined;
  #concluded = false;
  #reachedGoal = false;

  constructor(quantities: Quantities, completion: string) {
    this.#quantities = quantities;
    this.#completion = completion;
    this.#sums = quantities.task === "max_sum_path";
  }

  judge(): Verification {
    const { graph } = this.#quantities;
    const start = this.#openAt(graph.target, 0);
    this.#open.push(start);
    const right = new Set<number>();
    for (const line of searchLines(this.#completion)) {
      const node = this.#quantities.find(line.name.text);
      if (line.kind === "unreadable") this.#report("unreadable-step", "this step says nothing that can be read", line);
      else if (node !== undefined) this.#follow(line, line.kind, node);
      else this.#report("unknown-parameter", `the problem has no "${line.name.text}"`, line.name);
      if (this.#record.isSound && line.kind === "look" && node !== undefined && graph.nodes[node]?.necessary === true) right.add(node);
      this.#record.endStep(line.kind === "unreadable" ? "unreadable" : "derive", line.start, line.end, node);
    }
    // The conclusion counts as one more of what has to be found.
    const share = right.size / (graph.nodes.filter(({ necessary }) => necessary).length + 1);
    return this.#record.verification(this.#checkAnswer(), share);
  }

  #follow(line: SearchLine, kind: Exclude<SearchLineKind, "unreadable">, node: number): void {
    switch (kind) {
      case "begin":
        this.#checkQuestion(line, node);
        break;
      case "look":
        this.#look(line, node);
        break;
      case "links":
        this.#followLinks(line, node);
        break;
      case "visited":
        this.#skip(line, node);
        break;
      case "goal":
        this.#reachGoal(line, node);
        break;
      case "end":
        this.#conclude(line, node);
    }
  }

  #checkQuestion(line: SearchLine, node: number): void {
    const { target } = this.#quantities.graph;
    const goal = this.#quantities.node(target).label?.goal;
    if (node !== target || line.other !== goal) {
      this.#report("wrong-question", `the question is the way from ${this.#quantities.word(target)} to ${goal}`, line);
    }
  }

  #look(line: SearchLine, node: number): void {
    this.#leaveCurrent(line);
    this.#record.countDerivation(false);
    const sum = line.sum ?? 0;
    const exact = this.#open.findIndex((one) => one.node === node && (!this.#sums || one.sum === sum));
    const near = exact === -1 ? this.#open.findIndex((one) => one.node === node) : exact;
    const [found] = near === -1 ? [] : this.#open.splice(near, 1);
    if (found === undefined) this.#report("premature-step", `nothing that was looked at leads to ${line.name.text} once more`, line);
    else if (exact === -1) this.#report("wrong-calculation", `the way to ${line.name.text} sums to ${found.sum}, not ${sum}`, line);
    this.#current = { node, sum, isDone: false };
    this.#reachedGoal ||= this.#isGoal(node);
  }

  /** `Exploring children of node a: b, c.`, or that there are none. */
  #followLinks(line: SearchLine, node: number): void {
    if (!this.#expectCurrent(line, node)) return;
    const expected = this.#linksToFollow(node);
    this.#visited.add(node);
    const listed = (line.links ?? []).map(({ text, start, end }) => ({ link: this.#quantities.find(text), text, start, end }));
    const links = linksOf(this.#quantities.node(node));
    for (const { link, text, start, end } of listed) {
      if (link === undefined) this.#record.report("unknown-parameter", `the problem has no "${text}"`, start, end);
      else if (!links.includes(text)) this.#record.report("wrong-dependency", `${line.name.text} does not point to ${text}`, start, end);
      else this.#open.push(this.#openAt(link, this.#current?.sum ?? 0));
    }
    const left = expected.filter((one) => !listed.some(({ link }) => link === one));
    if (left.length > 0) {
      const names = left.map((one) => this.#quantities.word(one)).join(", ");
      this.#report("missing-dependency", `${line.name.text} points to ${names} too`, line);
    }
    this.#finish();
  }

  #skip(line: SearchLine, node: number): void {
    if (!this.#expectCurrent(line, node)) return;
    if (!this.#visited.has(node)) this.#report("wrong-value", `${line.name.text} has not been visited before`, line);
    this.#finish();
  }

  #reachGoal(line: SearchLine, node: number): void {
    if (!this.#expectCurrent(line, node)) return;
    const sum = this.#current?.sum;
    if (!this.#isGoal(node)) this.#report("wrong-calculation", `${line.name.text} is not where the search has to go`, line);
    else if (this.#sums) {
      const isBetter = this.#best === undefined || (sum ?? 0) > this.#best;
      if (line.sum !== sum) this.#report("wrong-value", `the way here sums to ${sum}, not ${line.sum}`, line);
      else if (line.isBest !== isBetter) {
        this.#report("wrong-calculation", `${line.sum} is ${isBetter ? "" : "not "}more than all sums before`, line);
      }
      if (isBetter) this.#best = sum;
    } else this.#concluded = true;
    this.#finish();
  }

  #conclude(line: SearchLine, node: number): void {
    this.#leaveCurrent(line);
    this.#concluded = true;
    if (!this.#isGoal(node)) this.#report("wrong-question", `${line.name.text} is not where the search has to go`, line);
    if (this.#open.length > 0) {
      const names = [...new Set(this.#open.map((one) => this.#quantities.word(one.node)))].join(", ");
      this.#report("premature-step", `${names} was not looked at yet`, line);
    } else if (this.#reachedGoal && !this.#sums) {
      this.#report("wrong-calculation", `${line.name.text} was reached`, line);
    } else if (line.sum !== this.#best) {
      this.#report("wrong-calculation", this.#best === undefined ? "no way was found" : `the largest sum found is ${this.#best}`, line);
    }
  }

  /** What is left behind has to be done with: all that it points to is to be looked at, or the search is not complete. */
  #leaveCurrent(line: SearchLine): void {
    if (this.#current === undefined || this.#current.isDone) return;
    const { node } = this.#current;
    const left = this.#isGoal(node) ? [] : this.#linksToFollow(node);
    if (left.length > 0 && !this.#visited.has(node)) {
      this.#report("missing-dependency", `what ${this.#quantities.word(node)} points to was not followed`, line);
    }
    this.#finish();
  }

  #finish(): void {
    if (this.#current !== undefined) this.#current.isDone = true;
  }

  #expectCurrent(line: SearchLine, node: number): boolean {
    if (this.#current?.node === node) return true;
    this.#report("premature-step", `the search is not at ${line.name.text}`, line);
    return false;
  }

  #linksToFollow(node: number): number[] {
    const links = linksOf(this.#quantities.node(node)).flatMap((name) => this.#quantities.find(name) ?? []);
    return this.#sums ? links : links.filter((link) => link !== node && !this.#visited.has(link));
  }

  #openAt(node: number, before: number): Open {
    return { node, sum: before + Number(this.#quantities.node(node).label?.weight ?? 0) };
  }

  #isGoal(node: number): boolean {
    return this.#quantities.node(node).label?.isGoal === true;
  }

  #report(kind: FindingKind, message: string, { start, end }: { readonly start: number; readonly end: number }): void {
    this.#record.report(kind, message, start, end);
  }

  #checkAnswer(): Value | undefined {
    const { graph } = this.#quantities;
    const { length } = this.#completion;
    const target = this.#quantities.value(graph.target);
    const answer = parseAnswer(this.#completion);
    if (answer === undefined) this.#record.report("missing-answer", "the completion gives no answer", length, length, true);
    else if (!answerMatches(target, answer)) {
      this.#record.report("wrong-answer", `the answer is ${target}, not ${answer}`, 0, length, true);
    }
    if (!this.#concluded) this.#record.report("wrong-question", "the search comes to no end", 0, length, true);
    return answer;
  }
}
