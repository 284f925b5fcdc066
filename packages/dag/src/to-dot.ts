import type { ReasoningGraph } from "@bridge-rl/spec";
import { type PictureOptions, resolvePicture } from "./internal/resolve-picture.js";
import { roleStyle } from "./internal/role-style.js";
import { nodeRole } from "./node-role.js";

/** Draws a graph in Graphviz's DOT language: edges run from what is needed to what needs it, colours tell roles. */
export function toDot(graph: ReasoningGraph, options: PictureOptions = {}): string {
  const { title, values, nodes } = resolvePicture(graph, options);
  const shown = new Set(nodes.map((node) => node.id));
  const lines = [
    `digraph ${quote(title)} {`,
    "  rankdir=BT;",
    '  node [shape=box, fontname="Helvetica", fontsize=11];',
    '  edge [color="#6b6b6b", arrowsize=0.7];',
  ];
  for (const node of nodes) {
    const role = nodeRole(graph, node.id);
    const { fill, stroke, text, dashed } = roleStyle[role];
    const label = values ? `${node.name}\n= ${node.value}` : node.name;
    const style = dashed ? "rounded,filled,dashed" : "rounded,filled";
    lines.push(
      `  n${node.id} [label=${quote(label)}, tooltip=${quote(`${role}: ${node.name}`)}, class=${role}, style=${quote(style)}, ` +
        `fillcolor="${fill}", color="${stroke}", fontcolor="${text}"];`,
    );
  }
  for (const node of nodes) {
    for (const dependency of node.dependencies) if (shown.has(dependency)) lines.push(`  n${dependency} -> n${node.id};`);
  }
  return `${[...lines, "}"].join("\n")}\n`;
}

/** A DOT string. Backslashes are doubled, else Graphviz reads `\N` or `\l` in a name as an escape. */
function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
