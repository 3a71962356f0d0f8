// Cuts a text where searched words stand in it. Deliberately not here: the search itself, which is the backend's.

export interface Part {
  readonly text: string;
  readonly hit: boolean;
}

/** Operators (`feed:`, `is:unread`) are no words to be found in a text. */
const OPERATOR = /(?<=^|\s)(?:feed|type|is|after|before):(?:"[^"]*"|\S*)/g;

/** A function that cuts texts at the words of a search, each counted from the beginning of a word on. */
export function searchMarks(search: string): (text: string) => readonly Part[] {
  const words = search.replace(OPERATOR, ' ').match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return (text) => [{ text, hit: false }];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})`, 'giu');
  return (text) => {
    const parts: Part[] = [];
    let at = 0;
    for (const match of text.matchAll(pattern)) {
      if (match.index > at) parts.push({ text: text.slice(at, match.index), hit: false });
      parts.push({ text: match[0], hit: true });
      at = match.index + match[0].length;
    }
    if (at < text.length) parts.push({ text: text.slice(at), hit: false });
    return parts;
  };
}
