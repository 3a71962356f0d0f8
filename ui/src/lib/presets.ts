// What a preset makes of a feed's settings, and that in words. Deliberately not here: which preset fits (the backend says).
import { DEFAULT_MAPPING } from './feeds.svelte';
import type { FeedConfig, LocalText, Mapping, Proposal, Wanted, Way } from './ipc/types.gen';
import { m } from './paraglide/messages.js';
import { getLocale } from './paraglide/runtime.js';
import { number } from './time';

/** In the language of the window. */
export function local(text: LocalText): string {
  return text[getLocale()] || text.en;
}

/** The settings with all that the preset proposes. What is the user's alone stays: credentials that are chosen, folder, proxy and the like. */
export function taken(own: FeedConfig, { config, preset }: Proposal): FeedConfig {
  const { url, resume, repeats, credentialsFollowRedirects, notify, announcing, signals, mapping, rules, retention } =
    structuredClone(config);
  const { need, ways } = preset.authentication;
  const [first] = ways;
  // Without credentials nothing comes: which ones they are is known.
  const wanted = need === 'always' && own.credential.kind === 'none' && own.headers.length === 0 ? first : undefined;
  return {
    ...own,
    credential: wanted === undefined ? own.credential : wanted.kind === 'basic' ? { ...wanted, user: '' } : wanted,
    name: own.name.trim() || config.name,
    icon: own.icon || config.icon,
    color: own.color ?? config.color,
    idleLimit: config.idleLimit ?? own.idleLimit,
    ...{ url, resume, repeats, credentialsFollowRedirects, notify, announcing, signals, mapping, rules, retention },
  };
}

/** What of the settings a preset brings that is otherwise than by default, in a few words each. */
export function brought(config: FeedConfig): string[] {
  const { resume, repeats, signals, mapping, rules, retention } = config;
  const fields = Object.keys(DEFAULT_MAPPING) as (keyof Mapping)[];
  const words: (string | false)[] = [
    resume.kind === 'query' && m.preset_resumes({ parameter: resume.parameter }),
    resume.kind === 'nothing' && m.preset_resumes_not(),
    repeats.kind === 'key' && m.preset_repeats({ path: repeats.path }),
    signals.heartbeats.length > 0 && m.preset_heartbeats(),
    signals.refusals.length > 0 && m.preset_refusals(),
    fields.some((field) => mapping[field] !== DEFAULT_MAPPING[field]) && m.preset_mapping(),
    rules.length > 0 && m.rules_count({ count: rules.length, shown: number(rules.length) }),
    retention.events !== null && m.preset_keeps({ count: retention.events, shown: number(retention.events) }),
  ];
  return words.filter((word) => word !== false);
}

/** Which credentials the source wants; `null`: none. */
export function wanted({ need, ways, help }: Wanted): string | null {
  if (need === 'never') return null;
  const names = ways.map(way).join(m.preset_or());
  const text = need === 'always' ? m.preset_wants({ ways: names }) : m.preset_may_want({ ways: names });
  const from = local(help);
  return from === '' ? text : `${text} ${from}`;
}

function way(given: Way): string {
  switch (given.kind) {
    case 'bearer':
      return m.way_bearer();
    case 'basic':
      return m.way_basic();
    case 'header':
      return m.way_header({ name: given.name });
    case 'query':
      return m.way_query({ name: given.name });
    case 'cookie':
      return m.way_cookie({ name: given.name });
  }
}
