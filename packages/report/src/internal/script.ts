/**
 * The page's only script, for comfort: one button that unfolds everything that is folded, and unfolding before printing.
 * Numbers and charts are there without it.
 */
export const script = `
(() => {
  const folded = [...document.querySelectorAll("details")];
  if (folded.length === 0) return;
  const button = document.createElement("button");
  button.type = "button";
  const update = () => {
    const isOpen = folded.every((details) => details.open);
    button.textContent = isOpen ? "Fold all numbers" : "Unfold all numbers";
    button.setAttribute("aria-pressed", String(isOpen));
  };
  button.addEventListener("click", () => {
    const open = !folded.every((details) => details.open);
    for (const details of folded) details.open = open;
  });
  for (const details of folded) details.addEventListener("toggle", update);
  update();
  document.querySelector("nav").append(button);
  addEventListener("beforeprint", () => {
    for (const details of folded) details.open = true;
  });
})();
`;
