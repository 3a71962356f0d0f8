// The settings of a program that has just been installed, as the backend has them. Deliberately not here: the settings
// in force, which the backend tells.
import type { Settings } from './ipc/types.gen';

export const DEFAULT_SETTINGS: Settings = {
  language: 'system',
  theme: 'system',
  closeToTray: true,
  toldAboutTray: false,
  notify: true,
  allowHooks: false,
  burst: { size: 5, seconds: 10 },
  urgentPasses: true,
  quietHours: {
    on: false,
    spans: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '22:00', until: '07:00' }],
  },
  quietInView: true,
  heedDoNotDisturb: true,
  catchUpDigest: true,
  click: 'event',
  network: { proxy: { kind: 'system' }, caFile: null, secret: null },
  retention: { days: 0, events: 0 },
  secretPlace: null,
};
