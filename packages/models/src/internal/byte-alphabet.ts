/**
 * The printable character that stands for each byte in a byte-level vocabulary, as GPT-2 defined it: printable Latin-1 characters stand
 * for themselves, the other bytes for U+0100, U+0101, … in ascending order.
 */
export function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(printable ? byte : next++);
  });
}
