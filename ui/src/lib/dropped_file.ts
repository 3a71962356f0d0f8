// What a file is for that is dropped on the window. By its name, or else by how it begins: nothing is taken in by dropping.
// Deliberately not here: reading it.

export type Purpose = 'transcript' | 'backup' | 'feeds';

/** So much of a file says what it is, in bytes. */
const BEGINNING = 64;

/** `null`: nothing that is known here. */
export async function purposeOf(file: File): Promise<Purpose | null> {
  const beginning = await file.slice(0, BEGINNING).text();
  if (/^\s*\{\s*"transcript"\s*:/.test(beginning)) return 'transcript';
  if (beginning.startsWith('SQLite format 3\0')) return 'backup';
  if (/\.(transcript|ndjson)$/i.test(file.name)) return 'transcript';
  return /\.(toml|opml|xml|txt|list)$/i.test(file.name) ? 'feeds' : null;
}
