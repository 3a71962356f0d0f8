// An address, tried while it is typed: not with each key, one test at a time, none when nobody looks. Deliberately not
// here: words (live_test_words), and the trying itself.
import { httpUrl } from './feeds.svelte';
import type { Backend } from './ipc/backend';
import type { FeedConfig, GivenSecret, TestReport } from './ipc/types.gen';
import { refusalWords } from './refusal_words';

/** How long nothing is typed before an address is tried. */
const PAUSE_MS = 600;

/** Of a feed's settings what makes another test. */
export function whatIsTried(config: FeedConfig, secrets: readonly GivenSecret[] = []): string {
  const { url, ...others } = config;
  // What is only the look of a feed, or what is kept of it, makes no other test.
  const nothing = { name: '', folder: '', color: null, icon: '', announcing: null, retention: null, notify: true };
  return JSON.stringify({ ...others, ...nothing, url: url.trim(), given: secrets });
}

/** The address with the scheme that was left out, if it looks like one; `http` where certificates are rare. */
export function completedAddress(text: string): string | null {
  const typed = text.trim();
  if (!/^[^\s/@:]+(:\d+)?([/?#]\S*)?$/.test(typed)) return null;
  const host = URL.parse(`https://${typed}`)?.hostname;
  if (host === undefined || !(host.includes('.') || host === 'localhost' || /^[^/]+:\d/.test(typed))) return null;
  const near = /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$|(^|\.)localhost$|\.(local|lan|internal)$/;
  return `${near.test(host) || !host.includes('.') ? 'http' : 'https'}://${typed}`;
}

export class LiveTest {
  readonly #backend: Backend;
  /** How the test fares of what was asked last; `null` while there is none. */
  report = $state.raw<TestReport | null>(null);
  /** Why it cannot be tried. */
  problem = $state<string | null>(null);
  /** Whether it waits for the user's word. */
  held = $state(false);
  pause = PAUSE_MS;
  /** By which the present test is known; ascends. */
  #number = 0;
  /** What is being tried. */
  #running: { config: FeedConfig; secrets: GivenSecret[] } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked: string | null = null;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Tries these settings, once nothing has changed for a moment. What is no address ends the test. */
  ask(config: FeedConfig, secrets: GivenSecret[] = []): void {
    const asked = whatIsTried(config, secrets);
    if (asked === this.#asked) return;
    this.end();
    this.#asked = asked;
    if (httpUrl(config.url) !== null) this.#timer = setTimeout(() => void this.#run(config, secrets), this.pause);
  }

  /** Tries the same once more, at once. */
  async again(config: FeedConfig, secrets: GivenSecret[] = []): Promise<void> {
    this.end();
    this.#asked = whatIsTried(config, secrets);
    await this.#run(config, secrets);
  }

  /** Tries once more what is being tried, after the backend has ended that and told nobody. */
  async anew(): Promise<void> {
    if (this.#running) await this.again(this.#running.config, this.#running.secrets);
  }

  /** Asks nobody before the user says so. */
  hold(config: FeedConfig): void {
    this.end();
    this.held = httpUrl(config.url) !== null;
  }

  /** Nobody looks any more: no request is made, and an open connection ends. */
  end(): void {
    clearTimeout(this.#timer);
    this.#asked = null;
    this.report = null;
    this.problem = null;
    this.held = false;
    this.#number += 1;
    if (!this.#running) return;
    this.#running = null;
    // What cannot be ended ends by itself after some seconds.
    void this.#backend.endTest().catch(() => undefined);
  }

  /** The backend tells how a test fares. */
  take(number: number, report: TestReport): void {
    if (number !== this.#number) return;
    this.report = report;
    if (report.outcome !== 'running') this.#running = null;
  }

  async #run(config: FeedConfig, secrets: GivenSecret[]): Promise<void> {
    const number = this.#number;
    this.#running = { config, secrets };
    try {
      await this.#backend.testAddress(number, config, secrets);
    } catch (error) {
      if (number !== this.#number) return;
      this.#running = null;
      this.problem = refusalWords(error);
    }
  }
}
