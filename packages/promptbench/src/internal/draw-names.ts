import { BridgeError, type Random } from "@bridge-rl/spec";

/** Without vowels three letters are no English word; names may not tempt a model to read more into them. */
const consonants = "bcdfghjklmnpqrstvwxz";
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** What linear equations call their own quantities. */
const reserved = "xyD";
const smallLetters = 26;
const freeSmallLetters = smallLetters - 2;

/** How nodes are named: letters (small ones as long as they last, as in iGSM: a small model learns few names sooner), three consonants, or aaa, aab, … in the order of the solution. */
export type Naming = "letters" | "consonants" | "original";

/** Draws names that are all different and, but for the original ones, say nothing about what rests on what. */
export function drawNames(count: number, naming: Naming, random: Random): string[] {
  if (naming === "original") return Array.from({ length: count }, (_, index) => originalName(index));
  const size = naming === "consonants" ? consonants.length ** 3 : count <= freeSmallLetters ? smallLetters : letters.length;
  const drawn: number[] = [];
  const names: string[] = [];
  const most = naming === "consonants" ? size / 2 : letters.length - reserved.length;
  if (count > most && naming === "consonants") throw new BridgeError("unsupported", `${count} nodes have more names than there are`);
  while (names.length < Math.min(count, most)) {
    const code = random.integer(0, size - 1);
    if (drawn.includes(code)) continue;
    drawn.push(code);
    const name = naming === "consonants" ? triple(code) : letters.charAt(code);
    if (naming === "consonants" || !reserved.includes(name)) names.push(name);
  }
  // Letters run out: pairs of them follow, all names shuffled so that pairs say nothing.
  for (let index = most; index < count; index++) names.push(pair(index - most));
  return count > most ? random.shuffle(names) : names;
}

function triple(code: number): string {
  const base = consonants.length;
  return (
    consonants.charAt(Math.floor(code / base / base)) + consonants.charAt(Math.floor(code / base) % base) + consonants.charAt(code % base)
  );
}

function pair(index: number): string {
  return letters.charAt(Math.floor(index / letters.length) % letters.length) + letters.charAt(index % letters.length);
}

/** aaa, aab, …: DyVal's names, dictionary words among them. */
function originalName(index: number): string {
  const letter = (place: number): string => letters.charAt(Math.floor(index / 26 ** place) % 26);
  return letter(2) + letter(1) + letter(0);
}
