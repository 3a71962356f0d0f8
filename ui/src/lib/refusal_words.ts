// Why something was refused, in the user's language: a command, a file, a feed of a file. Deliberately not here: what the
// backend says in English, which stands in where there is no word for it, and what the system and the parsers say, which is passed
// on as they say it.
import { reason } from './ipc/backend';
import type { CommandError, FeedFault, FileFault, ItemFault, TemplateFault } from './ipc/types.gen';
import { m } from './paraglide/messages.js';
import { number } from './time';
import { faultWords } from './verdict_words';

/** What each kind of fault says of its details. */
type Words<Fault extends { kind: string }> = {
  [Kind in Fault['kind']]: (fault: Extract<Fault, { kind: Kind }>) => string;
};

function say<Fault extends { kind: string }>(words: Words<Fault>, fault: Fault): string {
  const of = words[fault.kind as Fault['kind']] as (fault: Fault) => string;
  return of(fault);
}

const noFeeds = (why: string): string => m.file_fault_no_feeds({ why });
const noOpml = (why: string): string => m.file_fault_no_opml({ why });
const limited =
  (words: (about: { limit: string }) => string) =>
  ({ limit }: { limit: number }): string =>
    words({ limit: number(limit) });

/** Why a file of feeds cannot be used. */
const FILE: Words<FileFault> = {
  tooLarge: limited(m.file_fault_too_large),
  empty: m.file_fault_empty,
  tooMany: limited(m.file_fault_too_many),
  longTitle: ({ title, description }) => m.file_fault_title({ title: number(title), description: number(description) }),
  newer: ({ found, known }) => m.file_fault_newer({ found: number(found), known: number(known) }),
  noToml: ({ why }) => noFeeds(why),
  noFormat: () => noFeeds(m.file_fault_no_format()),
  noText: (about) => noFeeds(m.file_fault_no_text(about)),
  sealedNoTable: () => noFeeds(m.file_fault_no_table({ key: 'sealed' })),
  feedNoList: () => noFeeds(m.file_fault_no_list()),
  unknown: (about) => noFeeds(m.item_fault_unknown(about)),
  otherXml: () => noOpml(m.file_fault_other_xml()),
  tooDeep: () => noOpml(m.file_fault_too_deep()),
  noXml: ({ why }) => noOpml(why),
  sealedTooHard: m.file_fault_sealed_hard,
  sealedOtherwise: m.file_fault_sealed_otherwise,
  sealedDamaged: m.file_fault_sealed_damaged,
  notImported: m.file_fault_not_imported,
  other: ({ sentence }) => sentence,
};

/** Why a feed cannot have such settings. */
const FEED: Words<FeedFault> = {
  noAddress: m.feed_fault_no_address,
  noScheme: m.feed_fault_no_scheme,
  noUrl: m.feed_fault_no_url,
  otherScheme: m.feed_fault_other_scheme,
  longName: limited(m.feed_fault_long_name),
  longFolder: limited(m.feed_fault_long_folder),
  eventLimit: m.feed_fault_event_limit,
  icon: m.feed_fault_icon,
  idleLimit: m.feed_fault_idle_limit,
  fingerprint: m.feed_fault_fingerprint,
  resumeParameter: m.feed_fault_resume,
  path: m.feed_fault_path,
  proxy: m.feed_fault_proxy,
  unnamedHeader: m.feed_fault_unnamed_header,
  headerName: m.feed_fault_header_name,
  headerValue: m.feed_fault_header_value,
  unnamedSecretHeader: m.feed_fault_secret_header,
  unnamedSecretParameter: m.feed_fault_secret_parameter,
  unnamedSecretCookie: m.feed_fault_secret_cookie,
  userName: m.feed_fault_user,
  cookieName: m.feed_fault_cookie_name,
  certificateFile: m.feed_fault_certificate_file,
  template: templateFaultWords,
  other: ({ sentence }) => m.feed_fault_other({ why: sentence }),
};

/** Why a feed of a file cannot be taken. */
const ITEM: Words<ItemFault> = {
  noAddress: m.item_fault_no_address,
  noTable: m.item_fault_no_table,
  paused: m.item_fault_paused,
  secrets: m.item_fault_secrets,
  unknown: m.item_fault_unknown,
  unreadable: m.item_fault_unreadable,
  twice: m.item_fault_twice,
  settings: ({ fault }) => say(FEED, fault),
};

/** Why a call was rejected, as a sentence. */
export function refusalWords(error: unknown): string {
  if (typeof error !== 'object' || error === null) return reason(error);
  const { code, file, feed } = error as Partial<CommandError>;
  if (file) return say(FILE, file);
  if (feed) return say(FEED, feed);
  return code === 'wrong-passphrase' ? m.file_fault_passphrase() : reason(error);
}

/** Why a feed of a file cannot be taken, as a sentence. */
export function itemFaultWords(fault: ItemFault): string {
  return say(ITEM, fault);
}

function templateFaultWords(fault: TemplateFault): string {
  const { rule, field } = fault;
  const about = { field, why: faultWords(fault) };
  return rule === null ? m.feed_fault_template(about) : m.feed_fault_template_rule({ ...about, rule });
}
