import { toSvg } from "@bridge-rl/dag";
import type { ReasoningGraph } from "@bridge-rl/spec";
import type { Run } from "../../read-run.js";
import type { RolloutSample } from "../../run-files.js";
import { drawWalk } from "../draw-walk.js";
import { listed } from "../format.js";
import { type Html, html } from "../html.js";
import type { Section } from "../page-parts.js";
import { walkOf } from "../walk.js";
import { latestStage, samplesOf, shownProblems } from "./rollouts.js";

/** The graph of the first problem that is shown, with the walk of each arm's first rollout drawn on it. Undefined without samples. */
export async function graphSection(run: Run): Promise<Section | undefined> {
  const stage = latestStage(run.arms);
  const arms = stage ? samplesOf(run, stage) : [];
  const sample = shownProblems(arms)[0];
  if (!sample) return undefined;
  const graph = namedAsInPrompt(sample);
  const { nodes } = graph;
  const target = nodes[graph.target]?.name ?? "the target";
  const spare = nodes.filter(({ necessary }) => !necessary).map(({ name }) => name);
  const needed = nodes.length - spare.length;
  const drawn = naturalSize(
    await toSvg(graph, {
      title: `Graph of problem ${sample.problem}`,
      description: `${needed} quantities are needed for ${target}; the list under the picture names every arrow. ${spare.length > 0 ? `Not needed: ${spare.join(", ")}.` : ""}`,
      values: true,
    }),
  );
  const walks = arms.flatMap(({ name, samples }) => {
    const rollout = samples.find(({ problem }) => problem === sample.problem)?.rollouts[0];
    const walk = rollout ? walkOf(sample.graph, rollout.text, rollout.marks) : [];
    return rollout && walk.length > 0 ? [{ name, rollout, walk }] : [];
  });
  const nameOf = (node: number): string => nodes[node]?.name ?? `node ${node}`;
  return {
    id: "graph",
    title: "The first problem as a graph, and the walks through it",
    body: html`<figure id="figure-graph"><div class="walks">${
      walks.length === 0
        ? scrolling("Graph of the first problem", { markup: drawn })
        : walks.map(({ name, rollout, walk }) => {
            const steps = walk.map(({ node, kind }) => ({ node, kind }));
            const words = `${name} walks ${walk.map(({ node, kind }) => `${nameOf(node)}${kind === "attempt" ? " (attempt)" : kind === "restate" ? " (restated)" : ""}`).join(", then ")}.`;
            return html`<div><p class="panel-title">${name} <span class="unit">reward ${rollout.reward}, ${walk.length} stops</span></p>${scrolling(
              `Walk of ${name} on the first problem`,
              {
                markup: drawWalk(drawn, steps, {
                  title: `Walk of ${name} on problem ${sample.problem}`,
                  description: words,
                }),
              },
            )}</div>`;
          })
    }</div>
<figcaption>Each box is a quantity with its value; a thin arrow leads from what is needed to what needs it. The question asks for ${target} (red).
Light blue: given by the prompt. Dark blue: computed on the way. Dashed: not needed for the answer.${
      walks.length > 0
        ? html` Thick, numbered: the order in which the rollout's statements turn to quantities. Solid: derived. Dashed: attempted while still locked. Dotted: restated. Read by its wording, which is a sign of the walk and not a proof.`
        : undefined
    }</figcaption>
<details><summary>The graph and the walks in words</summary><ul>${nodes.map(
      (node) =>
        html`<li>${node.name} = ${String(node.value)}${
          node.dependencies.length > 0 ? `, from ${listed(node.dependencies.map(nameOf))}` : ""
        }${node.id === graph.target ? " (asked for)" : node.necessary ? "" : " (not needed)"}</li>`,
    )}</ul>${walks.map(
      ({ name, walk }) =>
        html`<p>${name}:</p><ol class="walk-steps">${walk.map(({ node, kind }) => html`<li>${kind === "derive" || kind === "stepwise" ? "derives" : kind === "attempt" ? "attempts" : "restates"} ${nameOf(node)}</li>`)}</ol>`,
    )}</details></figure>`,
  };
}

function scrolling(label: string, content: Html): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${content}</div>`;
}

/** Where a prompt has letters for names, as terse phrasebooks write it, puts the letter before each name. */
function namedAsInPrompt({ prompt, graph }: RolloutSample): ReasoningGraph {
  const isSpelledOut = graph.nodes.some(({ name }) => prompt.includes(name));
  if (isSpelledOut) return graph;
  return {
    ...graph,
    nodes: graph.nodes.map((node) =>
      typeof node.label?.symbol === "string" ? { ...node, name: `${node.label.symbol}: ${node.name}` } : node,
    ),
  };
}

/** Graphviz sizes a picture in points; on the page it is at most that large in pixels, and smaller where the column is. */
function naturalSize(svg: string): string {
  return svg.replace(
    /<svg width="([\d.]+)pt" height="([\d.]+)pt"/,
    (_, width: string) => `<svg class="reasoning-graph" style="width:${width}px"`,
  );
}
