/** A command as one would type it into a shell. */
export function commandLine(words: readonly string[]): string {
  return ["bridge", ...words.map(quote)].join(" ");
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
