import { significant } from "../format.js";
import { type Html, html } from "../html.js";
import type { PictureText } from "../svg.js";

export interface HeatMapOptions extends PictureText {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** null is drawn empty. `[rows][columns]` */
  readonly values: readonly (readonly (number | null)[])[];
  /** The largest size of any map beside this one, so that colours can be compared. */
  readonly largest: number;
  readonly rowLabel: string;
  readonly columnLabel: string;
}

const width = 352;
const margin = { left: 20, top: 4, right: 4, bottom: 22 };

/** Draws a table of signed numbers as coloured cells around a neutral 0: one hue helps, the other harms and carries a bar. Colour grows with the
 * square root, so that a few large pairs leave something to see of the others. */
export function heatMap({ id, title, description, rows, columns, values, largest, rowLabel, columnLabel }: HeatMapOptions): Html {
  const cellWidth = (width - margin.left - margin.right) / Math.max(1, columns.length);
  const cellHeight = Math.min(18, Math.max(5, cellWidth));
  const plotHeight = cellHeight * rows.length;
  const height = margin.top + plotHeight + margin.bottom;
  const number = (value: number): string => String(Math.round(value * 100) / 100);
  const cells = values.flatMap((line, row) =>
    line.map((value, column) => {
      const [x, y] = [margin.left + column * cellWidth, margin.top + row * cellHeight];
      const size = value === null || largest === 0 ? 0 : Math.min(1, Math.sqrt(Math.abs(value) / largest));
      const said = `${columns[column]} on ${rows[row]}: ${value === null ? "none" : significant(value)}`;
      const inset = Math.min(0.5, cellWidth / 20);
      const place = `x="${number(x + inset)}" y="${number(y + inset)}" width="${number(cellWidth - 2 * inset)}" height="${number(cellHeight - 2 * inset)}"`;
      const sign = value !== null && value < 0 ? "harms" : "helps";
      const dash =
        sign === "harms" && size > 0.3
          ? html`<line x1="${number(x + cellWidth * 0.3)}" x2="${number(x + cellWidth * 0.7)}" y1="${number(y + cellHeight / 2)}" y2="${number(y + cellHeight / 2)}"/>`
          : undefined;
      return html`<g class="cell ${sign}"><title>${said}</title><rect ${{ markup: place }} fill-opacity="${number(0.06 + 0.94 * size)}"${
        value === null ? { markup: ' class="none"' } : undefined
      }/>${dash}</g>`;
    }),
  );
  return html`<svg viewBox="0 0 ${width} ${number(height)}" role="img" aria-labelledby="${id}-title ${id}-description" class="chart heat"><title id="${id}-title">${title}</title><desc id="${id}-description">${description}</desc>${cells}<text x="${number(margin.left + (width - margin.left) / 2)}" y="${number(height - 6)}">${columnLabel}</text><text transform="translate(11 ${number(margin.top + plotHeight / 2)}) rotate(-90)">${rowLabel}</text></svg>`;
}
