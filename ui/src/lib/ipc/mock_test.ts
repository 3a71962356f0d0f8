// How the mock backend's tests of an address fare: told from the address itself. Absent from what is shipped.
import type { Finding, Step, StepDetail, StepVerdict, TestReport, TestStep } from './types.gen';

const STEPS: readonly Step[] = ['lookup', 'tcp', 'tls', 'http', 'contentType', 'firstBytes', 'firstEvent', 'heartbeat'];

type Passed = [verdict: StepVerdict, took?: number | null, detail?: StepDetail | null];

function report(url: string, passed: readonly Passed[], more: Partial<TestReport> = {}): TestReport {
  const steps = STEPS.map((step, index): TestStep => {
    const [verdict, took = null, detail = null] = passed[index] ?? ['waiting'];
    return { step, verdict, took, detail };
  });
  const nothing = { previews: [], events: 0, source: null, cause: null, findings: [], took: 0 };
  return { url, outcome: 'running', steps, ...nothing, ...more };
}

/** What is told of a test, in its order: the last is the result. */
export function testReports(url: string): TestReport[] {
  const { hostname, host, protocol } = new URL(url);
  const secure = protocol === 'https:';
  const lookup: Passed = ['good', 12, { kind: 'addresses', addresses: ['192.0.2.7', '2001:db8::7'], count: 2 }];
  const tcp: Passed = ['good', 23, { kind: 'connected', to: secure ? `${host}:443` : host, proxy: null }];
  const tls: Passed = secure
    ? [
        'good',
        41,
        { kind: 'tls', version: '1.3', names: hostname, issuer: 'R11', expires: 1_798_761_600_000, checked: true },
      ]
    : ['skipped', null, { kind: 'plain' }];
  const answer = (status: number, verdict: StepVerdict = 'good'): Passed => [
    verdict,
    58,
    { kind: 'answer', status, protocol: 'HTTP/2.0', redirects: 0, to: null },
  ];
  const skipped: Passed = ['skipped'];
  const failed = (passed: readonly Passed[], layer: string, short: string, finding: Finding): TestReport[] => {
    const rest = Array.from({ length: STEPS.length - passed.length }, () => skipped);
    const cause = { layer, short, message: finding.message };
    return [
      report(url, passed.slice(0, 2)),
      report(url, [...passed, ...rest], { outcome: 'failed', cause, findings: [finding], took: 140 }),
    ];
  };
  if (/page/.test(url)) {
    const type: Passed = ['failed', null, { kind: 'type', value: 'text/html; charset=utf-8' }];
    const proposal = url.replace('page', 'events');
    return failed([lookup, tcp, tls, answer(200), type], 'not-an-event-stream', 'HTML', {
      kind: 'linked',
      weight: 'failure',
      message: 'This is no event stream, but it names one.',
      proposal,
    });
  }
  if (/locked/.test(url)) {
    return failed([lookup, tcp, tls, answer(401, 'failed')], 'http-status', '401', {
      kind: 'credentials',
      status: 401,
      wanted: 'Bearer',
      given: false,
      weight: 'failure',
      message: 'The server answered 401.',
      proposal: null,
    });
  }
  if (/nowhere/.test(url)) {
    return failed([['failed', 31]], 'name-lookup', 'DNS', {
      kind: 'other',
      weight: 'failure',
      message: `The name “${hostname}” was not found: check the address, and whether this computer is online.`,
      proposal: null,
    });
  }
  const open = [
    lookup,
    tcp,
    tls,
    answer(200),
    ['good', null, { kind: 'type', value: 'text/event-stream' }],
  ] as Passed[];
  const all: Passed[] = [
    ...open,
    ['good', 180, { kind: 'bytes', count: 412 }],
    ['good', 1_240, { kind: 'events', count: 2, firstType: 'deploy' }],
    ['good', null, { kind: 'beats', what: { kind: 'comment' }, every: 2_000 }],
  ];
  const preview = { eventType: 'deploy', lastEventId: '7', data: '{}', urgency: 'normal', after: 1_400 } as const;
  if (/slow/.test(url)) return [report(url, []), report(url, open)];
  return [
    report(url, []),
    report(url, open),
    report(url, all, {
      outcome: 'works',
      source: /beats/.test(url) ? 'esphome' : null,
      events: 2,
      took: 10_000,
      previews: [
        { ...preview, title: 'Deploy to production', body: 'web-7f9c is up', decision: 'announce' },
        { ...preview, title: 'Nightly #2041 started', body: 'main @ 4be1c09', decision: 'silent' },
      ],
    }),
  ];
}
