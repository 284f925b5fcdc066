import type { ScaleOptions } from "@observablehq/plot";

/** The axis of charts that have a bar for each rollout accuracy. */
export function rolloutAccuracyAxis(halfBar: number): ScaleOptions {
  return {
    domain: [-halfBar, 1 + halfBar],
    label: "rollout accuracy α, %",
    labelAnchor: "center",
    labelArrow: "none",
    ticks: [0, 0.25, 0.5, 0.75, 1],
    tickSize: 3,
    tickFormat: (share: number) => `${100 * share}`,
  };
}
