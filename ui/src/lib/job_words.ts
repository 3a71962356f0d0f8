// What long work does and what came of it, in words. Deliberately not here: why it failed, which the backend says.
import type { Work } from './ipc/types.gen';
import { m } from './paraglide/messages.js';
import { bytes, number } from './time';

const WORK: Record<Work, () => string> = {
  export: m.job_export,
  feeds: m.job_feeds,
  backup: m.job_backup,
  restore: m.job_restore,
  vacuum: m.job_vacuum,
  record: m.job_record,
  replay: m.job_replay,
};

export function workWords(work: Work): string {
  return WORK[work]();
}

/** `amount`: events or feeds of an export, bytes of anything else. */
export function doneWords(work: Work, amount: number): string {
  switch (work) {
    case 'export':
      return m.job_exported({ count: amount, shown: number(amount) });
    case 'feeds':
      return m.job_feeds_done({ count: number(amount) });
    case 'restore':
      return m.job_restored();
    case 'backup':
      return m.job_backed_up({ size: bytes(amount) });
    case 'vacuum':
      return m.job_vacuumed({ size: bytes(amount) });
    case 'replay':
      return m.job_replay();
    case 'record':
      return m.job_recorded({ size: bytes(amount) });
  }
}
