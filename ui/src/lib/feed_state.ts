// A feed's state in words: for the sidebar, for its page, for a screen reader. Deliberately not here: colours and
// shapes (components/StateDot.svelte).
import type { Cause, FeedState, FeedStatus } from './ipc/types.gen';
import { sentence } from './feed_problem';
import { m } from './paraglide/messages.js';
import { clockTime, countdown, duration, eventTime } from './time';

/** How a state looks: shape and colour of its dot. */
export type Tone = 'open' | 'trying' | 'attention' | 'paused' | 'closed';

export function tone(state: FeedState): Tone {
  switch (state.state) {
    case 'open':
    case 'polling':
      return 'open';
    case 'connecting':
    case 'waiting':
    case 'noNetwork':
      return 'trying';
    case 'needsAttention':
      return 'attention';
    case 'paused':
      return 'paused';
    case 'closed':
      return 'closed';
  }
}

/** From the best to the worst. What the user paused himself is nothing to look at. */
const WORSE: readonly Tone[] = ['paused', 'open', 'trying', 'closed', 'attention'];

/** The worse of two. */
export function worse(one: Tone, other: Tone): Tone {
  return WORSE.indexOf(other) > WORSE.indexOf(one) ? other : one;
}

/** One or two words for the worst of several. */
export function toneWord(tone: Tone): string {
  switch (tone) {
    case 'open':
      return m.state_open();
    case 'trying':
      return m.state_waiting();
    case 'attention':
      return m.state_attention();
    case 'paused':
      return m.state_paused();
    case 'closed':
      return m.state_closed();
  }
}

/** Whether events can reach us: the stream is open, or asked for regularly as its server wants it. */
export function connected(state: FeedState): boolean {
  return tone(state) === 'open';
}

/** One or two words. */
export function stateWord(state: FeedState): string {
  switch (state.state) {
    case 'open':
      return m.state_open();
    case 'polling':
      return m.state_polling();
    case 'connecting':
      return state.waitingForServer ? m.state_waiting_for_server() : m.state_connecting();
    case 'waiting':
      return m.state_waiting();
    case 'noNetwork':
      return m.state_no_network();
    case 'needsAttention':
      return m.state_attention();
    case 'paused':
      return m.state_paused();
    case 'closed':
      return m.state_closed();
  }
}

/** What is said where there is little room: "in 12 s", "401"; nothing while all is well. */
export function stateHint(state: FeedState, now: number): string {
  switch (state.state) {
    case 'waiting':
      return countdown(state.retryAt, now);
    case 'noNetwork':
      return m.hint_no_network();
    case 'needsAttention':
    case 'closed':
      return state.cause.short;
    default:
      return '';
  }
}

export function cause(state: FeedState): Cause | null {
  return 'cause' in state ? state.cause : null;
}

/** The sentence (or two) that tells how a feed fares and what happens next. */
export function stateSentence({ state, lastByteAt }: FeedStatus, now: number): string {
  switch (state.state) {
    case 'open': {
      const since = m.sentence_open({ since: sinceText(state.since, now) });
      return lastByteAt === null || now - lastByteAt < 1_000
        ? since
        : m.sentence_last_byte({ sentence: since, ago: duration(now - lastByteAt) });
    }
    case 'polling':
      return m.sentence_polling({ every: duration(state.everyMs), next: countdown(state.retryAt, now) });
    case 'connecting':
      return state.waitingForServer ? m.sentence_waiting_for_server() : m.sentence_connecting();
    case 'waiting':
    case 'needsAttention':
      return m.sentence_next_try({ cause: sentence(state.cause), next: countdown(state.retryAt, now) });
    case 'noNetwork':
      return m.sentence_no_network();
    case 'paused':
      return m.sentence_paused();
    case 'closed':
      return m.sentence_closed({ cause: sentence(state.cause) });
  }
}

function sinceText(since: number, now: number): string {
  return now - since < 86_400_000 ? clockTime(since) : eventTime(since, now);
}
