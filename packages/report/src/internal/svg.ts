import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type Html, html } from "./html.js";

/** What a picture is called and says, for those who do not see it. */
export interface PictureText {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What the picture shows, in a sentence or two with its numbers. */
  readonly description: string;
}

/** Draws a chart with Observable Plot and gives it a title and a description. Equal options give equal bytes. */
export function plotSvg({ id, title, description }: PictureText, options: Plot.PlotOptions): Html {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const drawn: string = Plot.plot({ ...options, document }).outerHTML;
  const content = { markup: compact(drawn.slice(drawn.indexOf(">") + 1)) };
  return html`<svg viewBox="0 0 ${options.width ?? 640} ${options.height ?? 400}" role="img" aria-labelledby="${id}-title ${id}-description" class="chart"><title id="${id}-title">${title}</title><desc id="${id}-description">${description}</desc>${content}`;
}

/** Leaves out what the page's own style sheet says, and digits below a hundredth of a pixel. */
function compact(svg: string): string {
  return svg
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/ aria-(label|hidden)="[^"]*"/g, "")
    .replace(/"[^"]*"/g, (attribute) =>
      attribute.replace(/\d+\.\d{3,}(?![\de])/g, (digits) => String(Math.round(Number(digits) * 100) / 100)),
    );
}
