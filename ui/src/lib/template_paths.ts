// What templates and expressions can speak of in a captured event, and how one of these words is completed while it is
// typed. Deliberately not here: the language itself, which only the backend knows.
import type { Event } from './ipc/types.gen';
import { isExactNumber, jsonData } from './raw_fields';

/** Something a template can name, and what it is in the captured event. */
export interface Path {
  readonly expression: string;
  readonly preview: string;
}

/** Templates are text with expressions in braces. */
export type Language = 'template' | 'expression';

const DEEPEST = 8;
const MOST = 300;
/** Of a list its beginning says what the rest is like. */
const ITEMS = 2;
const PREVIEW = 60;

/** The expression for a value within the event's JSON. */
export function pathOf(keys: readonly (string | number)[]): string {
  const step = (key: string | number): string =>
    typeof key === 'string' && /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  return `event.json${keys.map(step).join('')}`;
}

/** The template that gives just this value. */
export function templateOf(keys: readonly (string | number)[]): string {
  return `{{ ${pathOf(keys)} }}`;
}

function preview(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text;
}

/** Everything of the event, and of its JSON every value, in its order. */
export function pathsOf(event: Event | null): Path[] {
  if (event === null) return [{ expression: 'event.type', preview: '' }];
  const paths: Path[] = [];
  const visit = (value: unknown, keys: readonly (string | number)[]): void => {
    if (paths.length >= MOST || keys.length > DEEPEST) return;
    if (Array.isArray(value)) {
      paths.push({ expression: pathOf(keys), preview: preview(value) });
      value.slice(0, ITEMS).forEach((item, index) => visit(item, [...keys, index]));
    } else if (typeof value === 'object' && value !== null && !isExactNumber(value)) {
      for (const [key, child] of Object.entries(value)) visit(child, [...keys, key]);
    } else paths.push({ expression: pathOf(keys), preview: preview(value) });
  };
  const json = jsonData(event.data);
  if (json !== undefined) visit(json, []);
  return [
    ...paths,
    { expression: 'event.type', preview: event.eventType },
    { expression: 'event.id', preview: event.lastEventId },
    { expression: 'event.data', preview: preview(event.data) },
    { expression: 'event.received_at', preview: String(event.receivedAt) },
  ];
}

interface Word {
  readonly from: number;
  readonly text: string;
  /** Whether an expression is expected here. */
  readonly inside: boolean;
}

/** What is being typed at the cursor. */
export function wordAt(text: string, cursor: number, language: Language): Word {
  const before = text.slice(0, cursor);
  const opened = Math.max(before.lastIndexOf('{{'), before.lastIndexOf('{%'));
  const closed = Math.max(before.lastIndexOf('}}'), before.lastIndexOf('%}'));
  const inside = language === 'expression' || opened > closed;
  const found = /[A-Za-z_][\w.[\]"]*$|$/.exec(before)?.[0] ?? '';
  return { from: cursor - found.length, text: found, inside };
}

/** Those that fit what is being typed; those that begin with it first. */
export function matching(paths: readonly Path[], word: string): Path[] {
  const typed = word.toLowerCase();
  const place = ({ expression }: Path): number => expression.toLowerCase().indexOf(typed);
  const fitting = paths.filter((path) => place(path) >= 0 && path.expression !== word);
  return [...fitting.filter((path) => place(path) === 0), ...fitting.filter((path) => place(path) > 0)];
}

/** The text with the word at the cursor completed, and where the cursor stands then. */
export function complete(
  text: string,
  cursor: number,
  language: Language,
  expression: string,
): { text: string; cursor: number } {
  const { from, inside } = wordAt(text, cursor, language);
  let [start, end] = ['', ''];
  if (!inside) {
    // A brace that was begun is part of what is completed.
    const brace = text[from - 1] === '{' ? '{ ' : '{{ ';
    [start, end] = [brace, ' }}'];
  } else if (language === 'template') {
    start = /\{[{%]$/.test(text.slice(0, from)) ? ' ' : '';
    end = /^[^{]*[}%]\}/.test(text.slice(cursor)) ? '' : ' }}';
  }
  const head = text.slice(0, from) + start + expression + end;
  return { text: head + text.slice(cursor), cursor: head.length };
}
