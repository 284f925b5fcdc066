import type { ReasoningGraph } from "@bridge-rl/spec";
import { type PictureOptions, resolvePicture } from "./internal/resolve-picture.js";
import { roleStyle } from "./internal/role-style.js";
import { nodeRole } from "./node-role.js";

/** Draws a graph as a Mermaid flowchart, as Markdown viewers show it, with title and description for screen readers. */
export function toMermaid(graph: ReasoningGraph, options: PictureOptions = {}): string {
  const { title, description, values, nodes } = resolvePicture(graph, options);
  const shown = new Set(nodes.map((node) => node.id));
  const lines = ["flowchart BT", `  accTitle: ${oneLine(title)}`, `  accDescr: ${oneLine(description)}`];
  for (const node of nodes) {
    const label = values ? `${escapeText(node.name)}<br/>= ${escapeText(String(node.value))}` : escapeText(node.name);
    lines.push(`  n${node.id}["${label}"]:::${nodeRole(graph, node.id)}`);
  }
  for (const node of nodes) {
    for (const dependency of node.dependencies) if (shown.has(dependency)) lines.push(`  n${dependency} --> n${node.id}`);
  }
  for (const [role, { fill, stroke, text, dashed }] of Object.entries(roleStyle)) {
    lines.push(`  classDef ${role} fill:${fill},stroke:${stroke},color:${text}${dashed ? ",stroke-dasharray:4 3" : ""}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Writes what Mermaid could read as syntax or HTML as its numeric entities. */
function escapeText(text: string): string {
  return text.replace(/[^\p{L}\p{N} '.,=+-]/gu, (character) => `#${character.codePointAt(0)};`);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
