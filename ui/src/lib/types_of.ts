// The types of events that stand in a text, parted by commas.

/** The standard's type of an event that names none. */
export const UNTYPED = 'message';

export function typesOf(text: string): string[] {
  return text
    .split(',')
    .map((type) => type.trim())
    .filter(Boolean);
}
