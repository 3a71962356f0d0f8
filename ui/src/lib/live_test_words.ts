// What a test of an address found, in words. Deliberately not here: how it is drawn.
import { layerWord, sentence } from './feed_problem';
import type { Cause, Finding, Step, StepDetail, StepVerdict, TestReport } from './ipc/types.gen';
import { m } from './paraglide/messages.js';
import { bytes, fullDate, milliseconds, number } from './time';

/** The name of a step. */
export function stepWord(step: Step): string {
  switch (step) {
    case 'lookup':
      return m.step_lookup();
    case 'tcp':
      return m.step_tcp();
    case 'tls':
      return m.step_tls();
    case 'http':
      return m.step_http();
    case 'contentType':
      return m.step_type();
    case 'firstBytes':
      return m.step_bytes();
    case 'firstEvent':
      return m.step_event();
    case 'heartbeat':
      return m.step_heartbeat();
  }
}

export function verdictWord(verdict: StepVerdict): string {
  switch (verdict) {
    case 'waiting':
      return m.verdict_waiting();
    case 'good':
      return m.verdict_good();
    case 'warning':
      return m.verdict_warning();
    case 'failed':
      return m.verdict_failed();
    case 'skipped':
      return m.verdict_skipped();
  }
}

/** What a step found. */
export function detailWords(detail: StepDetail): string {
  switch (detail.kind) {
    case 'addresses':
      return detail.addresses.join(', ') + (detail.count > detail.addresses.length ? ' …' : '');
    case 'isAddress':
      return m.detail_is_address();
    case 'connected':
      return detail.proxy === null ? detail.to : m.detail_proxy({ to: detail.to, proxy: detail.proxy });
    case 'plain':
      return m.detail_plain();
    case 'tls':
      return [
        detail.version === null ? '' : `TLS ${detail.version}`,
        detail.names,
        detail.expires === null ? '' : m.detail_expires({ date: fullDate(detail.expires) }),
        detail.checked ? '' : m.detail_unchecked(),
      ]
        .filter(Boolean)
        .join(' · ');
    case 'answer':
      return [String(detail.status), detail.protocol, detail.to ?? ''].filter(Boolean).join(' · ');
    case 'type':
      return detail.value === '' ? m.detail_no_type() : detail.value;
    case 'bytes':
      return bytes(detail.count);
    case 'events':
      return `${detail.firstType} · ${m.detail_events({ count: number(detail.count) })}`;
    case 'beats': {
      const what = detail.what.kind === 'comment' ? m.beat_comment() : detail.what.eventType;
      return detail.every === null ? what : m.beat_every({ what, time: milliseconds(detail.every) });
    }
  }
}

/** What it comes to, in a line. */
export function outcomeWords(report: TestReport): string {
  switch (report.outcome) {
    case 'running':
      return m.test_running();
    case 'works':
      return report.events > 0 ? m.test_works({ count: number(report.events) }) : m.test_beats();
    case 'silent':
      return m.test_silent();
    case 'unanswered':
      return m.test_unanswered();
    case 'failed':
      return report.cause === null ? m.mistake_too_long() : layerWord(report.cause);
  }
}

/** What is wrong or worth knowing, and what to do. */
export function findingWords(finding: Finding, cause: Cause | null): string {
  switch (finding.kind) {
    case 'wantsTls':
      return m.mistake_wants_tls();
    case 'hasNoTls':
      return m.mistake_has_no_tls();
    case 'htmlPage':
      return finding.title === '' ? m.mistake_page() : m.mistake_page_called({ title: finding.title });
    case 'json':
      return m.mistake_json();
    case 'ntfyTopic':
      return m.mistake_ntfy();
    case 'mastodonStreaming':
      return m.mistake_mastodon({ host: finding.host });
    case 'couchChanges':
      return m.mistake_couch();
    case 'linked':
      return m.mistake_linked();
    case 'moved':
      return m.mistake_moved();
    case 'stop':
      return m.mistake_stop();
    case 'credentials':
      return [
        finding.wanted === null
          ? m.mistake_credentials({ status: finding.status })
          : m.mistake_credentials_of({ status: finding.status, kind: finding.wanted }),
        finding.given ? m.mistake_credentials_given() : m.mistake_credentials_missing(),
      ].join(' ');
    case 'credentialsOfEither':
      return m.mistake_either({ status: finding.status });
    case 'proxyCredentials':
      return m.mistake_proxy();
    case 'notFound':
      return m.mistake_not_found();
    case 'wrongAccept':
      return m.mistake_accept();
    case 'wrongMethod':
      return m.mistake_method();
    case 'refused':
      return finding.words === ''
        ? m.mistake_refused({ status: finding.status })
        : m.mistake_refused_words({ status: finding.status, words: finding.words });
    case 'buffered':
      return m.mistake_buffered({ time: milliseconds(finding.held) });
    case 'noAnswerYet':
      return m.mistake_no_answer();
    case 'nothingYet':
      return m.mistake_nothing();
    case 'ended':
      return finding.delivered ? m.mistake_ended() : m.mistake_ended_at_once();
    case 'certificateEnds':
      // Of whole days there are so many.
      return m.mistake_certificate({ count: finding.days + 1, shown: number(finding.days + 1) });
    case 'tookTooLong':
      return m.mistake_too_long();
    case 'other':
      // The sentence of the failure itself.
      return cause === null ? finding.message : sentence(cause);
  }
}
