const heading = /^The calculation of (\w+) is defined as:$/;
const statement = /^(?:The value of )?(\w+) (?:is|gets its value) /;

/**
 * Tells apart what the calculations of a system's coefficients name alike: PromptBench draws the redundant lines of each by themselves, so
 * that "aai" may be one number in the first and another in the second. A name that an earlier calculation describes gets the coefficient's
 * behind it, "aai_aag1", in all lines of the later one.
 */
export function separateCalculations(lines: readonly string[]): readonly string[] {
  const places = lines.flatMap((line, place) => (heading.test(line.trim()) ? [place] : []));
  if (places.length < 2) return lines;
  const separated = lines.slice(0, places[0]);
  const taken = new Set<string>();
  for (const [index, place] of places.entries()) {
    const calculation = lines.slice(place, places[index + 1]);
    const own = new Set(calculation.flatMap((line) => statement.exec(line.trim())?.[1] ?? []));
    const coefficient = heading.exec((calculation[0] as string).trim())?.[1];
    separated.push(
      ...calculation.map((line) => line.replace(/\w+/g, (word) => (own.has(word) && taken.has(word) ? `${word}_${coefficient}` : word))),
    );
    for (const name of own) taken.add(name);
  }
  return separated;
}
