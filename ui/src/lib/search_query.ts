// What is typed into the search field, read as the backend reads it: which part is an operator, what is wrong with it,
// and how it goes on. Deliberately not here: the search itself, which is the backend's, and marks (search_marks).

export const OPERATORS = ['feed', 'folder', 'type', 'is', 'after', 'before'] as const;
export type Operator = (typeof OPERATORS)[number];

const STATES: readonly string[] = ['unread', 'read', 'starred'];
const TIMES: readonly string[] = ['today', 'yesterday', '1h', '24h', '7d', '30d'];

/** What stands between two spaces; quotes keep spaces in it. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** As it was typed. */
  readonly text: string;
  /** The operator that it is, if the backend knows it. */
  readonly operator: Operator | null;
  /** What follows the colon, or all of it; without quotes. */
  readonly value: string;
  /** Whether quotes were opened in it. */
  readonly quoted: boolean;
}

/** What can be meant by the operators that take names. */
export interface Known {
  readonly feeds: readonly string[];
  readonly folders: readonly string[];
  readonly types: readonly string[];
}

export interface Fault {
  readonly kind: 'value' | 'state' | 'time' | 'feed' | 'folder';
  readonly piece: Piece;
}

export interface Completion {
  /** What stands there once it is taken. */
  readonly text: string;
  readonly operator: Operator;
  /** Whether it only begins: a value is to follow. */
  readonly begins: boolean;
}

export function piecesOf(typed: string): Piece[] {
  const pieces: Piece[] = [];
  for (const match of typed.matchAll(/(?:[^\s"]|"[^"]*(?:"|$))+/gu)) {
    const text = match[0];
    const [, name = '', rest = ''] = /^([^":]*):(.*)$/su.exec(text) ?? [];
    const operator = OPERATORS.find((known) => known === name.toLowerCase()) ?? null;
    pieces.push({
      from: match.index,
      to: match.index + text.length,
      text,
      operator,
      value: (operator === null ? text : rest).replaceAll('"', ''),
      quoted: text.includes('"'),
    });
  }
  return pieces;
}

/** The piece that is being typed. */
export function pieceAt(typed: string, cursor: number): Piece | undefined {
  return piecesOf(typed).find(({ from, to }) => from < cursor && cursor <= to);
}

/** Why an operator means nothing; the backend takes it for a word. Names are judged by what is known here. */
function faultOf(piece: Piece, { feeds, folders }: Known): Fault | null {
  const { operator, value } = piece;
  const found = (names: readonly string[]): boolean =>
    names.some((name) => name.toLowerCase().includes(value.toLowerCase()));
  if (operator === null) return null;
  if (value === '') return { kind: 'value', piece };
  if (operator === 'is' && !STATES.includes(value.toLowerCase())) return { kind: 'state', piece };
  if ((operator === 'after' || operator === 'before') && !isTime(value)) return { kind: 'time', piece };
  if (operator === 'feed' && !found(feeds)) return { kind: 'feed', piece };
  if (operator === 'folder' && !found(folders)) return { kind: 'folder', piece };
  return null;
}

/** The first that is wrong. What is being typed at the cursor is not judged yet; `null`: nothing is being typed. */
export function firstFault(typed: string, cursor: number | null, known: Known): Fault | null {
  for (const piece of piecesOf(typed)) {
    if (cursor !== null && piece.from < cursor && cursor <= piece.to) continue;
    const fault = faultOf(piece, known);
    if (fault) return fault;
  }
  return null;
}

/** What is searched for while an operator is still being typed: the rest. */
export function searchable(typed: string, cursor: number, known: Known): string {
  const piece = pieceAt(typed, cursor);
  const unfinished = piece !== undefined && faultOf(piece, known) !== null;
  return (unfinished ? typed.slice(0, piece.from) + typed.slice(piece.to) : typed).trim();
}

/** `2026`, `2026-05`, `2026-05-04`, `today`, `yesterday`, `30m`, `12h`, `7d`, `2w` */
function isTime(value: string): boolean {
  const written = value.toLowerCase();
  if (/^(?:today|yesterday|\d{1,9}[mhdw])$/.test(written)) return true;
  const date = /^\d{4}(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/.exec(written);
  const within = (part: string | undefined, most: number): boolean =>
    part === undefined || (Number(part) >= 1 && Number(part) <= most);
  return date !== null && within(date[1], 12) && within(date[2], 31);
}

/** How what is being typed can go on. */
export function completions(piece: Piece | undefined, known: Known): Completion[] {
  if (piece === undefined) return [];
  const { operator, value, quoted } = piece;
  if (operator === null) {
    if (quoted || value === '') return [];
    return OPERATORS.filter((name) => name.startsWith(value.toLowerCase()))
      .filter((name) => name !== 'folder' || known.folders.length > 0)
      .map((name) => ({ text: `${name}:`, operator: name, begins: true }));
  }
  const typed = value.toLowerCase();
  const place = (option: string): number => option.toLowerCase().indexOf(typed);
  // A name is known by any part of it.
  const farthest = operator === 'feed' || operator === 'folder' || operator === 'type' ? Infinity : 0;
  const fitting = optionsOf(operator, known).filter(
    (option) => place(option) >= 0 && place(option) <= farthest && option !== value,
  );
  return [...fitting.filter((option) => place(option) === 0), ...fitting.filter((option) => place(option) > 0)].map(
    (option) => ({ text: `${operator}:${quotedIfNeeded(option)}`, operator, begins: false }),
  );
}

function optionsOf(operator: Operator, { feeds, folders, types }: Known): readonly string[] {
  switch (operator) {
    case 'feed':
      return feeds;
    case 'folder':
      return folders;
    case 'type':
      return types;
    case 'is':
      return STATES;
    case 'after':
    case 'before':
      return TIMES;
  }
}

function quotedIfNeeded(value: string): string {
  return /[\s":]/.test(value) ? `"${value.replaceAll('"', '')}"` : value;
}

/** The text with the piece at the cursor completed, and where the cursor stands then. */
export function completed(
  typed: string,
  cursor: number,
  { text, begins }: Completion,
): { typed: string; cursor: number } {
  const piece = pieceAt(typed, cursor);
  const [from, to] = piece ? [piece.from, piece.to] : [cursor, cursor];
  const rest = typed.slice(to).trimStart();
  const head = `${typed.slice(0, from)}${text}${begins ? '' : ' '}`;
  return { typed: head + (begins && rest !== '' ? ` ${rest}` : rest), cursor: head.length };
}
