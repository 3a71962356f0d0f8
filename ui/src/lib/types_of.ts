// The types of events that stand in a text, parted by commas.

export function typesOf(text: string): string[] {
  return text
    .split(',')
    .map((type) => type.trim())
    .filter(Boolean);
}
