// What rules say of an event, in words. Deliberately not here: what became of its announcement.
import type { TemplateFault, Urgency, Verdict } from './ipc/types.gen';
import { m } from './paraglide/messages.js';

export function decisionWord({ decision }: Verdict): string {
  switch (decision) {
    case 'announce':
      return m.verdict_announce();
    case 'silent':
      return m.verdict_silent();
    case 'drop':
      return m.verdict_drop();
  }
}

/** Because of what: "rule 2 · Failures". */
export function decidedByWords({ decidedBy }: Verdict): string {
  switch (decidedBy.kind) {
    case 'noRule':
      return m.decided_no_rule();
    case 'empty':
      return m.decided_empty();
    case 'firstSnapshot':
      return m.decided_first();
    case 'rule': {
      const rule = m.rule_number({ number: decidedBy.number });
      return decidedBy.name === '' ? rule : `${rule} · ${decidedBy.name}`;
    }
  }
}

export function urgencyWord(urgency: Urgency): string {
  switch (urgency) {
    case 'low':
      return m.urgency_low();
    case 'normal':
      return m.urgency_normal();
    case 'high':
      return m.urgency_high();
    case 'urgent':
      return m.urgent();
  }
}

/** What is wrong with a template, beside its field. */
export function faultWords({ line, column, reason }: TemplateFault): string {
  if (line === null) return m.fault_whole({ reason });
  return column === null ? m.fault_line({ line, reason }) : m.fault_place({ line, column, reason });
}
