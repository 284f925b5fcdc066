/** The page's style sheet. Every text colour has a contrast of at least 4.5 : 1 on its ground, in light and in dark. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fffefa; --ink: #1b1b19; --muted: #5c5b55; --rule: #d8d6cc; --ground: #f5f3ea; --link: #1c5599;
  --arm-0: #62615b; --arm-1: #b23a06; --arm-2: #1c5fa6; --arm-3: #0b6b4b; --arm-4: #7b3a8c; --arm-5: #765700;
  --attempt: #a8330a; --attempt-ground: #fbe6dc; --restate: #1c5599; --restate-ground: #e0ebf7; --stepwise: #0d6446; --stepwise-ground: #ddf0e6;
  --help: #1c5fa6; --harm: #b23a06; --p1: #eef4fb; --p2: #d9e7f7; --p3: #bdd6f1; --p4: #9dc3ea; --n1: #fdf1ea; --n2: #fadfd0; --n3: #f6c8ae; --n4: #f2b08b;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", "URW Palladio L", P052, Georgia, serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161614; --ink: #e9e7df; --muted: #aaa89e; --rule: #3b3a35; --ground: #21201d; --link: #8fbdf2;
    --arm-0: #aeaca2; --arm-1: #f39a68; --arm-2: #85b6ee; --arm-3: #68c9a1; --arm-4: #d3a3e3; --arm-5: #d8b750;
    --attempt: #ffb38a; --attempt-ground: #45230f; --restate: #a3cbf7; --restate-ground: #17304b; --stepwise: #8fdcb9; --stepwise-ground: #123b2a;
    --help: #85b6ee; --harm: #f39a68; --p1: #1b2735; --p2: #1e344f; --p3: #21436b; --p4: #255287; --n1: #33231a; --n2: #4a2c1b; --n3: #63361c; --n4: #7b401d;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0 auto; max-width: 72rem; padding: 2.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 var(--serif); font-variant-numeric: lining-nums; }
header, main > section > :is(p, ul, dl), .note, figcaption { max-width: 44rem; }
h1, h2, h3 { font-weight: 500; line-height: 1.2; margin: 0; text-wrap: balance; }
h1 { font-size: 2.4rem; letter-spacing: -0.01em; }
h2 { font-size: 1.5rem; margin: 0 0 0.9rem; }
h3 { font-size: 1.1rem; font-style: italic; margin: 0 0 0.5rem; }
p { margin: 0 0 0.9rem; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 0.06em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 3px; border-radius: 1px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1.25rem; top: 0.5rem; background: var(--paper); padding: 0.2rem 0.5rem; }
.kicker { color: var(--muted); font: 0.85rem/1.4 var(--sans); margin: 0 0 0.3rem; }
nav { margin: 1.2rem 0 0; font: 0.85rem/1.75 var(--sans); }
nav ol { list-style: none; margin: 0; padding: 0; columns: 2 18rem; column-gap: 2.5rem; }
nav a { color: var(--ink); text-decoration-color: var(--rule); }
nav a:hover { text-decoration-color: currentColor; }
button { margin-top: 0.9rem; padding: 0.3rem 0.75rem; border: 1px solid var(--muted); border-radius: 3px; background: none; color: var(--ink); font: inherit; line-height: 1.4; cursor: pointer; }
button:hover { background: var(--ground); }
main > section { margin-top: 3.25rem; padding-top: 1.1rem; border-top: 1px solid var(--rule); }
.lead { font-size: 1.18rem; line-height: 1.5; }
.note, figcaption { color: var(--muted); font-size: 0.92rem; line-height: 1.5; }
figure { margin: 1.6rem 0 0; }
.panels, .answers { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20.5rem), 1fr)); gap: 1.6rem 2rem; margin-bottom: 0.7rem; }
.answers { grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
#figure-result .panels { grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); }
.panel { max-width: 26rem; min-width: 0; }
.panels:has(> :nth-child(4):last-child) { max-width: 46rem; }
#figure-result .panel { max-width: 32rem; }
.panel-title { margin: 0 0 0.35rem; font: 600 0.85rem/1.35 var(--sans); }
.unit { color: var(--muted); font-weight: 400; }
.chart { display: block; width: 100%; height: auto; overflow: visible; color: var(--ink); fill: currentColor; text-anchor: middle; font: 10px var(--sans); font-variant-numeric: tabular-nums; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 0.5rem 3rem; }
.scroll { overflow-x: auto; margin: 0 0 1rem; max-width: 100%; }
table { border-collapse: collapse; font: 0.85rem/1.4 var(--sans); font-variant-numeric: tabular-nums lining-nums; }
caption { text-align: left; padding: 0 0 0.4rem; font-weight: 600; }
th, td { padding: 0.3rem 0 0.3rem 1.1rem; text-align: right; vertical-align: top; font-weight: 400; }
th[scope="row"], thead th:first-child { padding-left: 0; text-align: left; }
thead th { border-bottom: 1px solid var(--ink); color: var(--muted); vertical-align: bottom; }
tbody tr:last-child > * { border-bottom: 1px solid var(--rule); }
tfoot td { padding-left: 0; text-align: left; color: var(--muted); }
tbody :is(th, td) { white-space: nowrap; }
table:has(.prompt-line) thead th:last-child { text-align: left; }
td .prompt-line { display: block; width: 30rem; max-width: 75vw; white-space: pre-wrap; text-align: left; }
b { font-weight: 600; }
.result tbody b { font-size: 1.05rem; }
.interval { display: block; color: var(--muted); font-size: 0.76rem; white-space: nowrap; }
details { margin-top: 0.6rem; }
summary { width: fit-content; color: var(--muted); font: 0.85rem/1.6 var(--sans); cursor: pointer; }
summary:hover { color: var(--ink); }
details > :not(summary) { margin-top: 0.9rem; }
.legend { font: 0.85rem/1.7 var(--sans); }
pre { margin: 0 0 1rem; padding: 0.7rem 0.85rem; background: var(--ground); font: 0.82rem/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; overflow: auto; }
.command { max-width: 44rem; }
.problem { margin-top: 1.9rem; }
.answer { min-width: 0; }
.answer pre { border-left: 3px solid var(--arm-0); }
.answer.arm-1 pre { border-color: var(--arm-1); } .answer.arm-2 pre { border-color: var(--arm-2); } .answer.arm-3 pre { border-color: var(--arm-3); }
.answer.arm-4 pre { border-color: var(--arm-4); } .answer.arm-5 pre { border-color: var(--arm-5); }
mark { color: var(--ink); background: none; text-decoration-line: underline; text-decoration-thickness: 2px; text-underline-offset: 0.2em; text-decoration-skip-ink: none; padding: 0.05em 0; }
mark.stepwise { background: var(--stepwise-ground); text-decoration-color: var(--stepwise); text-decoration-style: solid; }
mark.restate { background: var(--restate-ground); text-decoration-color: var(--restate); text-decoration-style: dotted; }
mark.attempt { background: var(--attempt-ground); text-decoration-color: var(--attempt); text-decoration-style: wavy; text-decoration-thickness: 1.5px; }
mark.check, mark.plan, mark.estimate { background: var(--stepwise-ground); text-decoration-color: var(--stepwise); text-decoration-style: dashed; }
mark.retract { background: var(--attempt-ground); text-decoration-color: var(--attempt); text-decoration-style: double; }
.legend mark { padding: 0.1em 0.3em; margin-right: 0.4em; }
.tok.p1 { background: var(--p1); } .tok.n1 { background: var(--n1); text-decoration: underline dotted; text-underline-offset: 0.25em; } .tok.p2 { background: var(--p2); } .tok.n2 { background: var(--n2); text-decoration: underline dotted; text-underline-offset: 0.25em; } .tok.p3 { background: var(--p3); } .tok.n3 { background: var(--n3); text-decoration: underline dotted; text-underline-offset: 0.25em; } .tok.p4 { background: var(--p4); } .tok.n4 { background: var(--n4); text-decoration: underline dotted; text-underline-offset: 0.25em; }
.tok { border-radius: 2px; }
.legend .tok, .key { padding: 0.1em 0.4em; }
.key { border: 1px solid var(--rule); border-left-width: 0.9em; } .key.helps { border-left-color: var(--help); } .key.harms { border-left-color: var(--harm); }
.heat .helps rect { fill: var(--help); } .heat .harms rect { fill: var(--harm); } .heat rect.none { fill: none; }
.heat .harms line { stroke: var(--paper); stroke-width: 1.5; }
.walks { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1.6rem 2rem; }
figure + .scroll { margin-top: 1.4rem; }
.walks .scroll { padding: 6px 4px 6px 42px; } .walks .reasoning-graph { overflow: visible; }
.reasoning-graph .walk { fill: none; stroke: var(--ink); stroke-width: 2; stroke-opacity: 0.6; }
.reasoning-graph .walk.attempt { stroke-dasharray: 6 4; } .reasoning-graph .walk.restate { stroke-dasharray: 1.5 4; stroke-linecap: round; }
.reasoning-graph .tip { fill: var(--ink); stroke: none; }
.reasoning-graph .stop circle { fill: var(--ink); stroke: var(--paper); } .reasoning-graph .stop text { fill: var(--paper); font: 600 9px var(--sans); text-anchor: middle; }
input[type="search"] { font: inherit; font-family: var(--sans); font-size: 0.85rem; padding: 0.3rem 0.5rem; border: 1px solid var(--muted); border-radius: 3px; background: var(--paper); color: var(--ink); width: 16rem; max-width: 100%; }
.controls { font: 0.85rem/1.7 var(--sans); } .controls button { margin-top: 0.3rem; font: 0.85rem var(--sans); }
button:disabled { color: var(--muted); border-color: var(--rule); cursor: default; }
th button { margin: 0; padding: 0; border: 0; font: inherit; color: inherit; } th[aria-sort] button { color: var(--ink); font-weight: 600; }
th[aria-sort="ascending"] button::after { content: " ↑"; } th[aria-sort="descending"] button::after { content: " ↓"; }
.query-id { display: block; max-width: 15rem; white-space: normal; overflow-wrap: anywhere; } td .query-id { margin-left: auto; }
#query-list tbody td:last-child { white-space: normal; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; user-select: none; }
.reasoning-graph { display: block; height: auto; max-width: 100%; min-width: min(100%, 30rem); }
.reasoning-graph > g > polygon { fill: none; }
.reasoning-graph .edge :is(path, polygon) { stroke: var(--muted); }
.reasoning-graph .edge polygon { fill: var(--muted); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.2rem; margin: 0 0 1rem; }
dt { color: var(--muted); } dd { margin: 0; }
footer { margin-top: 4rem; color: var(--muted); font-size: 0.9rem; }
@media (max-width: 30rem) {
  body { padding: 1.5rem 1rem 3rem; font-size: 1rem; }
  h1 { font-size: 1.9rem; }
  th, td { padding-left: 0.7rem; }
  table { font-size: 0.8rem; }
}
@media print { body { max-width: none; padding: 0; } nav, .skip, button { display: none; } main > section { break-inside: avoid-page; } pre { max-height: none; } }
`;
