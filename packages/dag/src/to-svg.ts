import type { ReasoningGraph } from "@bridge-rl/spec";
import { loadGraphviz } from "./internal/load-graphviz.js";
import { type PictureOptions, resolvePicture } from "./internal/resolve-picture.js";
import { toDot } from "./to-dot.js";

/**
 * Draws a graph as an SVG element that stands alone or in a page, laid out by Graphviz: the optional `@viz-js/viz`, loaded at the first picture.
 *
 * The root carries `role="img"`, `<title>` and `<desc>`; node groups carry the role as their class.
 *
 * @throws BridgeError `missing-dependency` where `@viz-js/viz` is not installed
 */
export async function toSvg(graph: ReasoningGraph, options: PictureOptions = {}): Promise<string> {
  const { instance } = await loadGraphviz();
  const { title, description } = resolvePicture(graph, options);
  const drawn = (await instance()).renderString(toDot(graph, options), { format: "svg", engine: "dot" });
  const start = drawn.indexOf("<svg");
  const open = drawn.indexOf(">", start);
  const root = `${drawn.slice(start, open)} role="img">`;
  return `${root}\n<title>${escapeText(title)}</title>\n<desc>${escapeText(description)}</desc>${drawn.slice(open + 1)}`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
