import { type Html, type HtmlPart, html } from "./html.js";

/** A part of the page under a heading of its own. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** A table; the first cell of each row heads it. */
export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly HtmlPart[])[];
  /** Lines below the rows, each over the whole width. */
  readonly foot?: readonly HtmlPart[];
}

/** One chart of a figure, under its own small title. */
export interface Panel {
  readonly title: string;
  readonly unit?: string;
  readonly chart: Html;
}

export interface Figure {
  readonly id: string;
  readonly panels: readonly Panel[];
  readonly legend?: Html;
  readonly caption: HtmlPart;
  /** The numbers behind the panels. */
  readonly tables: readonly Table[];
}

/** A figure: panels side by side where there is room, a caption, and the numbers folded away. */
export function figure({ id, panels, legend, caption, tables }: Figure): Html {
  return html`<figure id="${id}">
${legend ? html`<p class="legend">${legend}</p>` : undefined}
<div class="panels">${panels.map(
    ({ title, unit, chart }) => html`
<div class="panel"><p class="panel-title">${title}${unit === undefined ? undefined : html` <span class="unit">${unit}</span>`}</p>${chart}</div>`,
  )}
</div>
<figcaption>${caption}</figcaption>
${tables.length === 0 ? undefined : html`<details><summary>Numbers behind this figure</summary>${tables.map((content) => table(content))}</details>`}
</figure>`;
}

/** A table that scrolls by itself where it is wider than the page, also by keyboard. */
export function table({ caption, head, rows, foot = [] }: Table, className = "numbers"): Html {
  return html`
<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="${className}"><caption>${caption}</caption>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first, ...cells]) => html`
<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}
</tbody>${
    foot.length === 0
      ? undefined
      : html`
<tfoot>${foot.map((line) => html`<tr><td colspan="${head.length}">${line}</td></tr>`)}</tfoot>`
  }</table></div>`;
}
