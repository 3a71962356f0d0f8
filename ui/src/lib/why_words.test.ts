// Each value that the backend may give as a reason, in the sentence it becomes.
import { describe, expect, test } from 'vitest';
import type { Plan, Tested, Told, Verdict, Why } from './ipc/types.gen';
import { isUnderWay, testedSteps, whySteps } from './why_words';

const NOW = Date.UTC(2026, 10, 20, 14, 32, 7);
const EVENING = Date.UTC(2026, 10, 20, 18, 30);
const MORNING = Date.UTC(2026, 10, 21, 8);
const SUNDAY = Date.UTC(2026, 10, 22, 9);

const announced: Verdict = { decision: 'announce', decidedBy: { kind: 'noRule' } };
const told: Told = { events: 1, at: NOW, answer: { kind: 'delivered', number: 7 }, refusal: null, replacedBy: null };
const plain: Why = { event: 1, count: 1, verdict: announced, problem: null, plan: { kind: 'alone' }, told };

function said(change: Partial<Why>): string[] {
  return whySteps({ ...plain, ...change }, 'high', NOW).map(({ came, text }) => `${came}: ${text}`);
}

test('the way of an event that was announced, with the time at its end', () => {
  expect(whySteps(plain, 'normal', NOW)).toEqual([
    { came: 'announced', text: 'No rule matched, so it is announced with normal urgency.' },
    { came: 'announced', text: 'It is announced by itself.' },
    { came: 'announced', text: 'The notification service took it, as its number 7.', at: NOW },
  ]);
});

describe('what rules said', () => {
  const rule = { kind: 'rule', number: 2, name: '' } as const;
  test.each<[Verdict, string]>([
    [announced, 'announced: No rule matched, so it is announced with high urgency.'],
    [
      { decision: 'silent', decidedBy: { kind: 'empty' } },
      'silent: There is nothing to read in it, and no rule matched, so it is kept silently.',
    ],
    [
      { decision: 'silent', decidedBy: { kind: 'firstSnapshot' } },
      'silent: It belongs to what the server tells first on each connection, which is kept silently.',
    ],
    [{ decision: 'announce', decidedBy: rule }, 'announced: Rule 2 has it announced with high urgency.'],
    [{ decision: 'silent', decidedBy: { ...rule, name: 'Noise' } }, 'silent: Rule 2, “Noise”, keeps it silently.'],
    [{ decision: 'drop', decidedBy: rule }, 'silent: Rule 2 drops it.'],
  ])('%j', (verdict, sentence) => {
    expect(said({ verdict })[0]).toBe(sentence);
  });

  test('and what was wrong with them', () => {
    expect(said({ problem: 'There is no “a”.' })[1]).toBe(
      'wrong: Its words or rules could not be applied: There is no “a”.',
    );
  });
});

describe('what was decided', () => {
  test.each<[Plan | null, number, string | undefined]>([
    [null, 0, 'waiting: Nothing has been decided about announcing it yet.'],
    [{ kind: 'summary' }, 1, 'announced: More came than are announced one by one, so it is in a summary.'],
    [
      { kind: 'summary' },
      1_284,
      'announced: More came than are announced one by one, so it is in a summary of 1,284 events.',
    ],
    [
      { kind: 'digest', because: { kind: 'muted', until: EVENING } },
      1,
      'waiting: Notifications were muted until 18:30, so it is announced afterwards.',
    ],
    [
      { kind: 'digest', because: { kind: 'muted', until: null } },
      12,
      'waiting: Notifications were muted, so it is announced afterwards in a digest of 12 events.',
    ],
    [
      { kind: 'digest', because: { kind: 'feedMuted', until: MORNING } },
      1,
      'waiting: Its feed was muted until tomorrow 08:00, so it is announced afterwards.',
    ],
    [
      { kind: 'digest', because: { kind: 'feedMuted', until: null } },
      1,
      'waiting: Its feed was muted, so it is announced afterwards.',
    ],
    [
      { kind: 'digest', because: { kind: 'quietHours', until: SUNDAY } },
      1,
      'waiting: It came in quiet hours, which last until Nov 22, 09:00, so it is announced afterwards.',
    ],
    [
      { kind: 'digest', because: { kind: 'doNotDisturb' } },
      1,
      'waiting: The desktop was not to be disturbed, so it is announced afterwards.',
    ],
    [
      { kind: 'digest', because: { kind: 'noService' } },
      1,
      'waiting: There was no notification service, so it is announced afterwards.',
    ],
    [
      { kind: 'digest', because: { kind: 'refused' } },
      1,
      'waiting: The notification service refused it or did not answer, so it is announced afterwards.',
    ],
    [
      { kind: 'digest', because: { kind: 'catchUp' } },
      40,
      'waiting: It was missed while the feed was not connected, so it is announced afterwards in a digest of 40 events.',
    ],
    [{ kind: 'silent', because: 'off' }, 0, 'silent: Notifications are switched off.'],
    [{ kind: 'silent', because: 'feedOff' }, 0, 'silent: Notifications of its feed are switched off.'],
    [
      { kind: 'silent', because: 'inView' },
      0,
      'silent: It came into view while the window was focused, so it is not announced.',
    ],
    [{ kind: 'silent', because: 'unrecorded' }, 0, 'silent: It came before Tidings wrote down what it decides.'],
    // The rules said that already.
    [{ kind: 'silent', because: 'rule' }, 0, undefined],
    [{ kind: 'silent', because: 'empty' }, 0, undefined],
    [{ kind: 'silent', because: 'firstSnapshot' }, 0, undefined],
  ])('%j about %i', (plan, events, sentence) => {
    const steps = said({ plan, told: events === 0 ? null : { ...told, events } });
    expect(steps[1]).toBe(sentence);
  });
});

describe('what became of it', () => {
  test.each<[Partial<Told>, string, boolean]>([
    [{ answer: null, at: null }, 'waiting: That waits, or is on its way.', true],
    [{ answer: { kind: 'delivered', number: 0 } }, 'announced: It was delivered.', false],
    [
      { answer: { kind: 'refused', words: 'Rate limit exceeded.' } },
      'wrong: The notification service refused it: Rate limit exceeded.',
      true,
    ],
    [{ answer: { kind: 'noService' } }, 'wrong: There was no notification service.', true],
    [
      { answer: { kind: 'dropped' } },
      'silent: Nobody wanted it any more: notifications were switched off, or feeds removed.',
      false,
    ],
    [{ replacedBy: 9 }, 'known: In its notification, a later event of the same group took its place.', false],
  ])('%j', (change, sentence, underWay) => {
    const why = { ...plain, told: { ...told, ...change } };
    expect(said(why).at(-1)).toBe(sentence);
    expect(isUnderWay(why)).toBe(underWay);
  });

  test('keeps the words in which it was refused at first', () => {
    const refused = { ...told, refusal: 'Too many.' };
    expect(said({ ...plain, told: refused }).slice(-2)).toEqual([
      'wrong: The notification service refused it: Too many.',
      'announced: The notification service took it, as its number 7.',
    ]);
  });

  test('names the event that took its place', () => {
    expect(whySteps({ ...plain, told: { ...told, replacedBy: 9 } }, 'low', NOW).at(-1)?.later).toBe(9);
  });

  test('tells how often it came', () => {
    expect(said({ count: 3 }).at(-1)).toBe('known: It came 3 times; only the first time counts.');
  });
});

test('the steps of a test, which has no time and no number of events', () => {
  const tested: Tested = {
    title: 'A',
    body: '',
    link: null,
    urgency: 'urgent',
    verdict: announced,
    problem: null,
    plan: { kind: 'digest', because: { kind: 'quietHours', until: MORNING } },
    answer: null,
  };
  expect(testedSteps(tested, NOW).map(({ text }) => text)).toEqual([
    'No rule matched, so it is announced as urgent.',
    'It came in quiet hours, which last until tomorrow 08:00, so it is announced afterwards.',
  ]);
  expect(testedSteps({ ...tested, plan: null, answer: null }, NOW)).toHaveLength(1);
});
