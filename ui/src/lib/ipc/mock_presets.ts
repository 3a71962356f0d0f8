// Presets of the mock backend: ntfy as it is, one that is only guessed, and one of the user's own. Deliberately not here: how
// the real ones are read.
import type { FeedConfig, PresetSummary, Proposal } from './types.gen';

const NOTHING = { en: '', 'zh-CN': '' };

const NTFY: PresetSummary = {
  id: 'ntfy',
  name: 'ntfy',
  own: false,
  help: { en: 'Topics of ntfy.sh or of a server of your own.', 'zh-CN': 'ntfy.sh 或自建服务器的主题。' },
  unverified: NOTHING,
  fields: [
    {
      id: 'server',
      label: { en: 'Server', 'zh-CN': '服务器' },
      default: 'https://ntfy.sh',
      example: '',
      kind: 'server',
      optional: false,
    },
    {
      id: 'topics',
      label: { en: 'Topics, separated by commas', 'zh-CN': '主题（用逗号分隔）' },
      default: '',
      example: 'backups,alerts',
      kind: 'text',
      optional: false,
    },
  ],
  authentication: {
    need: 'sometimes',
    ways: [{ kind: 'bearer' }, { kind: 'basic' }, { kind: 'query', name: 'auth' }],
    help: { en: 'Protected topics want an access token (tk_…).', 'zh-CN': '受保护的主题需要访问令牌（tk_…）。' },
  },
};

const ESPHUE: PresetSummary = {
  ...NTFY,
  id: 'esphome',
  name: 'ESPHome',
  help: { en: 'A device that runs ESPHome with web_server.', 'zh-CN': '运行 ESPHome 并启用 web_server 的设备。' },
  unverified: { en: 'the reconnection time that devices ask for', 'zh-CN': '设备要求的重连时间' },
  fields: [],
  authentication: { need: 'never', ways: [], help: NOTHING },
};

/** One that wants credentials in any case. */
const HUE: PresetSummary = {
  ...ESPHUE,
  id: 'hue',
  name: 'Philips Hue',
  unverified: NOTHING,
  authentication: { need: 'always', ways: [{ kind: 'header', name: 'hue-application-key' }], help: NOTHING },
};

export const PRESETS: readonly PresetSummary[] = [
  { ...ESPHUE, id: 'our-ci', name: 'Our CI', own: true },
  NTFY,
  ESPHUE,
  HUE,
];

/** What an address may belong to: topics of ntfy, and events of what is on the local network. */
export function recognised(url: string, config: FeedConfig, named: string | null): Proposal[] {
  const parsed = URL.parse(url.trim());
  if (parsed === null) return [];
  const meant = PRESETS.find(({ id }) => id === named);
  if (meant) return [proposal(meant, false, null, { ...config, url: url.trim() })];
  const topic = /^\/([-\w,]+)(\/sse)?$/.exec(parsed.pathname)?.[1];
  if (parsed.hostname === 'ntfy.sh' && topic !== undefined) {
    const meant = `${parsed.origin}/${topic}/sse`;
    return [proposal(NTFY, true, parsed.href === meant ? null : meant, { ...config, url: meant, name: topic })];
  }
  if (parsed.hostname.endsWith('.local')) return [proposal(ESPHUE, false, null, { ...config, url: url.trim() })];
  return [];
}

/** The feed that answers make. */
export function filled(preset: PresetSummary, answers: Record<string, string>, config: FeedConfig): Proposal {
  const url = preset.fields.length > 0 ? `${answers['server'] ?? ''}/${answers['topics'] ?? ''}/sse` : config.url;
  return proposal(preset, true, null, { ...config, url });
}

function proposal(preset: PresetSummary, sure: boolean, corrected: string | null, config: FeedConfig): Proposal {
  const mapped = { ...config, mapping: { ...config.mapping, title: 'Device: {{ event.type }}' } };
  const set: FeedConfig = {
    ...config,
    resume: { kind: 'query', parameter: 'since', path: 'id', types: [] },
    repeats: { kind: 'key', path: 'id' },
    signals: { heartbeats: [{ eventTypes: ['open', 'keepalive'], expression: '' }], refusals: [] },
  };
  return { preset, sure, corrected, config: preset.id === 'ntfy' ? set : mapped };
}
