// Everything said to the user stands in the message catalogues, in every language, and nowhere else.
import { parse, type AST } from 'svelte/compiler';
import { describe, expect, test } from 'vitest';
import en from '../messages/en.json';
import zh from '../messages/zh-CN.json';

const sources = import.meta.glob<string>(
  ['../src/**/*.{svelte,ts}', '!../src/lib/paraglide/**', '!../src/**/*.test.ts'],
  {
    query: '?raw',
    import: 'default',
    eager: true,
  },
);
const components = Object.entries(sources).filter(([path]) => path.endsWith('.svelte'));

/** Attributes whose value is read out or shown. */
const SPOKEN = ['title', 'alt', 'placeholder', 'label', 'aria-label', 'aria-description', 'aria-valuetext'];
/** Keys of the keyboard are written the same everywhere. */
const NOT_WORDS = /^(?:\/|!!?|·|…)$/;

/** Words written straight into a component's markup. */
function hardCoded(source: string): string[] {
  const found: string[] = [];
  const said = (text: string): void => {
    const trimmed = text.trim();
    if (/\p{L}/u.test(trimmed) && !NOT_WORDS.test(trimmed)) found.push(trimmed);
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { type } = node as { type?: string };
    if (type === 'Text') said((node as AST.Text).data);
    if (type === 'StyleDirective') return;
    if (type === 'Attribute') {
      const { name, value } = node as AST.Attribute;
      const literal = Array.isArray(value) ? value.filter((part) => part.type === 'Text') : [];
      if (SPOKEN.includes(name)) for (const part of literal) said((part as AST.Text).data);
      // A string handed over by an expression is as hard-coded as one written plainly.
      if (SPOKEN.includes(name) && value !== true && !Array.isArray(value) && value.expression.type === 'Literal') {
        said(String(value.expression.value));
      }
      return;
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(parse(source, { modern: true }).fragment);
  return found;
}

/** The names in braces, sorted. */
function placeholders(message: unknown): string[] {
  return [...new Set(JSON.stringify(message).match(/\{(\w+)\}/g) ?? [])].sort();
}

test('the test sees what it is to find', () => {
  expect(hardCoded('<p>Some words</p><b title="A title">{m.fine()}</b><i aria-label={"No"}>·</i>')).toEqual([
    'Some words',
    'A title',
    'No',
  ]);
});

test.each(components)('%s says nothing of its own', (_, source) => {
  expect(hardCoded(source)).toEqual([]);
});

describe('the catalogues', () => {
  test('have the same keys', () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
  });

  test.each(Object.keys(en).filter((key) => key !== '$schema'))('%s is said in full, with the same parts', (key) => {
    const [english, chinese] = [en, zh].map((catalogue) => (catalogue as Record<string, unknown>)[key]);
    expect(JSON.stringify(chinese)).not.toBe('""');
    expect(placeholders(chinese)).toEqual(placeholders(english));
  });

  test('hold no message that nobody says', () => {
    const all = Object.values(sources).join('\n');
    expect(Object.keys(en).filter((key) => key !== '$schema' && !all.includes(`m.${key}`))).toEqual([]);
  });
});
