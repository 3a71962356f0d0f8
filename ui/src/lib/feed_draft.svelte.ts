// A feed's settings while they are changed: what is wrong with them, whether they differ, and the saving of them.
// Deliberately not here: the fields (views/feed).
import { configOf, httpUrl, newConfig, suggestedName } from './feeds.svelte';
import type { Backend } from './ipc/backend';
import type { Feed, FeedConfig, GivenSecret, Offer } from './ipc/types.gen';
import { m } from './paraglide/messages.js';
import { refusalWords } from './refusal_words';

/** Passwords and tokens that were entered; empty: the one that is kept stays. */
export interface GivenSecrets {
  credential: string;
  proxy: string;
  certificate: string;
}

export class FeedDraft {
  readonly #backend: Backend;
  /** The feed that is changed; `null`: it is a new one. */
  readonly #feed: Feed | null;
  /** Before anything was changed. */
  readonly #begun: string;
  config = $state() as FeedConfig;
  given = $state<GivenSecrets>({ credential: '', proxy: '', certificate: '' });
  saving = $state(false);
  /** Whether saving was tried; until then nothing typed so far is called wrong. */
  #tried = $state(false);
  /** Why it was not saved. */
  refused = $state<string | null>(null);

  readonly urlProblem = $derived(this.#tried && httpUrl(this.config.url) === null ? m.url_missing() : null);
  readonly headerProblem = $derived(
    this.#tried && this.config.headers.some(({ name, value }) => name.trim() === '' && value !== '')
      ? m.header_incomplete()
      : null,
  );

  /** To change a feed, or to add one of this address. */
  constructor(backend: Backend, from: Feed | string) {
    this.#backend = backend;
    this.#feed = typeof from === 'string' ? null : from;
    const config = typeof from === 'string' ? newConfig(from) : configOf(from);
    this.#begun = JSON.stringify(config);
    this.config = structuredClone(config);
  }

  /** Fills in what a link or an address offers; what it says nothing of stays. */
  take({ url, name, folder, credential, secret }: Offer): void {
    const { config } = this;
    config.url = url;
    config.name = name || config.name;
    config.folder = folder || config.folder;
    if (credential.kind === 'none') return;
    config.credential = credential;
    this.given.credential = secret ?? '';
  }

  /** Whether anything is otherwise than it was. */
  get changed(): boolean {
    return JSON.stringify(this.config) !== this.#begun || this.secrets.length > 0;
  }

  /** What was entered. */
  get secrets(): GivenSecret[] {
    const { credential, proxy, certificate } = this.given;
    const given: GivenSecret[] = [
      { of: { kind: 'credential' }, secret: credential },
      { of: { kind: 'proxy' }, secret: proxy },
      { of: { kind: 'certificate' }, secret: certificate },
    ];
    return given.filter(({ secret }) => secret !== '');
  }

  /**
   * The feed as it is then; `null` when it was not saved, and why is told. Of a feed that is there, only what was changed
   * here is changed: the rest is as it is now, not as it was when this was begun.
   */
  async save(): Promise<Feed | null> {
    this.#tried = true;
    this.refused = null;
    if (this.urlProblem !== null || this.headerProblem !== null || this.saving) return null;
    this.saving = true;
    try {
      const config = $state.snapshot(this.config);
      const wanted: FeedConfig = {
        ...config,
        name: config.name.trim() || suggestedName(config.url),
        url: config.url.trim(),
        headers: config.headers
          .filter(({ name }) => name.trim() !== '')
          .map(({ name, value }) => ({ name: name.trim(), value })),
      };
      if (this.#feed === null) return await this.#backend.addFeed(wanted, this.secrets);
      const begun = JSON.parse(this.#begun) as Record<string, unknown>;
      const own = Object.entries(wanted).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(begun[key]));
      const { feed } = await this.#backend.feed(this.#feed.id);
      return await this.#backend.editFeed(feed.id, { ...configOf(feed), ...Object.fromEntries(own) }, this.secrets);
    } catch (error) {
      this.refused = refusalWords(error);
      return null;
    } finally {
      this.saving = false;
    }
  }
}
