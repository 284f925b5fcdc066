import type { Expression, GraphNode, ReasoningGraph } from "@bridge-rl/spec";
import { defaultVocabulary } from "../../default-vocabulary.js";
import { evaluate, originalModulus } from "../arithmetic.js";
import { type CategoryUse, categoryLayers, type Distance, isKnownCategory } from "../parse/category-layers.js";
import { categoryFormula, Quantities } from "../parse/quantities.js";
import { type NameParts, splitNames } from "../parse/split-names.js";
import { Structure } from "../parse/structure.js";

/**
 * The quantities that a solution may speak of: the graph's nodes, and categories in containers that no sentence of the problem mentions
 * but whose value follows from it.
 */
export class Parameters {
  readonly #graph: ReasoningGraph;
  readonly #byName: Map<string, number> = new Map();
  readonly #bySymbol: Map<string, number> = new Map();
  readonly #inferred: { expression: Expression; dependencies: number[]; value: number }[] = [];
  readonly #closed: boolean;
  #world: World | undefined;

  /** @param closed  whether what a container is not said to hold may be spoken of too, as 0; the original's validator knows all pairs */
  constructor(graph: ReasoningGraph, closed = false) {
    this.#graph = graph;
    this.#closed = closed;
    for (const { id, name, label } of graph.nodes) {
      this.#byName.set(name.startsWith("each ") ? name.slice(5) : name, id);
      if (typeof label?.symbol === "string") this.#bySymbol.set(label.symbol, id);
    }
  }

  findSymbol(symbol: string): number | undefined {
    return this.#bySymbol.get(symbol);
  }

  /** Whether the graph itself has a quantity of this name. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** A quantity by its name without "each", or undefined where the problem has none such. */
  find(name: string): number | undefined {
    const known = this.#byName.get(name);
    if (known !== undefined || !name.includes("'s ")) return known;
    this.#world ??= new World(this.#graph, this.#closed);
    const found = this.#world.infer(name);
    if (found !== undefined) this.#byName.set(name, found);
    return found;
  }

  name(id: number): string {
    return this.#graph.nodes[id]?.name ?? `each ${this.#world?.quantities.names[id]}`;
  }

  necessary(id: number): boolean {
    return this.#graph.nodes[id]?.necessary ?? false;
  }

  value(id: number): number {
    const node = this.#graph.nodes[id];
    return node === undefined ? this.#infer(id).value : Number(node.value);
  }

  expression(id: number): Expression {
    return (this.#graph.nodes[id] ?? this.#infer(id)).expression;
  }

  dependencies(id: number): readonly number[] {
    return (this.#graph.nodes[id] ?? this.#infer(id)).dependencies;
  }

  #infer(id: number): { expression: Expression; dependencies: number[]; value: number } {
    const place = id - this.#graph.nodes.length;
    const known = this.#inferred[place];
    if (known !== undefined) return known;
    const expression = (this.#world as World).formula(id);
    const dependencies: number[] = [];
    collect(expression, dependencies);
    const values: number[] = [];
    for (const dependency of dependencies) values[dependency] = this.value(dependency);
    const inferred = { expression, dependencies, value: evaluate(expression, values, this.#graph.modulus) };
    this.#inferred[place] = inferred;
    return inferred;
  }
}

function collect(expression: Expression, into: number[]): void {
  if (expression.kind === "reference") {
    if (!into.includes(expression.node)) into.push(expression.node);
  } else if (expression.kind === "operation") for (const operand of expression.operands) collect(operand, into);
}

/** What holds what, taken from the labels of a graph's nodes. Quantities have the numbers of the nodes, inferred ones follow. */
class World {
  readonly quantities: Quantities = new Quantities();
  readonly #structure: Structure;
  readonly #uses: CategoryUse[] = [];
  readonly #distances: readonly Distance[];
  readonly #formulas: Map<number, Expression> = new Map();
  readonly #stated: number;
  readonly #closed: boolean;

  constructor({ nodes, modulus }: ReasoningGraph, closed: boolean) {
    this.#stated = nodes.length;
    this.#closed = closed;
    const edges: [string, string][] = [];
    for (const { name, label } of nodes) {
      const number = this.quantities.intern(name.startsWith("each ") ? name.slice(5) : name);
      if (typeof label?.container !== "string") continue;
      const held = label.item ?? label.category;
      this.quantities.parts[number] = { container: label.container, held: String(held) };
      if (typeof label.item === "string") edges.push([label.container, label.item]);
      else this.#uses.push({ container: label.container, category: String(held) });
    }
    this.#structure = new Structure(modulus === originalModulus ? "top" : "bottom");
    for (const [container, item] of edges) this.#structure.add(container, item);
    // In the original only items of the top layer are in nothing, and so in no premise where they hold nothing either.
    if (modulus === originalModulus) for (const { container } of this.#uses) this.#structure.mention(container);
    const readings = this.#uses.length === 0 ? [] : categoryLayers(this.#structure, this.#uses, defaultVocabulary);
    this.#distances = readings.filter((distance) => nodes.every((node) => this.#agrees(distance, node)));
  }

  /** Whether a reading of the categories' layers explains how a node is computed: products mean that a category lies deeper. */
  #agrees(distance: Distance, { label, expression }: GraphNode): boolean {
    if (typeof label?.container !== "string" || typeof label.category !== "string" || expression.kind === "constant") return true;
    const sum = expression.kind === "operation" && expression.operator === "+" ? expression.operands : [expression];
    return (distance(label.container, label.category) === 1) === sum.every(({ kind }) => kind === "reference");
  }

  /** The number of a category in a container, or undefined where that is nothing the problem could speak of. */
  infer(name: string): number | undefined {
    const certain = this.quantities.parts.filter((parts) => parts !== undefined);
    const [parts] = splitNames([name], certain);
    const item = parts && this.#structure.find(parts.container);
    if (parts === undefined || item === undefined) return undefined;
    const held = this.#structure.find(parts.held);
    if (held !== undefined) return this.#closed ? this.#inferPair(parts, item, held) : undefined;
    const { container, held: category } = parts;
    if (this.#distances.length === 0 && !isKnownCategory(category, defaultVocabulary)) return undefined;
    const [distance] =
      this.#distances.length > 0 ? this.#distances : categoryLayers(this.#structure, [{ container, category }], defaultVocabulary);
    const layers = distance?.(container, category);
    if (layers === undefined || layers < 1) return undefined;
    return this.#intern(container, category, layers);
  }

  formula(quantity: number): Expression {
    return this.#formulas.get(quantity) as Expression;
  }

  /** What a container doesn't hold of the layer below it: 0. */
  #inferPair({ container, held }: NameParts, item: number, other: number): number | undefined {
    const layers = this.#structure.layers();
    if (layers[other] !== (layers[item] as number) + 1) return undefined;
    const quantity = this.quantities.internParts(container, held);
    this.#formulas.set(quantity, { kind: "constant", value: 0 });
    return quantity;
  }

  #intern(container: string, category: string, layers: number): number {
    const quantity = this.quantities.internParts(container, category);
    if (quantity < this.#stated || this.#formulas.has(quantity)) return quantity;
    this.#formulas.set(quantity, categoryFormula(this.quantities, this.#structure, { container, held: category }, layers));
    // The formula speaks of the same category in what the container holds.
    const content = this.#structure.children[this.#structure.find(container) as number] as readonly number[];
    if (layers > 1) for (const child of content) this.#intern(this.#structure.items[child] as string, category, layers - 1);
    return quantity;
  }
}
