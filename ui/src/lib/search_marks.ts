// Cuts a text where searched words stand in it. Deliberately not here: the search itself, which is the backend's.
import { piecesOf } from './search_query';

export interface Part {
  readonly text: string;
  readonly hit: boolean;
}

/** A function that cuts texts at the words of a search, each counted from the beginning of a word on. */
export function searchMarks(search: string): (text: string) => readonly Part[] {
  // Operators (`feed:`, `is:unread`) are no words to be found in a text. What is quoted stands together.
  const phrases = piecesOf(search)
    .filter(({ operator }) => operator === null)
    .flatMap(({ value, quoted }) => {
      const words = plain(value).match(/[\p{L}\p{N}]+/gu) ?? [];
      return quoted ? [words.join('[^\\p{L}\\p{N}]+')] : words;
    })
    .filter(Boolean);
  if (phrases.length === 0) return (text) => [{ text, hit: false }];
  // The longest first, so that a phrase is not lost to one of its words.
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${phrases.sort((a, b) => b.length - a.length).join('|')})`, 'gu');
  return (text) => {
    const parts: Part[] = [];
    let at = 0;
    for (const { index, 0: found } of plain(text).matchAll(pattern)) {
      if (index > at) parts.push({ text: text.slice(at, index), hit: false });
      parts.push({ text: text.slice(index, index + found.length), hit: true });
      at = index + found.length;
    }
    if (at < text.length) parts.push({ text: text.slice(at), hit: false });
    return parts;
  };
}

/** Without capitals and accents, as the backend compares; as long as the text itself. */
function plain(text: string): string {
  if (!/[^\s!-~]/.test(text)) return text.toLowerCase();
  return Array.from(text, (character) => {
    const bare = character.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    return bare.length === character.length ? bare : character;
  }).join('');
}
