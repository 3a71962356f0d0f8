// Finds addresses in plain text. Deliberately not here: opening them, which the backend does after a check of its own.

export type Piece = { readonly text: string; readonly url?: string };

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+|\bmailto:[^\s<>"'`]+/gi;
/** Punctuation that ends a sentence rather than an address. */
const TAIL = /[.,;:!?…'"*_~。，；：！？]+$/;

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
  let url = match.replace(TAIL, '');
  // A closing bracket belongs to the address only if it was opened within it.
  while (/[)\]}]$/.test(url) && !balanced(url)) url = url.slice(0, -1).replace(TAIL, '');
  return url;
}

function balanced(url: string): boolean {
  const close = url.at(-1) ?? '';
  const open = { ')': '(', ']': '[', '}': '{' }[close] ?? '';
  return url.split(open).length >= url.split(close).length;
}
