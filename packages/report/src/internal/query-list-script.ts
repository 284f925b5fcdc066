/**
 * Fills the list of all queries: a page of rows at a time, searched and sorted. Without it the page has the ends of the list, which are
 * what matters.
 */
export const queryListScript = `
(() => {
  const place = document.getElementById("query-list");
  const data = document.getElementById("query-data");
  if (!place || !data) return;
  const arms = JSON.parse(place.dataset.arms);
  const all = JSON.parse(data.textContent).map((entry) => ({ entry, text: (arms[entry[0]] + " " + place.dataset.shared + entry[1] + " " + entry[6]).toLowerCase() }));
  const size = 25;
  const state = { search: "", column: 3, falling: true, page: 0 };
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const number = (value) => value === null ? "–" : (value < 0 ? "−" : "") + Number(Math.abs(value).toPrecision(3));
  const search = make("input", { type: "search", id: "query-search", autocomplete: "off" });
  const said = make("p", { className: "note" });
  said.setAttribute("role", "status");
  const columns = [["arm", 0], ["query", 1], ["influence", 3], ["95 % interval", 4], ["α", 2], ["what it asks", 6]];
  const heads = columns.map(([title, column]) => {
    const button = make("button", { type: "button", textContent: title });
    button.addEventListener("click", () => {
      state.falling = state.column === column ? !state.falling : column > 1;
      state.column = column;
      state.page = 0;
      show();
    });
    const head = make("th", {}, button);
    head.setAttribute("scope", "col");
    return { head, column };
  });
  const body = make("tbody");
  const table = make("table", { className: "numbers" }, make("caption", { textContent: "All queries" }), make("thead", {}, make("tr", {}, ...heads.map(({ head }) => head))), body);
  const scroll = make("div", { className: "scroll", tabIndex: 0 }, table);
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "All queries");
  const turn = (title, by) => {
    const button = make("button", { type: "button", textContent: title });
    button.addEventListener("click", () => { state.page += by; show(); });
    return button;
  };
  const back = turn("Previous 25", -1);
  const on = turn("Next 25", 1);
  const show = () => {
    const words = state.search.toLowerCase().split(/\\s+/).filter(Boolean);
    const found = all.filter(({ text }) => words.every((word) => text.includes(word)));
    const value = ({ entry }) => entry[state.column] ?? -1e300;
    found.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      const order = x < y ? -1 : x > y ? 1 : 0;
      return state.falling ? -order : order;
    });
    const last = Math.max(0, Math.ceil(found.length / size) - 1);
    state.page = Math.min(last, Math.max(0, state.page));
    const rows = found.slice(state.page * size, (state.page + 1) * size);
    body.replaceChildren(...rows.map(({ entry: [arm, problem, accuracy, influence, low, high, prompt] }) => {
      const head = make("th", { textContent: arms[arm] });
      head.setAttribute("scope", "row");
      const named = make("td", {}, make("span", { className: "query-id", textContent: problem }));
      const texts = [number(influence), low === null ? "too few rollouts" : number(low) + " to " + number(high), Math.round(1000 * accuracy) / 10 + " %"];
      const asks = make("td", {}, make("span", { className: "prompt-line", textContent: prompt || "not among the samples" }));
      return make("tr", {}, head, named, ...texts.map((textContent) => make("td", { textContent })), asks);
    }));
    for (const { head, column } of heads) {
      if (column === state.column) head.setAttribute("aria-sort", state.falling ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    back.disabled = state.page === 0;
    on.disabled = state.page === last;
    const first = rows.length === 0 ? 0 : state.page * size + 1;
    said.textContent = found.length === 0 ? "No query matches." : first + " to " + (state.page * size + rows.length) + " of " + found.length + " queries";
  };
  search.addEventListener("input", () => { state.search = search.value; state.page = 0; show(); });
  place.append(make("p", { className: "controls" }, make("label", { htmlFor: "query-search", textContent: "Search " }), search, " ", back, " ", on), said, scroll);
  place.hidden = false;
  show();
})();
`;
