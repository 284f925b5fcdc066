const number = /(?<![\w.])[-−]?\$?\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.])[-−]?\$?(?:\d+\.\d+|\d+|\.\d+)/g;

/** The numbers in a text that are written in digits, in order, thousands separators read as such. */
export function numbersOfText(text: string): number[] {
  return [...text.matchAll(number)].map(([written]) => Number(written.replace("−", "-").replace(/[$,]/g, "")));
}

/** The number that an answer gives: the one behind `####`, in a box, or the last. Undefined where it has none. */
export function numberOfAnswer(answer: string): number | undefined {
  const marked = /####\s*(.+)|\\boxed\{([^{}]*)\}/.exec(answer);
  return numbersOfText(marked?.[1] ?? marked?.[2] ?? answer).at(-1);
}
