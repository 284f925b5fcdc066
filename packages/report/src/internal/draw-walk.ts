import { html } from "./html.js";
import type { PictureText } from "./svg.js";
import type { WalkStep } from "./walk.js";

interface Box {
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
}

const radius = 8;

/**
 * Draws a walk over a picture of its graph: an arrow from each stop to the next, and the number of each stop at its box. Boxes are found by
 * the titles that Graphviz gives them.
 */
export function drawWalk(svg: string, walk: readonly WalkStep[], { title, description }: Omit<PictureText, "id">): string {
  const boxes = boxesOf(svg);
  const known = walk.filter(({ node }) => boxes.has(node));
  const visits = new Map<number, number>();
  const stops = known.map(({ node, kind }, index) => {
    const box = boxes.get(node) as Box;
    const visit = visits.get(node) ?? 0;
    visits.set(node, visit + 1);
    // At the left of the box, where no text is; later visits further out.
    return { kind, number: index + 1, x: box.x - box.halfWidth - radius * (0.6 + 2.2 * visit), y: box.y };
  });
  const arrows = stops.slice(1).map((stop, index) => {
    const from = stops[index] as (typeof stops)[number];
    const [dx, dy] = [stop.x - from.x, stop.y - from.y];
    const length = Math.hypot(dx, dy) || 1;
    const [ux, uy] = [dx / length, dy / length];
    const bend = Math.min(28, length / 4);
    const start = [from.x + ux * radius, from.y + uy * radius];
    const middle = [(from.x + stop.x) / 2 - uy * bend, (from.y + stop.y) / 2 + ux * bend] as const;
    // The curve ends in the direction from its middle point.
    const [ex, ey] = [stop.x - middle[0], stop.y - middle[1]];
    const reach = Math.hypot(ex, ey) || 1;
    const [vx, vy] = [ex / reach, ey / reach];
    const tip = [stop.x - vx * radius, stop.y - vy * radius] as const;
    const foot = [tip[0] - vx * 7, tip[1] - vy * 7] as const;
    const corners = [tip, [foot[0] - vy * 3.5, foot[1] + vx * 3.5], [foot[0] + vy * 3.5, foot[1] - vx * 3.5]];
    return html`<path class="walk ${stop.kind}" d="M${rounded(start)}Q${rounded(middle)} ${rounded(foot)}"/><polygon class="tip ${stop.kind}" points="${corners.map(rounded).join(" ")}"/>`;
  });
  const numbers = stops.map(
    ({ x, y, number, kind }) =>
      html`<g class="stop ${kind}"><circle cx="${rounded([x])}" cy="${rounded([y])}" r="${radius}"/><text x="${rounded([x])}" y="${rounded([y + 3])}">${number}</text></g>`,
  );
  const overlay = html`${arrows}${numbers}`;
  const named = svg
    .replace(/<title>[\s\S]*?<\/title>/, html`<title>${title}</title>`.markup)
    .replace(/<desc>[\s\S]*?<\/desc>/, html`<desc>${description}</desc>`.markup)
    // Graphviz gives every picture the same ids.
    .replaceAll(/ id="[^"]*"/g, "");
  const end = named.lastIndexOf("</g>");
  return `${named.slice(0, end)}${overlay.markup}${named.slice(end)}`;
}

/** Centre and size of each node's box. */
function boxesOf(svg: string): Map<number, Box> {
  const boxes = new Map<number, Box>();
  for (const [, node, content = ""] of svg.matchAll(/<title>n(\d+)<\/title>([\s\S]*?)<\/g>/g)) {
    const shape = /<(?:path|polygon)[^>]*? (?:d|points)="([^"]*)"/.exec(content)?.[1] ?? "";
    const points = [...shape.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    if (points.length === 0) continue;
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    boxes.set(Number(node), {
      x: (left + right) / 2,
      y: (top + bottom) / 2,
      halfWidth: (right - left) / 2,
      halfHeight: (bottom - top) / 2,
    });
  }
  return boxes;
}

function rounded(values: readonly number[]): string {
  return values.map((value) => String(Math.round(value * 10) / 10)).join(",");
}
