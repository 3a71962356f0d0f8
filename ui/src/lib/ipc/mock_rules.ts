// Mapping and rules of the mock backend: paths in braces, types, words and regular expressions, and the mistakes that
// are easily made. Deliberately not here: the language of the real one.
import type { Event, Mapping, Rule, TemplateFault, Tried, Urgency, Verdict } from './types.gen';

const URGENCIES: readonly Urgency[] = ['low', 'normal', 'high', 'urgent'];

const NAMES: Partial<Record<keyof Mapping, string>> = {
  title: 'The title template',
  body: 'The body template',
  link: 'The link template',
  icon: 'The icon template',
  urgency: 'The urgency template',
  groupKey: 'The group key template',
  time: 'The time template',
};

/** The first mistake in a mapping or in rules. */
export function faultOf(mapping: Mapping, rules: readonly Rule[]): TemplateFault | null {
  for (const [field, what] of Object.entries(NAMES)) {
    const source = String(mapping[field as keyof Mapping]);
    const open = source.lastIndexOf('{{');
    if (open >= 0 && source.indexOf('}}', open) < 0) {
      return { what, ...at(source, open), reason: 'unexpected end of input', rule: null, field };
    }
  }
  for (const [index, { when, then }] of rules.entries()) {
    const place = { rule: index + 1, line: null, column: null };
    try {
      new RegExp(when.regex);
    } catch {
      const what = `The regular expression of rule ${index + 1}`;
      return { what, ...place, reason: 'unclosed group', field: 'regex' };
    }
    if (/(==|and|or)\s*$/.test(when.expression)) {
      const what = `The expression of rule ${index + 1}`;
      const end = at(when.expression, when.expression.length);
      return { what, ...place, ...end, reason: 'unexpected end of input', field: 'expression' };
    }
    if (/\s/.test(then.sound)) {
      const what = `The sound of rule ${index + 1}`;
      return { what, ...place, reason: 'no name of a sound', field: 'sound' };
    }
  }
  return null;
}

function at(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** What would become of an event. */
export function tried(event: Event, mapping: Mapping, rules: readonly Rule[]): Tried {
  const given = (source: string, byDefault: string): string => (source === '' ? byDefault : render(source, event));
  const title = given(mapping.title, event.title) || event.title;
  const body = given(mapping.body, event.body);
  const mapped = given(mapping.urgency, event.urgency) as Urgency;
  const link = given(mapping.link, event.link ?? '') || null;
  const wrong = link !== null && !/^(https?|mailto):/.test(link);
  const result = {
    id: event.id,
    part: 0,
    title,
    body,
    link: wrong ? event.link : link,
    urgency: URGENCIES.includes(mapped) ? mapped : event.urgency,
    icon: given(mapping.icon, '') || null,
    groupKey: given(mapping.groupKey, '') || null,
    happenedAt: null,
    problem: wrong
      ? `The link template gave “${link}”, which is no address that begins with http, https or mailto.`
      : null,
  };
  const index = rules.findIndex((rule) => matches(rule, event, result));
  const rule = rules[index];
  if (!rule) return { ...result, verdict: { decision: 'announce', decidedBy: { kind: 'noRule' } } };
  const { action } = rule.then;
  const verdict: Verdict = {
    decision: action.kind,
    decidedBy: { kind: 'rule', number: index + 1, name: rule.name },
  };
  const urgency = (action.kind === 'announce' ? action.urgency : null) ?? result.urgency;
  return { ...result, urgency, verdict };
}

function matches({ when }: Rule, event: Event, { title, body }: { title: string; body: string }): boolean {
  const text = `${title}\n${body}`;
  return (
    (when.eventTypes.length === 0 || when.eventTypes.includes(event.eventType)) &&
    when.words.split(/\s+/).every((word) => text.toLowerCase().includes(word.toLowerCase())) &&
    new RegExp(when.regex).test(`${event.data}\n${text}`)
  );
}

function render(source: string, event: Event): string {
  const values: unknown = {
    event: { type: event.eventType, id: event.lastEventId, data: event.data, json: JSON.parse(event.data) as unknown },
  };
  return source.replace(/\{\{\s*([^}]*?)\s*\}\}/g, (_, path: string) => {
    const keys = [...path.matchAll(/[A-Za-z_]\w*|\d+/g)].map(([key]) => key);
    const found = keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], values);
    return typeof found === 'string' ? found : found === undefined || found === null ? '' : JSON.stringify(found);
  });
}
