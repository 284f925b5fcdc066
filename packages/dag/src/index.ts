export { evaluateExpression, evaluateGraph } from "./evaluate-expression.js";
export { expressionOperations, expressionReferences } from "./expression-references.js";
export { generations, graphDepth, graphWidth, operationCount } from "./graph-measures.js";
export { createGraphState } from "./graph-state.js";
export {
  fromGraphology,
  type ReasoningDirectedGraph,
  type ReasoningEdgeAttributes,
  type ReasoningGraphAttributes,
  type ReasoningNodeAttributes,
  toGraphology,
} from "./graphology.js";
export type { PictureOptions } from "./internal/resolve-picture.js";
export { necessaryNodes } from "./necessary-nodes.js";
export { type NodeRole, nodeRole } from "./node-role.js";
export { openAncestors } from "./open-ancestors.js";
export { type RandomGraphOptions, randomGraph } from "./random-graph.js";
export { type StructureHashOptions, solutionTemplate, splitOf, structureHash } from "./structure-hash.js";
export { toDot } from "./to-dot.js";
export { toMermaid } from "./to-mermaid.js";
export { toSvg } from "./to-svg.js";
export {
  type AllTopologicalOrdersOptions,
  randomTopologicalOrder,
  type TopologicalOrderOptions,
  topologicalOrders,
} from "./topological-orders.js";
export { type GraphFinding, validateGraph } from "./validate-graph.js";
export { vanillaTrace } from "./vanilla-trace.js";
export { type ClaimKind, VerificationRecord } from "./verification-record.js";
