// Finds addresses in plain text. Deliberately not here: opening them, which the backend does after a check of its own.

export type Piece = { readonly text: string; readonly url?: string };

/** Chinese has no spaces: its punctuation ends an address too, as do quotation marks. */
const ADDRESS = /\b(https?:\/\/|mailto:)[^\s<>"'`，。；：！？、（）《》「」『』【】“”‘’]+/gi;
/** Punctuation that ends a sentence or a quotation rather than an address. */
const TAIL = '.,;:!?…»*_~';
/** A closing bracket belongs to an address only if it was opened within it. */
const OPENING: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** Cuts a text into plain pieces and pieces that are http, https or mailto addresses. Joined they are the text. */
export function linked(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const url = withoutTail(match[0]);
    if (!URL.canParse(url)) continue;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index) });
    pieces.push({ text: url, url });
    at = match.index + url.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

function withoutTail(match: string): string {
  // How many more of each bracket close than open.
  const surplus: Record<string, number> = {};
  for (const [closing, opening] of Object.entries(OPENING)) {
    surplus[closing] = match.split(closing).length - match.split(opening).length;
  }
  let end = match.length;
  for (; end > 0; end -= 1) {
    const last = match.charAt(end - 1);
    if (TAIL.includes(last)) continue;
    if ((surplus[last] ?? 0) <= 0) break;
    surplus[last] = (surplus[last] ?? 0) - 1;
  }
  return match.slice(0, end);
}
