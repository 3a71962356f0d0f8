// Why something was refused, in the user's language: a command, a file, a feed of a file. Deliberately not here: what the
// backend says in English, which stands in where there is no word for it, and what the system and the parsers say, which is passed
// on as they say it.
import { reason } from './ipc/backend';
import type { CommandError, FeedFault, FileFault, ItemFault, TemplateFault } from './ipc/types.gen';
import { m } from './paraglide/messages.js';
import { number } from './time';
import { faultWords } from './verdict_words';

/** Why a call was rejected, as a sentence. */
export function refusalWords(error: unknown): string {
  if (typeof error !== 'object' || error === null) return reason(error);
  const { code, file, feed } = error as Partial<CommandError>;
  if (file) return fileFaultWords(file);
  if (feed) return feedFaultWords(feed);
  return code === 'wrong-passphrase' ? m.file_fault_passphrase() : reason(error);
}

/** Why a file of feeds cannot be used. */
function fileFaultWords(fault: FileFault): string {
  const noFeeds = (why: string): string => m.file_fault_no_feeds({ why });
  const noOpml = (why: string): string => m.file_fault_no_opml({ why });
  switch (fault.kind) {
    case 'tooLarge':
      return m.file_fault_too_large({ limit: number(fault.limit) });
    case 'empty':
      return m.file_fault_empty();
    case 'tooMany':
      return m.file_fault_too_many({ limit: number(fault.limit) });
    case 'longTitle':
      return m.file_fault_title({ title: number(fault.title), description: number(fault.description) });
    case 'newer':
      return m.file_fault_newer({ found: number(fault.found), known: number(fault.known) });
    case 'noToml':
      return noFeeds(fault.why);
    case 'noFormat':
      return noFeeds(m.file_fault_no_format());
    case 'noText':
      return noFeeds(m.file_fault_no_text({ key: fault.key }));
    case 'sealedNoTable':
      return noFeeds(m.file_fault_no_table({ key: 'sealed' }));
    case 'feedNoList':
      return noFeeds(m.file_fault_no_list());
    case 'unknown':
      return noFeeds(m.item_fault_unknown({ key: fault.key }));
    case 'otherXml':
      return noOpml(m.file_fault_other_xml());
    case 'tooDeep':
      return noOpml(m.file_fault_too_deep());
    case 'noXml':
      return noOpml(fault.why);
    case 'sealedTooHard':
      return m.file_fault_sealed_hard();
    case 'sealedOtherwise':
      return m.file_fault_sealed_otherwise();
    case 'sealedDamaged':
      return m.file_fault_sealed_damaged();
    case 'notImported':
      return m.file_fault_not_imported({ name: fault.name, why: fault.why });
    case 'other':
      return fault.sentence;
  }
}

/** Why a feed of a file cannot be taken. */
export function itemFaultWords(fault: ItemFault): string {
  switch (fault.kind) {
    case 'noAddress':
      return m.item_fault_no_address();
    case 'noTable':
      return m.item_fault_no_table();
    case 'paused':
      return m.item_fault_paused();
    case 'secrets':
      return m.item_fault_secrets();
    case 'unknown':
      return m.item_fault_unknown({ key: fault.key });
    case 'unreadable':
      return m.item_fault_unreadable({ why: fault.why });
    case 'twice':
      return m.item_fault_twice();
    case 'settings':
      return feedFaultWords(fault.fault);
  }
}

/** Why a feed cannot have such settings. */
function feedFaultWords(fault: FeedFault): string {
  switch (fault.kind) {
    case 'noAddress':
      return m.feed_fault_no_address();
    case 'noScheme':
      return m.feed_fault_no_scheme();
    case 'noUrl':
      return m.feed_fault_no_url({ why: fault.why });
    case 'otherScheme':
      return m.feed_fault_other_scheme({ scheme: fault.scheme });
    case 'longName':
      return m.feed_fault_long_name({ limit: number(fault.limit) });
    case 'longFolder':
      return m.feed_fault_long_folder({ limit: number(fault.limit) });
    case 'eventLimit':
      return m.feed_fault_event_limit();
    case 'icon':
      return m.feed_fault_icon();
    case 'idleLimit':
      return m.feed_fault_idle_limit();
    case 'fingerprint':
      return m.feed_fault_fingerprint();
    case 'resumeParameter':
      return m.feed_fault_resume();
    case 'path':
      return m.feed_fault_path({ path: fault.path });
    case 'proxy':
      return m.feed_fault_proxy();
    case 'unnamedHeader':
      return m.feed_fault_unnamed_header();
    case 'headerName':
      return m.feed_fault_header_name({ name: fault.name });
    case 'headerValue':
      return m.feed_fault_header_value({ name: fault.name });
    case 'unnamedSecretHeader':
      return m.feed_fault_secret_header();
    case 'unnamedSecretParameter':
      return m.feed_fault_secret_parameter();
    case 'unnamedSecretCookie':
      return m.feed_fault_secret_cookie();
    case 'userName':
      return m.feed_fault_user();
    case 'cookieName':
      return m.feed_fault_cookie_name();
    case 'certificateFile':
      return m.feed_fault_certificate_file({ file: fault.file, why: fault.why });
    case 'template':
      return templateFaultWords(fault);
    case 'other':
      return m.feed_fault_other({ why: fault.sentence });
  }
}

function templateFaultWords(fault: TemplateFault): string {
  const { rule, field } = fault;
  const about = { field, why: faultWords(fault) };
  return rule === null ? m.feed_fault_template(about) : m.feed_fault_template_rule({ ...about, rule });
}
