// The entries of a connection log in words. Deliberately not here: which of them are shown.
import { sentence } from './feed_problem';
import type { Headers, LogAttempt, LogEntry, LogStep, RawLine } from './ipc/types.gen';
import { m } from './paraglide/messages.js';
import { bytes, fullDate, milliseconds, preciseTime } from './time';

/** By what entries are chosen. */
export const GROUPS = ['connection', 'events', 'comments', 'errors'] as const;
export type Group = (typeof GROUPS)[number];

export function groupOf({ kind }: LogEntry): Group {
  switch (kind) {
    case 'event':
    case 'id':
      return 'events';
    case 'comment':
      return 'comments';
    case 'error':
    case 'closed':
    case 'oversized':
      return 'errors';
    default:
      return 'connection';
  }
}

/** What kind of entry it is: a word, or the type of an event. */
export function kindWord(entry: LogEntry): string {
  switch (entry.kind) {
    case 'connect':
      return m.log_connect();
    case 'waiting':
      return m.log_waiting();
    case 'open':
      return m.log_open();
    case 'retry':
      return m.log_retry();
    case 'comment':
      return m.log_comment();
    case 'id':
      return m.log_id();
    case 'event':
      return entry.eventType;
    case 'oversized':
      return m.log_oversized();
    case 'polled':
      return m.log_polled();
    case 'error':
      return m.log_error();
    case 'closed':
      return m.log_closed();
    case 'noNetwork':
      return m.log_no_network();
    case 'disrupted':
      return m.log_disrupted();
    case 'reconnect':
      return m.log_reconnect();
    case 'end':
      return m.log_end();
  }
}

/** What happened. */
export function logWords(entry: LogEntry): string {
  switch (entry.kind) {
    case 'connect': {
      const past =
        entry.resumed !== null ? m.log_resumed({ id: entry.resumed }) : entry.unsendable ? m.log_unsendable() : '';
      return parts(m.log_attempt({ number: entry.attempt }), entry.url, past);
    }
    case 'waiting':
      return m.log_waiting_words();
    case 'open':
      return parts(
        `${entry.status} ${entry.contentType}`,
        entry.protocol,
        milliseconds(entry.firstByte),
        entry.redirected === null ? '' : m.log_redirected({ url: entry.redirected }),
      );
    case 'retry':
      return entry.asked === entry.used
        ? milliseconds(entry.used)
        : m.log_retry_used({ asked: milliseconds(entry.asked), used: milliseconds(entry.used) });
    case 'comment':
      return entry.text;
    case 'id':
      return entry.lastEventId;
    case 'event':
      return parts(entry.lastEventId === '' ? '' : m.log_event_id({ id: entry.lastEventId }), bytes(entry.size));
    case 'oversized':
      return m.log_oversized_words({ size: bytes(entry.size), limit: bytes(entry.limit) });
    case 'polled':
      return m.log_polled_words({ wait: milliseconds(entry.retryIn) });
    case 'error':
      return entry.retryIn === null
        ? m.log_next_with_network({ cause: sentence(entry) })
        : m.log_next_try({ cause: sentence(entry), wait: milliseconds(entry.retryIn) });
    case 'closed':
      return sentence(entry);
    case 'noNetwork':
      return m.log_no_network_words();
    case 'disrupted':
      return m.log_disrupted_words();
    case 'reconnect':
      return m.log_reconnect_words();
    case 'end':
      return m.log_end_words();
  }
}

/** How long after the beginning of its attempt a step was passed: "+12.3 ms". */
export function stepTime({ after }: LogStep): string {
  return `+${milliseconds(Math.round(after / 100) / 10)}`;
}

/** The name of a step of an attempt, what it found, and the headers that belong to it. */
export function stepWords(step: LogStep): { word: string; words: string; headers: Headers } {
  const said = (word: string, words = '', headers: Headers = []) => ({ word, words, headers });
  switch (step.step) {
    case 'lookup':
      return said(m.step_lookup(), step.addresses);
    case 'tcp':
      return said(m.step_tcp(), step.proxy === null ? step.to : m.detail_proxy({ to: step.to, proxy: step.proxy }));
    case 'certificate':
      return said(
        m.server_certificate(),
        parts(
          step.names,
          step.issuer,
          step.expires === null ? '' : m.detail_expires({ date: fullDate(step.expires) }),
          step.believed ? '' : m.step_not_believed(),
        ),
      );
    case 'tls':
      return said(m.step_tls(), step.version ?? m.step_resumed());
    case 'request':
      return said(m.step_request(), `GET ${step.url}`, step.headers);
    case 'answer':
      return said(m.step_http(), parts(String(step.status), step.protocol, step.from ?? ''), step.headers);
    case 'firstByte':
      return said(m.step_bytes());
    case 'firstEvent':
      return said(m.step_event());
  }
}

/** A log as text, a line for each entry, and under an attempt the steps of it. */
export function logText(entries: readonly LogEntry[], attempts: ReadonlyMap<number, LogAttempt>): string {
  return entries
    .flatMap((entry) => [
      `${preciseTime(entry.at)}  ${kindWord(entry)}  ${logWords(entry)}`.trimEnd(),
      ...(attempts.get(entry.number)?.steps ?? []).flatMap((step) => {
        const { word, words, headers } = stepWords(step);
        const lines = headers.map(([name, value]) => `      ${name}: ${value}`);
        return [`    ${stepTime(step)}  ${word}  ${words}`.trimEnd(), ...lines];
      }),
    ])
    .join('\n');
}

/** The lines of a stream as they came. */
export function rawText(lines: readonly RawLine[]): string {
  return lines.map(({ text }) => text).join('\n');
}

function parts(...all: string[]): string {
  return all.filter(Boolean).join(' · ');
}
