// What fails with a feed, by the layer that failed, and what can be done about it. Deliberately not here: the cause itself,
// which the backend says.
import type { Cause } from './ipc/types.gen';
import { m } from './paraglide/messages.js';
import { getLocale } from './paraglide/runtime.js';

/** What failed and why, as the backend says it. */
export function sentence({ message, chinese }: Pick<Cause, 'message' | 'chinese'>): string {
  return getLocale() === 'zh-CN' && chinese ? chinese : message;
}

/** What failed, in a few words. */
export function layerWord({ layer, short }: Cause): string {
  switch (layer) {
    case 'name-lookup':
      return m.problem_name();
    case 'network':
      return m.problem_network();
    case 'tls':
      return m.problem_tls();
    case 'http-status':
      return m.problem_status({ status: short });
    case 'refusal':
      return m.problem_refusal();
    case 'not-an-event-stream':
      return m.problem_no_stream();
    case 'too-large':
      return m.problem_too_large();
    case 'idle':
      return m.problem_idle();
    case 'closed-by-server':
      return m.problem_ended();
    case 'settings':
      return m.problem_in_settings();
    case 'secrets':
      return m.problem_secrets();
    default:
      return m.problem_fault();
  }
}

/** What to do. */
export function advice({ layer, short }: Cause): string {
  switch (layer) {
    case 'name-lookup':
      return m.advice_name();
    case 'network':
      return short === 'proxy' ? m.advice_proxy() : m.advice_network();
    case 'tls':
      return m.advice_tls();
    case 'http-status':
      return adviceOnStatus(Number(short));
    case 'refusal':
      return m.advice_credentials();
    case 'not-an-event-stream':
      return m.advice_no_stream();
    case 'too-large':
      return m.advice_too_large();
    case 'idle':
      return m.advice_idle();
    case 'closed-by-server':
      return m.advice_ended();
    case 'settings':
      return m.advice_in_settings();
    case 'secrets':
      return m.advice_secrets();
    default:
      return m.advice_fault();
  }
}

function adviceOnStatus(status: number): string {
  if (status === 204) return m.advice_stop();
  if (status === 401 || status === 403) return m.advice_credentials();
  if (status === 407) return m.advice_proxy();
  if (status === 429) return m.advice_too_often();
  if (status === 404 || status === 410) return m.advice_address();
  return status >= 500 ? m.advice_server() : m.advice_refused();
}

/** Whether the feed's settings are where it can be mended. */
export function leadsToSettings({ layer, short }: Cause): boolean {
  if (layer === 'http-status') return !(Number(short) >= 500 || short === '429' || short === '204');
  return ['name-lookup', 'network', 'tls', 'refusal', 'not-an-event-stream', 'settings', 'secrets'].includes(layer);
}
