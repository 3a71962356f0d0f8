// Why an event was announced, or was not, in words: one sentence for each step on its way. Deliberately not here: how the
// steps look (components/Steps.svelte).
import type { Answer, EventId, Hold, Plan, Tested, Told, Urgency, Verdict, Why } from './ipc/types.gen';
import { m } from './paraglide/messages.js';
import { comingTime, number } from './time';

/** What a step came to. */
export type Came = 'announced' | 'silent' | 'waiting' | 'wrong' | 'known';

export interface Step {
  readonly came: Came;
  readonly text: string;
  /** When it was, in milliseconds since the Unix epoch. */
  readonly at?: number;
  /** The event that took the place of this one. */
  readonly later?: EventId;
}

/** The steps of a stored event, in their order. */
export function whySteps({ verdict, problem, plan, told, count }: Why, urgency: Urgency, now: number): Step[] {
  const steps = [verdictStep(verdict, urgency), ...problemStep(problem)];
  if (plan === null) steps.push({ came: 'waiting', text: m.why_undecided() });
  else steps.push(...planStep(plan, told?.events ?? 0, now));
  if (told !== null) {
    if (told.refusal !== null) steps.push(answerStep({ kind: 'refused', words: told.refusal }));
    steps.push(toldStep(told));
  }
  if (count > 1) steps.push({ came: 'known', text: m.why_count({ count, shown: number(count) }) });
  return steps;
}

/** The steps of a test event. */
export function testedSteps({ verdict, urgency, problem, plan, answer }: Tested, now: number): Step[] {
  const steps = [verdictStep(verdict, urgency), ...problemStep(problem)];
  if (plan !== null) steps.push(...planStep(plan, 0, now));
  if (answer !== null) steps.push(answerStep(answer));
  return steps;
}

/** Whether more may become known of it by itself. */
export function isUnderWay({ plan, told }: Why): boolean {
  if (plan === null) return true;
  if (told === null || told.replacedBy !== null) return false;
  return told.answer === null || told.answer.kind === 'refused' || told.answer.kind === 'noService';
}

function verdictStep(verdict: Verdict, urgency: Urgency): Step {
  const came = verdict.decision === 'announce' ? 'announced' : 'silent';
  return { came, text: verdictSentence(verdict, m.urgency_in_sentence({ urgency })) };
}

function verdictSentence({ decision, decidedBy }: Verdict, urgency: string): string {
  switch (decidedBy.kind) {
    case 'noRule':
      return m.why_no_rule({ urgency });
    case 'empty':
      return m.why_empty();
    case 'firstSnapshot':
      return m.why_first();
    case 'rule': {
      const { name, number } = decidedBy;
      const rule = name === '' ? m.why_rule({ number }) : m.why_rule_named({ number, name });
      if (decision === 'announce') return m.why_rule_announces({ rule, urgency });
      return decision === 'silent' ? m.why_rule_keeps({ rule }) : m.why_rule_drops({ rule });
    }
  }
}

function problemStep(problem: string | null): Step[] {
  return problem === null ? [] : [{ came: 'wrong', text: m.why_problem({ problem }) }];
}

/** What was decided about an announcement of so many events, as far as they are known; nothing that the rules said. */
function planStep(plan: Plan, events: number, now: number): Step[] {
  const several = events > 1 ? { count: events, shown: number(events) } : null;
  switch (plan.kind) {
    case 'alone':
      return [{ came: 'announced', text: m.why_alone() }];
    case 'summary':
      return [{ came: 'announced', text: several === null ? m.why_summary_begun() : m.why_summary(several) }];
    case 'digest': {
      const because = holdWords(plan.because, now);
      const text = several === null ? m.why_later({ because }) : m.why_digest({ because, ...several });
      return [{ came: 'waiting', text }];
    }
    case 'silent':
      switch (plan.because) {
        case 'off':
          return [{ came: 'silent', text: m.why_off() }];
        case 'feedOff':
          return [{ came: 'silent', text: m.why_feed_off() }];
        case 'inView':
          return [{ came: 'silent', text: m.why_in_view() }];
        case 'unrecorded':
          return [{ came: 'silent', text: m.why_unrecorded() }];
        case 'rule':
        case 'empty':
        case 'firstSnapshot':
          return [];
      }
  }
}

/** The beginning of a sentence. */
function holdWords(hold: Hold, now: number): string {
  switch (hold.kind) {
    case 'muted':
      return hold.until === null ? m.why_muted_ever() : m.why_muted({ until: comingTime(hold.until, now) });
    case 'feedMuted':
      return hold.until === null ? m.why_feed_muted_ever() : m.why_feed_muted({ until: comingTime(hold.until, now) });
    case 'quietHours':
      return m.why_quiet_hours({ until: comingTime(hold.until, now) });
    case 'doNotDisturb':
      return m.why_do_not_disturb();
    case 'noService':
      return m.why_no_service();
    case 'refused':
      return m.why_service_refused();
    case 'catchUp':
      return m.why_catch_up();
  }
}

function toldStep({ answer, at, replacedBy }: Told): Step {
  if (replacedBy !== null) return { came: 'known', text: m.why_replaced(), later: replacedBy };
  if (answer === null) return { came: 'waiting', text: m.why_waits() };
  const step = answerStep(answer);
  return at === null ? step : { ...step, at };
}

function answerStep(answer: Answer): Step {
  switch (answer.kind) {
    case 'delivered': {
      const { number } = answer;
      return { came: 'announced', text: number === 0 ? m.why_delivered() : m.why_delivered_as({ number }) };
    }
    case 'refused':
      return { came: 'wrong', text: m.why_refused({ words: answer.words.replace(/\.+$/, '') }) };
    case 'noService':
      return { came: 'wrong', text: m.why_nobody_there() };
    case 'dropped':
      return { came: 'silent', text: m.why_unwanted() };
  }
}
