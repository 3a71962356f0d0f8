// Generated from the Rust types by ts-rs: `TIDINGS_REWRITE=1 cargo test -p tidings --test ipc types`. Do not edit.

/** A time in which a feed was not connected, of at least ten seconds. */
export type Absence = {
/** The last moment before it, in milliseconds since the Unix epoch. */
from: number,
/** The first moment after it, in milliseconds since the Unix epoch; `None`: it lasts. */
until: number | null,
/** The source told afterwards what was missed, so that nothing is missing. */
madeUp: boolean, };

/** What a rule does with an event. */
export type Action = { "kind": "announce",
/** How much it matters; `None`: as mapped. */
urgency: Urgency | null, } | { "kind": "silent" } | { "kind": "drop" };

/** What the notification service said. */
export type Answer = { "kind": "delivered",
/** The service's own number for it; 0 where it gives none. */
number: number, } | { "kind": "refused",
/** Its words, or ours. */
words: string, } | { "kind": "noService" } | { "kind": "dropped" };

/** A backup that can be restored. */
export type BackupFile = {
/** Of the file, in the folder in which backups are put. */
name: string,
/** How large it is. */
bytes: number,
/** When it was made, in milliseconds since the Unix epoch. */
madeAt: number,
/** Whether a passphrase opens passwords and tokens in it. */
sealed: boolean, };

/** Where a backup is that is to be restored. */
export type BackupFrom = { "kind": "downloads",
/** Its name there. */
name: string, } | { "kind": "handed",
/** By this number. */
file: number, };

/** How many notifications of a feed are shown one by one; what exceeds them is counted in one. */
export type Burst = {
/** So many, 1 to 1000 … */
size: number,
/** … in so many seconds, 1 to 3600. */
seconds: number, };

/** Why a connection did not open, or ended. */
export type Cause = {
/** The layer that failed: a code of `tidings_event_source::Layer`. */
layer: string,
/** One sentence for the user, in English, without secrets. */
message: string,
/** The same in simplified Chinese; empty where there is only the English. */
chinese?: string,
/** A word for the sidebar where there is little room: "401", "HTML", "refused". */
short: string,
/** SHA-256 of the server's certificate, if that is what is wrong: what [`FeedConfig::pinned`] would trust. */
fingerprint?: string, };

/** What a click on a notification leads to. */
export type Click = "event" | "link";

/** Why a command was refused. */
export type CommandError = {
/** Stable, for programs. */
code: string,
/** One sentence for the user. */
message: string,
/** What is wrong with the store, where that is why. */
storage?: StorageProblem,
/** What is wrong with the file, where that is why. */
file?: FileFault,
/** What is wrong with the settings of a feed, where that is why. */
feed?: FeedFault, };

/** How many events there are, by scope. */
export type Counts = {
/** All of them. */
all: number,
/** Those not read. */
unread: number,
/** Those starred. */
starred: number, };

/** How a feed says who asks. The token or password itself is kept apart. */
export type Credential = { "kind": "none" } | { "kind": "bearer" } | { "kind": "basic",
/** The user name; no colon in it. */
user: string, } | { "kind": "header",
/** Its name. */
name: string, } | { "kind": "query",
/** Its name. */
name: string, } | { "kind": "cookie",
/** Its name. */
name: string, };

/** What is to be known of a feed from elsewhere before it is followed. */
export type Danger = { "kind": "hook", "what": string } | { "kind": "insecure" } | { "kind": "pinned", "what": string } | { "kind": "authority", "what": string } | { "kind": "certificate", "what": string } | { "kind": "proxy", "what": string } | { "kind": "noProxy" } | { "kind": "credentialsFollow" } | { "kind": "plainSecret" } | { "kind": "secretMissing" };

/** The history as a file, as the settings show it. */
export type DataFacts = {
/** The folder it lies in. */
folder: string,
/** How much it takes. */
space: Space, };

/** A day of the week. */
export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/** Because of what a [`Verdict`] is as it is. */
export type DecidedBy = { "kind": "noRule" } | { "kind": "empty" } | { "kind": "firstSnapshot" } | { "kind": "rule",
/** Its place in the list; the first is 1. */
number: number,
/** Its name then; may be empty. */
name: string, };

/** What becomes of an event. */
export type Decision = "announce" | "silent" | "drop";

/** Where something is moved to. */
export type Destination = { "kind": "before",
/** What it shall stand beside. */
item: Item, } | { "kind": "after",
/** What it shall stand beside. */
item: Item, } | { "kind": "into",
/** The folder's name. */
folder: string, };

/** Something that happened. Sent after it is committed, never before. */
export type EngineEvent = { "kind": "arrived",
/** At most 64. */
events: Array<EventSummary>, } | { "kind": "repeated",
/** The event. */
id: EventId,
/** How often it has come now. */
count: number, } | { "kind": "gap",
/** The time. */
gap: Gap, } | { "kind": "marked",
/** The events. */
events: Array<EventId>,
/** `None`: unchanged. */
read: boolean | null,
/** `None`: unchanged. */
starred: boolean | null, } | { "kind": "pruned",
/** The feed. */
feed: FeedId,
/** The newest of them. */
until: EventId, } | { "kind": "feed",
/** How it is now. */
status: FeedStatus, } | { "kind": "arranged",
/** All of them, in their order. */
feeds: Array<Placed>, } | { "kind": "feedRemoved",
/** The feed. */
feed: FeedId, } | { "kind": "removed",
/** The latest first. */
feeds: Array<RemovedFeed>, } | { "kind": "counts",
/** How they are now. */
counts: Counts, } | { "kind": "mutes",
/** What is muted now. */
mutes: Array<Mute>, } | { "kind": "settings",
/** How they are now. */
settings: Settings, } | { "kind": "storage",
/** Why, and where. */
problem: StorageProblem | null, } | { "kind": "setAside",
/** What became of the damaged file; `None`: the user has taken note. */
setAside: SetAside | null, } | { "kind": "missed" };

/** An engine event with its number, which ascends by one in each run of the engine. */
export type Envelope = {
/** Ascends by one with each event that is told; the first is 1. */
seq: number,
/** What happened. */
event: EngineEvent, };

/** A stored event, whole. */
export type Event = {
/** What else it says; may be empty. */
body: string,
/** http, https or mailto. */
link: string | null,
/** As it came. */
data: string,
/** The last event ID in force when it came; may be empty. */
lastEventId: string,
/** When it came the last time; equal to `received_at` when it came once. */
latestAt: number,
/** A name of the desktop's icon theme, or one emoji. */
icon: string | null,
/** An announcement replaces an earlier one of the same key. */
groupKey: string | null,
/** When it happened, as the source says, in milliseconds since the Unix epoch. */
happenedAt: number | null,
/** What rules said of it when it came. */
verdict: Verdict,
/** What went wrong with a template or a rule when it came, as a sentence. */
problem: string | null,
/** The event. */
id: EventId,
/** Whose it is. */
feedId: FeedId,
/** The standard's event type; `message` where the source names none. */
eventType: string,
/** One line. */
title: string,
/** The first line of the body, at most 200 characters; may be empty. */
snippet: string,
/** How much it matters. */
urgency: Urgency,
/** Milliseconds since the Unix epoch. */
receivedAt: number,
/** Whether the user has read it. */
read: boolean,
/** Whether the user starred it. */
starred: boolean,
/** How often it came: 1, or more when the source delivered the same event again. */
count: number,
/** Whether the whole event has a link. */
hasLink: boolean, };

/** Identifies a stored event; ascending in the order of arrival, never reused. */
export type EventId = number;

/** An event as the feed would have it. */
export type EventPreview = {
/** Its type. */
eventType: string,
/** The last event ID in force. */
lastEventId: string,
/** Its data, cut. */
data: string,
/** What the mapping makes of it. */
title: string,
/** See there. */
body: string,
/** See there. */
urgency: Urgency,
/** What the rules say of it. */
decision: Decision,
/** Milliseconds since the test began. */
after: number, };

/** An event as a list shows it. */
export type EventSummary = {
/** The event. */
id: EventId,
/** Whose it is. */
feedId: FeedId,
/** The standard's event type; `message` where the source names none. */
eventType: string,
/** One line. */
title: string,
/** The first line of the body, at most 200 characters; may be empty. */
snippet: string,
/** How much it matters. */
urgency: Urgency,
/** Milliseconds since the Unix epoch. */
receivedAt: number,
/** Whether the user has read it. */
read: boolean,
/** Whether the user starred it. */
starred: boolean,
/** How often it came: 1, or more when the source delivered the same event again. */
count: number,
/** Whether the whole event has a link. */
hasLink: boolean, };

/** Which feeds to write, and how. */
export type Export = {
/** These; `None`: all. */
feeds: Array<FeedId> | null,
/** What the file is called; may be empty. */
title: string,
/** What it is for; may be empty. */
description: string,
/** Writes passwords and tokens too, sealed with this; `None`: leaves them out. */
passphrase: Secret | null, };

/** How events are written. */
export type ExportFormat = "ndjson" | "csv";

/** Why the store cannot be read or written. */
export type Fault = "disk-full" | "read-only" | "busy" | "disk-error" | "damaged" | "no-locks" | "newer" | "other";

/** A configured feed. */
export type Feed = {
/** The feed. */
id: FeedId,
/** Whether it rests until the user says otherwise. */
paused: boolean,
/** What the user calls it; empty means the host of the URL. */
name: string,
/** http or https. */
url: string,
/** The folder it stands in, by its name; empty: none. A folder is there as long as a feed is in it. */
folder: string,
/** The colour of its icon; `None`: one of its own. */
color: FeedColor | null,
/** One or two letters, or an emoji; empty: the first letter of its name. */
icon: string,
/** Sent with each request; one of a name that Tidings would send replaces that. */
headers: Array<Header>,
/** How it says who asks. Sent to the origin of its address only, unless `credentials_follow_redirects` says otherwise. */
credential: Credential,
/** Which of its secrets are kept, and where. Only the engine writes this; what callers hand in is ignored. */
secrets: Array<KeptSecret>,
/** How it says where it left off. */
resume: ResumeMode,
/** What counts as the same event again. */
repeats: RepeatRule,
/** Where its connections go through. */
proxy: ProxyChoice,
/** A PEM file with further certificate authorities. */
caFile: string | null,
/** A file with the client's certificate and key: PEM, or PKCS#12 whose password is kept apart. */
certificateFile: string | null,
/** SHA-256 of the only server certificate that is accepted, as `AB:CD:…`: whoever signed it, and no other. */
pinned: string | null,
/** Accepts any certificate. */
insecure: boolean,
/** Lets credentials and headers follow a redirect to another origin. */
credentialsFollowRedirects: boolean,
/** Whether its events are announced. */
notify: boolean,
/** How they are, as far as it is otherwise than for all feeds. */
announcing: FeedAnnouncing,
/** Bytes; an event larger than this is dropped. `None`: 16 MiB. */
eventLimit: number | null,
/** Seconds without a byte after which the connection is taken for dead. `None`: learned. */
idleLimit: number | null,
/** Which of its events are meant for Tidings and not for its reader. */
signals: Signals,
/** How its events become title, body, link and so on. */
mapping: Mapping,
/** Which of its events are announced, kept silently or dropped: the first that matches decides. */
rules: Array<Rule>,
/** What is kept of its events, as far as it is otherwise than for all feeds. */
retention: FeedRetention, };

/** How the events of a feed are announced, as far as its user wants it otherwise than for all. */
export type FeedAnnouncing = {
/** How many are shown one by one. */
burst: Burst | null,
/** Whether urgent ones are announced whatever else holds. */
urgentPasses: boolean | null,
/** Whether its events are announced in quiet hours too. */
ignoresQuietHours: boolean,
/** Whether nothing is announced of what the focused window shows. */
quietInView: boolean | null, };

/** The colours that a feed's icon can have. */
export type FeedColor = "green" | "orange" | "blue" | "purple" | "pink" | "teal" | "brown" | "slate" | "red";

/**
 * What the user chose for a feed. Unknown fields of a newer version are refused when importing, not when reading the
 * store, which has a version of its own.
 */
export type FeedConfig = {
/** What the user calls it; empty means the host of the URL. */
name: string,
/** http or https. */
url: string,
/** The folder it stands in, by its name; empty: none. A folder is there as long as a feed is in it. */
folder: string,
/** The colour of its icon; `None`: one of its own. */
color: FeedColor | null,
/** One or two letters, or an emoji; empty: the first letter of its name. */
icon: string,
/** Sent with each request; one of a name that Tidings would send replaces that. */
headers: Array<Header>,
/** How it says who asks. Sent to the origin of its address only, unless `credentials_follow_redirects` says otherwise. */
credential: Credential,
/** Which of its secrets are kept, and where. Only the engine writes this; what callers hand in is ignored. */
secrets: Array<KeptSecret>,
/** How it says where it left off. */
resume: ResumeMode,
/** What counts as the same event again. */
repeats: RepeatRule,
/** Where its connections go through. */
proxy: ProxyChoice,
/** A PEM file with further certificate authorities. */
caFile: string | null,
/** A file with the client's certificate and key: PEM, or PKCS#12 whose password is kept apart. */
certificateFile: string | null,
/** SHA-256 of the only server certificate that is accepted, as `AB:CD:…`: whoever signed it, and no other. */
pinned: string | null,
/** Accepts any certificate. */
insecure: boolean,
/** Lets credentials and headers follow a redirect to another origin. */
credentialsFollowRedirects: boolean,
/** Whether its events are announced. */
notify: boolean,
/** How they are, as far as it is otherwise than for all feeds. */
announcing: FeedAnnouncing,
/** Bytes; an event larger than this is dropped. `None`: 16 MiB. */
eventLimit: number | null,
/** Seconds without a byte after which the connection is taken for dead. `None`: learned. */
idleLimit: number | null,
/** Which of its events are meant for Tidings and not for its reader. */
signals: Signals,
/** How its events become title, body, link and so on. */
mapping: Mapping,
/** Which of its events are announced, kept silently or dropped: the first that matches decides. */
rules: Array<Rule>,
/** What is kept of its events, as far as it is otherwise than for all feeds. */
retention: FeedRetention, };

/** Why a feed cannot have such settings. None has a password or token in it. */
export type FeedFault = { "kind": "noAddress" } | { "kind": "noScheme" } | { "kind": "noUrl",
/** What the standard calls it, in English. */
why: string, } | { "kind": "otherScheme",
/** What it begins with. */
scheme: string, } | { "kind": "longName",
/** The longest, in characters. */
limit: number, } | { "kind": "longFolder",
/** The longest, in characters. */
limit: number, } | { "kind": "eventLimit" } | { "kind": "icon" } | { "kind": "idleLimit" } | { "kind": "fingerprint" } | { "kind": "resumeParameter" } | { "kind": "path",
/** As it was typed. */
path: string, } | { "kind": "proxy" } | { "kind": "unnamedHeader" } | { "kind": "headerName",
/** As it was typed. */
name: string, } | { "kind": "headerValue",
/** Its name. */
name: string, } | { "kind": "unnamedSecretHeader" } | { "kind": "unnamedSecretParameter" } | { "kind": "unnamedSecretCookie" } | { "kind": "userName" } | { "kind": "cookieName" } | { "kind": "certificateFile",
/** Where it should be. */
file: string,
/** What the system says, in its language. */
why: string, } | { "kind": "template" } & TemplateFault | { "kind": "other",
/** In English. */
sentence: string, };

/** Identifies a feed for its whole life; never reused. */
export type FeedId = number;

/** What is kept of one feed, as far as its user wants it otherwise than for all. */
export type FeedRetention = {
/** As [`Retention::days`]. */
days: number | null,
/** As [`Retention::events`]. */
events: number | null, };

/** Where a subscription stands. Times are milliseconds since the Unix epoch. */
export type FeedState = { "state": "paused" } | { "state": "connecting",
/** The connection stands, and only the server's answer is missing: many answer with their first event. */
waitingForServer: boolean, } | { "state": "open",
/** When it opened. */
since: number, } | { "state": "waiting",
/** When the next try follows. */
retryAt: number,
/** Why. */
cause: Cause, } | { "state": "noNetwork" } | { "state": "polling",
/** When the next try follows. */
retryAt: number,
/** How long it waits between two requests. */
everyMs: number, } | { "state": "needsAttention",
/** When the next try follows. */
retryAt: number,
/** Why. */
cause: Cause, } | { "state": "closed",
/** Why. */
cause: Cause, };

/** A feed with all that a list of feeds shows of it. */
export type FeedStatus = {
/** The feed. */
feed: Feed,
/** Where its subscription stands. */
state: FeedState,
/** How many of its events are not read. */
unread: number,
/** How many of its events rules dropped, so far. */
dropped: number,
/** Milliseconds since the Unix epoch, until when the certificate is valid that the server showed last. */
certificateValidUntil?: number,
/** Milliseconds since the Unix epoch, when the last byte came. */
lastByteAt: number | null, };

/** One question. */
export type Field = {
/** The name of the answer. */
id: string,
/** What is asked. */
label: LocalText,
/** What stands there at first. */
default: string,
/** What an answer looks like. */
example: string,
/** Which kind of answer it is. */
kind: FieldKind,
/** Whether it may be left empty. */
optional: boolean, };

/** A kind of answer, and so what is done with it. */
export type FieldKind = "text" | "path" | "server";

/** The figures of a feed. An event that came again counts again, and one that a rule dropped counts too. */
export type Figures = {
/** When they were true, in milliseconds since the Unix epoch. */
at: number,
/** How many events came in each of the last 60 minutes; the last is the present one. */
hour: Array<number>,
/** How many in each of the last 96 quarters of an hour; the last is the present one. */
day: Array<number>,
/** How many events came today. */
eventsToday: number,
/** How many connections were made today. */
openedToday: number,
/**
 * For which share of today it was connected, from 0 to 1; of the time since its first connection. `None`: it never
 * was.
 */
connectedToday: number | null,
/** For which share of the last seven days. */
connectedWeek: number | null,
/**
 * How long the server took to answer the last time, in milliseconds, from the start of the attempt; `None`: it did not
 * in this run.
 */
firstByte: number | null,
/** Why a connection was lost, or not made, the last time in this run. */
lastError: LastError | null,
/** The times of the last seven days in which it was not connected, newest first. */
absences: Array<Absence>, };

/** Asks for the figures of a feed. */
export type FiguresQuery = {
/** Of which feed. */
feed: FeedId,
/** When the day began where the user is, in milliseconds since the Unix epoch. */
today: number, };

/** Why a file of feeds, or a backup, cannot be used or made. */
export type FileFault = { "kind": "tooLarge",
/** The largest, in MiB. */
limit: number, } | { "kind": "empty" } | { "kind": "tooMany",
/** The most. */
limit: number, } | { "kind": "longTitle",
/** The longest title, in characters. */
title: number,
/** The longest description, in characters. */
description: number, } | { "kind": "newer",
/** Its format. */
found: number,
/** The latest that is read. */
known: number, } | { "kind": "noToml",
/** What the parser says, as an English sentence. */
why: string, } | { "kind": "noFormat" } | { "kind": "noText",
/** The setting. */
key: string, } | { "kind": "sealedNoTable" } | { "kind": "feedNoList" } | { "kind": "unknown",
/** The setting. */
key: string, } | { "kind": "otherXml" } | { "kind": "tooDeep" } | { "kind": "noXml",
/** What the parser says, in English. */
why: string, } | { "kind": "sealedTooHard" } | { "kind": "sealedOtherwise" } | { "kind": "sealedDamaged" } | { "kind": "notImported",
/** What that one is called. */
name: string,
/** Why, as an English sentence. */
why: string, } | { "kind": "other",
/** In English. */
sentence: string, };

/** Something that was found. */
export type Finding = {
/** How much it matters. */
weight: Weight,
/** What is so, why, and what to do: for the user, in English. */
message: string,
/** A better address, whole. */
proposal: string | null, } & ({ "kind": "wantsTls" } | { "kind": "hasNoTls" } | { "kind": "htmlPage",
/** What it is called; may be empty. */
title: string, } | { "kind": "json" } | { "kind": "ntfyTopic" } | { "kind": "mastodonStreaming",
/** On this host. */
host: string, } | { "kind": "couchChanges" } | { "kind": "linked" } | { "kind": "moved" } | { "kind": "stop" } | { "kind": "credentials",
/** Which of them. */
status: number,
/** What the server wants, as it says: "Basic", "Bearer". */
wanted: string | null,
/** Whether some were sent. */
given: boolean, } | { "kind": "credentialsOfEither",
/** Which of them. */
status: number, } | { "kind": "proxyCredentials" } | { "kind": "notFound" } | { "kind": "wrongAccept" } | { "kind": "wrongMethod" } | { "kind": "refused",
/** Which. */
status: number,
/** What the server says to it, its first words; may be empty. */
words: string, } | { "kind": "buffered",
/** For so long, in milliseconds. */
held: number, } | { "kind": "noAnswerYet" } | { "kind": "nothingYet" } | { "kind": "ended",
/** Whether something came before. */
delivered: boolean, } | { "kind": "certificateEnds",
/** For so many. */
days: number, } | { "kind": "tookTooLong" } | { "kind": "other" });

/** A time in which a feed was not connected, and of which its source told nothing afterwards: events may be missing. */
export type Gap = {
/** Whose it is. */
feedId: FeedId,
/** The last moment before it, in milliseconds since the Unix epoch. */
from: number,
/** The first moment after it, in milliseconds since the Unix epoch. */
until: number, };

/** Asks for the gaps of a feed that reach into a span of time: the newest 1,000 of them, newest first. */
export type GapQuery = {
/** Of which feed. */
feed: FeedId,
/** Milliseconds since the Unix epoch; `None`: from the beginning. */
from: number | null,
/** Milliseconds since the Unix epoch; `None`: up to now. */
until: number | null, };

/** A secret that the user gives. */
export type GivenSecret = {
/** What it is good for. */
of: SecretOf,
/** Empty: the one that is kept is to be forgotten. */
secret: Secret, };

/** A request header of a feed. */
export type Header = {
/** Any case. */
name: string,
/** What it says. Of one that carries a secret it is kept apart and empty here. */
value: string, };

/** Headers in their order, with names in lower case, without secrets: one on each line. */
export type Headers = [name: string, value: string][];

/** What a source shows by that it is alive. */
export type Heartbeat = { "kind": "comment" } | { "kind": "event",
/** The type. */
eventType: string, };

/** Why an event waits for a digest. Times are milliseconds since the Unix epoch. */
export type Hold = { "kind": "muted",
/** `None`: until the user says so. */
until: number | null, } | { "kind": "feedMuted",
/** `None`: until the user says so. */
until: number | null, } | { "kind": "quietHours",
/** When they end. */
until: number, } | { "kind": "doNotDisturb" } | { "kind": "noService" } | { "kind": "refused" } | { "kind": "catchUp" };

/** A program to start for an event. Nothing is started unless the settings allow hooks. */
export type Hook = {
/** The program and its arguments, as they are: there is no shell. */
command: Array<string>,
/** Seconds after which it is killed, with all that it started; 1 to 300. */
timeLimit: number, };

/** How a program ended, or why it was not started. */
export type HookEnd = { "kind": "exited",
/** Its exit status. */
status: number, } | { "kind": "signalled",
/** The number of the signal. */
signal: number, } | { "kind": "timedOut" } | { "kind": "notStarted",
/** A sentence. */
reason: string, };

/** What became of a program that a rule wanted to be started. */
export type HookReport = {
/** The event it was for. */
event: EventId,
/** The number of the rule then; the first is 1. */
rule: number,
/** The program and its arguments. */
command: Array<string>,
/** When it was over, in milliseconds since the Unix epoch. */
at: number,
/** How it ended. */
end: HookEnd,
/** What it wrote; its beginning, if it was much. */
output: string,
/** How long it ran, in milliseconds. */
took: number, };

/** A file that is to be imported. */
export type Import = {
/** What stands in it. */
text: string,
/** Opens its passwords and tokens; `None`: leaves them out. */
passphrase: Secret | null, };

/** A feed of a file. */
export type ImportItem = {
/** Its place in the file, from 1. */
number: number,
/** What it is called. */
name: string,
/** Without password. */
url: string,
/** The folder it would stand in; empty: none. */
folder: string,
/** What would become of it. */
standing: Standing,
/** What is to be known before it is followed. */
dangers: Array<Danger>, };

/** What a file has, and what would become of it. */
export type ImportPreview = {
/** What the file is called; may be empty. */
title: string,
/** What it is for; may be empty. */
description: string,
/** Whether passwords and tokens come with it. */
sealed: Sealed,
/** In the order of the file. */
feeds: Array<ImportItem>, };

/** What came of an import. */
export type Imported = {
/** The new feeds. */
added: Array<Feed>,
/** Those whose settings were replaced, as they were before. */
changed: Array<Feed>, };

/** What can be moved, and beside what. */
export type Item = { "kind": "feed",
/** The feed. */
feed: FeedId, } | { "kind": "folder",
/** Its name. */
folder: string, };

/** Why a feed of a file cannot be taken. */
export type ItemFault = { "kind": "noAddress" } | { "kind": "noTable" } | { "kind": "paused" } | { "kind": "secrets" } | { "kind": "unknown",
/** The setting. */
key: string, } | { "kind": "unreadable",
/** What the parser says, as an English sentence. */
why: string, } | { "kind": "twice" } | { "kind": "settings",
/** Why. */
fault: FeedFault, };

/** Long work, as the window shows it. One that was cancelled is gone. */
export type Job = {
/** Ascends by one with each job of a run. */
id: number,
/** What is done. */
work: Work, } & ({ "state": "running",
/** From 0 to 1; null where it cannot be known. */
part: number | null, } | { "state": "done",
/** How much it was: events or feeds of an export, bytes of anything else. */
amount: number,
/** The file that was made. */
file: string | null, } | { "state": "failed",
/** Why, as a sentence. */
message: string, });

/** That there is a secret, and where; not the secret. */
export type KeptSecret = {
/** What it is good for. */
of: SecretOf,
/** Where it is. */
place: SecretPlace,
/** What it is found by there. Each secret has another one, made by chance and never used again. */
key: string, };

/** The language that the user chose. */
export type LanguageChoice = "system" | "en" | "zh-CN";

/** Why a connection was lost, or not made. */
export type LastError = {
/** When, in milliseconds since the Unix epoch. */
at: number,
/** Why. */
cause: Cause, };

/** A text in the languages of the program. */
export type LocalText = {
/** English. */
en: string,
/** Simplified Chinese; empty: the English one. */
"zh-CN": string, };

/** An attempt at a feed's address, redirects and all, and what came of it first. */
export type LogAttempt = {
/** That of the entry with which it began. */
number: number,
/** In the order in which they were passed. */
steps: Array<LogStep>,
/** How many of the earliest are no longer kept. */
leftOut: number, };

/** What a reader of a log gets at once. */
export type LogBatch = {
/** Whether it is all that is kept, instead of what came since the last batch. */
fresh: boolean,
/** Oldest first. */
entries: Array<LogEntry>,
/** Attempts that began or went on, as they are now. */
attempts: Array<LogAttempt>,
/** The lines that came, if the reader wants them. */
lines: Array<RawLine>, };

/** Something that happened on a connection of a feed, without secrets. */
export type LogEntry = {
/**
 * Ascends by one with each entry of its feed, from 1, for as long as the engine runs. Where one is missing, it is no
 * longer kept.
 */
number: number,
/** When, in milliseconds since the Unix epoch. */
at: number, } & ({ "kind": "connect",
/** 1 for the first after a stream was open (or ever), then counting up. */
attempt: number,
/** What is asked for, before any redirect. */
url: string,
/** From where the source is to go on: the last event ID or resume token that is sent, if any. */
resumed: string | null,
/** There is a last event ID, but it cannot travel in a header and is left out. */
unsendable: boolean, } | { "kind": "waiting" } | { "kind": "open",
/** 200. */
status: number,
/** "HTTP/1.1", "HTTP/2.0" */
protocol: string,
/** As the server wrote it. */
contentType: string,
/** The last of the addresses that redirects led to; `None` without redirects. */
redirected: string | null,
/** Milliseconds from the start of the attempt to the head of the answer. */
firstByte: number, } | { "kind": "retry",
/** Milliseconds, as asked. */
asked: number,
/** Milliseconds, as used. */
used: number, } | { "kind": "comment",
/** Without its colon and the space after it. */
text: string, } | { "kind": "id",
/** What it is now. */
lastEventId: string, } | { "kind": "event",
/** Its type. */
eventType: string,
/** The last event ID in force; may be empty. */
lastEventId: string,
/** The bytes of its data. */
size: number, } | { "kind": "oversized",
/** The bytes it had. */
size: number,
/** The bytes it might have had. */
limit: number, } | { "kind": "polled",
/** In so many milliseconds. */
retryIn: number, } | { "kind": "error",
/** The layer that failed: a code of `tidings_event_source::Layer`. */
layer: string,
/** One sentence for the user, in English. */
message: string,
/** The same in Chinese; empty where there is none. */
chinese: string,
/** A word for it: "401", "refused". */
short: string,
/** The next attempt follows in so many milliseconds; `None`: when there is a network. */
retryIn: number | null,
/** The user has to do something before it can work. */
needsAttention: boolean, } | { "kind": "closed",
/** One sentence for the user, in English. */
message: string,
/** The same in Chinese; empty where there is none. */
chinese: string, } | { "kind": "noNetwork" } | { "kind": "disrupted" } | { "kind": "reconnect" } | { "kind": "end" });

/** A step of an attempt, and when. */
export type LogStep = {
/** How long after the attempt began, in microseconds. */
after: number, } & ({ "step": "lookup",
/** At most four, separated by commas, and how many more there are. */
addresses: string, } | { "step": "tcp",
/** Host and port of the server. */
to: string,
/** Host and port of the proxy that it goes through. */
proxy: string | null, } | { "step": "certificate",
/** The names that it is for, separated by commas. */
names: string,
/** Who signed it. */
issuer: string,
/** Until when it is good, in milliseconds since the Unix epoch. */
expires: number | null,
/** Whether it is believed. */
believed: boolean, } | { "step": "tls",
/** "1.2", "1.3"; `None` where an earlier session was resumed, which does not tell. */
version: string | null, } | { "step": "request",
/** Where to. */
url: string,
/** As they are sent. */
headers: Headers, } | { "step": "answer",
/** 100 to 999. */
status: number,
/** "HTTP/1.0", "HTTP/1.1", "HTTP/2.0" (which over TLS is the ALPN protocol "h2"). */
protocol: string,
/** Address and port of who answered: the server, or the proxy before it. */
from: string | null,
/** As they came. */
headers: Headers, } | { "step": "firstByte" } | { "step": "firstEvent" });

/** How the events of a feed are mapped. A field that is empty is mapped by default. */
export type Mapping = {
/** A template for the title: one line. */
title: string,
/** A template for the body. HTML in it becomes text. */
body: string,
/** A template for the link: http, https or mailto; nothing for none. */
link: string,
/** A template for the icon: a name of the desktop's icon theme, or one emoji. */
icon: string,
/**
 * A template for the urgency: `low`, `normal`, `high`, `urgent`, another word or number that is common for them;
 * nothing for the default.
 */
urgency: string,
/** A template for the group key: an announcement replaces an earlier one of the same key. */
groupKey: string,
/**
 * A template for the time when it happened: seconds, milliseconds, microseconds or nanoseconds since the Unix epoch,
 * or RFC 3339.
 */
time: string,
/** An expression that gives a list: each of its items becomes an event of its own. */
split: string,
/** So many events after each opening of the connection are kept silently: what a server tells first is often no news. */
firstEvents: number,
/** Events are kept silently for so many seconds after each opening of the connection. */
firstSeconds: number, };

/** What was marked as read at once. */
export type MarkedRead = {
/** How many events. */
events: number,
/** By which it can be taken back; `None`: there was nothing to mark. */
undo: number | null, };

/** Something that is muted now. */
export type Mute = {
/** `None`: all feeds. */
feed: FeedId | null,
/** Milliseconds since the Unix epoch; `None`: until the user says so. */
until: number | null, };

/** How long something is to be muted. */
export type MuteFor = { "kind": "minutes", "value": number } | { "kind": "tomorrow" } | { "kind": "until", "value": number } | { "kind": "ever" };

/** Whether credentials are needed. */
export type Need = "never" | "sometimes" | "always";

/** The way to servers, for feeds that name none of their own. */
export type NetworkSettings = {
/** Through which proxy connections are made. Servers on this computer are reached straight. */
proxy: ProxyChoice,
/** A PEM file with certificate authorities that are trusted beside the system's. */
caFile: string | null,
/** Where the password of the proxy is kept. Only the engine writes this; what callers hand in is ignored. */
secret: KeptSecret | null, };

/** A one-line banner. */
export type Notice = {
/** What it is about. */
code: NoticeCode,
/** One sentence for the user, in English. */
message: string,
/** More, for a sentence in the user's language. */
about?: NoticeAbout, };

/** What a [`Notice`] tells of. */
export type NoticeAbout = { "kind": "storage" } & StorageProblem | { "kind": "set-aside" } & SetAside;

/** What a [`Notice`] is about; there is one of each at a time. */
export type NoticeCode = "storage" | "set-aside" | "no-notification-service" | "no-tray-host" | "told-about-tray";

/** What the dialog for a new feed is filled in with. */
export type Offer = {
/** http or https, in ASCII, without user name and password. Empty where the link is only to open the dialog. */
url: string,
/** On one line, without characters that cannot be seen; may be empty. */
name: string,
/** Likewise. */
folder: string,
/** The preset to propose. There need not be one of this ID. */
preset: string | null,
/** What the user name in the address means. */
credential: Credential,
/** The password in the address. */
secret: Secret | null, };

/** A page of events, newest first. */
export type Page = {
/** The events. */
events: Array<EventSummary>,
/** Whether older events than these exist in the scope. */
more: boolean, };

/** Asks for a page, newest first, by key: no page costs more for lying deeper. */
export type PageQuery = {
/** Of which events. */
scope: Scope,
/**
 * Words, all of which must occur (the last may be unfinished, unless a space follows it; so may those that end with
 * `*`), quoted phrases, and operators: `feed:` and
 * `folder:` (part of a name), `type:`, `is:unread`, `is:read`, `is:starred`, `after:` and `before:` (`2026`, `2026-05`, `2026-05-04`,
 * `today`, `yesterday`, `30m`, `12h`, `7d`, `2w`). Nothing typed is an error. Empty for all events.
 */
search: string,
/** Only events older than this one. */
before: EventId | null,
/** Only events newer than this one. */
after: EventId | null,
/** At most 500; 0 asks for 50. */
limit: number, };

/** Something in the window that can be led to from outside. */
export type Place = { "kind": "event",
/** The event. */
id: EventId, } | { "kind": "feed",
/** The feed. */
id: FeedId, } | { "kind": "unread" } | { "kind": "settings" } | { "kind": "add",
/** What with. */
offer: Offer, } | { "kind": "nowhere" };

/** A feed at its place in the order. */
export type Placed = {
/** The feed. */
feed: FeedId,
/** The folder it is in; empty: none. */
folder: string, };

/** What was decided about an event. */
export type Plan = { "kind": "alone" } | { "kind": "summary" } | { "kind": "digest",
/** Why. */
because: Hold, } | { "kind": "silent",
/** Why. */
because: Silence, };

/** What a list of presets shows of one. */
export type PresetSummary = {
/** See [`Preset::id`]. */
id: string,
/** What the source is called. */
name: string,
/** Whether the user made it. */
own: boolean,
/** What it is, and what the user has to know of it. */
help: LocalText,
/** What of it nobody could try with a live server; empty: nothing. */
unverified: LocalText,
/** What to ask the user for; empty: the address. */
fields: Array<Field>,
/** How the source wants to know who asks. */
authentication: Wanted, };

/** A preset that fits an address, and the feed it would make. */
export type Proposal = {
/** The preset. */
preset: PresetSummary,
/** Whether it belongs to this source for sure; otherwise it looks like it. */
sure: boolean,
/** The address that is meant, where another one was given: of the web page instead of the stream. */
corrected: string | null,
/** All of the feed's settings, with the address that is meant. No credentials but those in the address. */
config: FeedConfig, };

/** Where a feed's connections go through. */
export type ProxyChoice = { "kind": "system" } | { "kind": "none" } | { "kind": "url", "url": string };

/** When nothing is announced. */
export type QuietHours = {
/** Whether they are kept. */
on: boolean,
/** They may overlap. */
spans: Array<QuietSpan>, };

/** A span of quiet that begins on each of some days. */
export type QuietSpan = {
/** The days on which it begins. */
days: Array<Day>,
/** When it begins. */
from: TimeOfDay,
/** When it ends: on the same day if that is later than `from`, else on the next. Equal to `from`: a whole day. */
until: TimeOfDay, };

/** A line of an event stream. */
export type RawLine = {
/** Ascends by one with each line, from 1 where somebody began to look. Where one is missing, it is no longer kept. */
number: number,
/** When its end came, in milliseconds since the Unix epoch. */
at: number,
/**
 * Without what ends it; empty for the blank line that ends an event. Cut if it is long, and what is not UTF-8 is
 * replaced.
 */
text: string,
/** How many bytes it had. */
size: number, };

/** A feed that the user removed and whose history stays. */
export type RemovedFeed = {
/** The feed it was. */
id: FeedId,
/** What it was called. */
name: string,
/** The colour of its icon; `None`: one of its own. */
color: FeedColor | null,
/** The sign of its icon; empty: the first letter of its name. */
icon: string,
/** When it was removed, in milliseconds since the Unix epoch. */
removedAt: number,
/** How many events it left. */
events: number,
/** Whether it can be brought back as it was. */
restorable: boolean, };

/** What counts as the same event again. The same event adds to the count of the first, and is not announced. */
export type RepeatRule = { "kind": "whole" } | { "kind": "key",
/** Where the value stands in the JSON data: `id`, `meta.id`, `/meta/id`. */
path: string, } | { "kind": "never" };

/** How a feed resumes after a pause in the connection. */
export type ResumeMode = { "kind": "header" } | { "kind": "query",
/** Its name. */
parameter: string,
/** Where the value stands in the JSON data: `id`, `meta.id`, `/meta/id`. `None`: the last event ID is sent. */
path: string | null,
/** The types of the events that carry the value; none: those without a type of their own (`message`). */
types: Array<string>, } | { "kind": "nothing" };

/** What is kept of each feed that has no choice of its own. By default, everything. */
export type Retention = {
/** Days for which an event is kept after it came; 0: for ever. */
days: number,
/** How many of its newest events are kept, besides the starred ones; 0: all. */
events: number, };

/** A rule of a feed. */
export type Rule = {
/** What the user calls it; may be empty. */
name: string,
/** Which events it is for. */
when: When,
/** What becomes of them. */
then: Then, };

/** Which events a list is of. */
export type Scope = { "kind": "all" } | { "kind": "unread" } | { "kind": "starred" } | { "kind": "feed",
/** The feed. */
feed: FeedId, } | { "kind": "folder",
/** Its name. */
folder: string, };

/** Whether passwords and tokens come with a file. */
export type Sealed = "nothing" | "locked" | "open";

/**
 * A password, a token, a cookie. It shows itself to nobody who did not ask for it by [`Self::reveal`].
 *
 * It can be serialized, for the way from the window or another process to the engine that keeps it. Nothing that is
 * stored or shown has a field of this type.
 */
export type Secret = string;

/** What a secret of a feed is good for. */
export type SecretOf = { "kind": "credential" } | { "kind": "header", "name": string } | { "kind": "proxy" } | { "kind": "certificate" };

/** Where secrets are kept. */
export type SecretPlace = "keyring" | "file";

/** Where passwords and tokens are kept. */
export type SecretsFacts = {
/** Where new ones are kept. */
place: SecretPlace,
/** How many are in the keyring. */
inKeyring: number,
/** How many are in the file. */
inFile: number,
/** How many feeds have some that an older version stored with their settings. */
withFeeds: number, };

/** What became of a damaged database. */
export type SetAside = {
/** The damaged file, under its new name. */
file: string,
/** How many feeds go on. */
feeds: number,
/** How many events could be read and are in the history. */
events: number,
/** How many are known to be missing; those that nothing readable tells of are not among them. */
lost: number, };

/** The program's settings. Every field has a default, so that older stores read well. */
export type Settings = {
/** In which language the program speaks. */
language: LanguageChoice,
/** Light or dark. */
theme: Theme,
/** Whether closing the window leaves the app in the tray. */
closeToTray: boolean,
/** Whether the user has been told that closing the window leaves the app running. */
toldAboutTray: boolean,
/** Whether anything is announced at all. */
notify: boolean,
/** Whether rules may start programs. */
allowHooks: boolean,
/** How many notifications of a feed are shown one by one before the rest is counted in one. */
burst: Burst,
/** Whether urgent events are announced in quiet hours, while muted and while the desktop is not to be disturbed. */
urgentPasses: boolean,
/** When nothing is announced; afterwards one digest is. */
quietHours: QuietHours,
/** Whether nothing is announced of what the focused window shows. */
quietInView: boolean,
/** Whether nothing is announced while the desktop is asked not to disturb. */
heedDoNotDisturb: boolean,
/** Whether what was missed while a feed was not connected is announced as one. */
catchUpDigest: boolean,
/** What a click on a notification leads to. */
click: Click,
/** The way to servers. It is changed by itself ([`crate::Engine::change_network`]), because it may need a password. */
network: NetworkSettings,
/** What is kept of each feed. */
retention: Retention,
/** Where new passwords and tokens are kept; `None`: in the keyring if there is one. */
secretPlace: SecretPlace | null, };

/** How a signal is known: by all that is given. One of which nothing is given is none. */
export type Signal = {
/** The event's type is one of these; empty for any. */
eventTypes: Array<string>,
/** Its data is this, white space around it aside; `None` for any. */
data?: string | null,
/** An expression over `event` and `feed` is true; empty for none. */
expression: string, };

/** Which events of a feed are signals. */
export type Signals = {
/** They only say that the connection lives, begins or ends in order: logged, neither kept nor announced. */
heartbeats: Array<Signal>,
/** The server refuses this feed, as 401 does before a stream opens: the connection is ended, and the user has to act. */
refusals: Array<Signal>, };

/** Why an event is never announced. */
export type Silence = "off" | "feedOff" | "rule" | "empty" | "firstSnapshot" | "inView" | "unrecorded";

/** All that a window needs to begin with. */
export type Snapshot = {
/** In the order of the sidebar. */
feeds: Array<FeedStatus>,
/** The feeds that were removed and whose history stays, the latest first. */
removed: Array<RemovedFeed>,
/** How many events there are. */
counts: Counts,
/** What the user chose. */
settings: Settings,
/** What is muted. */
mutes: Array<Mute>,
/** The banners to show. */
notices: Array<Notice>,
/** Long work, under way or ended. */
jobs: Array<Job>,
/** The number of the last engine event that is in here already; the first one to come is newer. */
seq: number,
/** The newest event in the history. */
newest: EventId | null,
/** What a notification or the tray asked for before there was a window to show it. */
show: Place | null,
/** The program's version. */
version: string,
/** Whether the demo feed can be offered: it is not among the feeds. */
demoAvailable: boolean, };

/** How much the history takes on the disk, in bytes. */
export type Space = {
/** Its file. */
bytes: number,
/** As much of that is spare, and can be given back. */
spare: number, };

/** What an import of a feed would do. */
export type Standing = { "kind": "new" } | { "kind": "same",
/** By this feed. */
feed: FeedId, } | { "kind": "changed",
/** That of this feed. */
feed: FeedId,
/** What that is called. */
name: string,
/** The settings, as the file calls them. */
settings: Array<string>, } | { "kind": "refused",
/** Why. */
fault: ItemFault,
/** The same as an English sentence. */
reason: string, };

/** A layer that is passed. */
export type Step = "lookup" | "tcp" | "tls" | "http" | "contentType" | "firstBytes" | "firstEvent" | "heartbeat";

/** What a step found. */
export type StepDetail = { "kind": "addresses",
/** At most four of them. */
addresses: Array<string>,
/** How many there are. */
count: number, } | { "kind": "isAddress" } | { "kind": "connected",
/** Host and port of the server. */
to: string,
/** Host and port of the proxy that it goes through. */
proxy: string | null, } | { "kind": "plain" } | { "kind": "tls",
/** "1.2", "1.3" */
version: string | null,
/** The names it is for, separated by commas; cut. */
names: string,
/** Who signed it. */
issuer: string,
/** Until when it is good, in milliseconds since the Unix epoch. */
expires: number | null,
/** Whether it was checked at all. */
checked: boolean, } | { "kind": "answer",
/** Its status. */
status: number,
/** "HTTP/1.1", "HTTP/2.0" */
protocol: string,
/** How many redirects led there. */
redirects: number,
/** Where to, if there were any; without secrets. */
to: string | null, } | { "kind": "type",
/** Empty: none. */
value: string, } | { "kind": "bytes",
/** So far. */
count: number, } | { "kind": "events",
/** So far. */
count: number,
/** Of the first. */
firstType: string, } | { "kind": "beats",
/** What comes again and again. */
what: Heartbeat,
/** About how often, in milliseconds; `None`: it came once. */
every: number | null, };

/** How a step went. */
export type StepVerdict = "waiting" | "good" | "warning" | "failed" | "skipped";

/** Storing fails, or the store cannot be opened: what a window or another process is told of it. */
export type StorageProblem = {
/** Of which kind. */
fault: Fault,
/** The database, or the directory that should hold it. */
path: string,
/** A sentence for the user: what failed, why, what to do. */
message: string, };

/**
 * Why a template, an expression or a regular expression cannot be used. Lines and columns are those of the text as it
 * was typed; columns count characters.
 */
export type TemplateFault = {
/** What cannot be used: “The title template”. */
what: string,
/** The first is 1; `None`: no single line is at fault. */
line: number | null,
/** The first is 1. */
column: number | null,
/** Why, as the middle of a sentence. */
reason: string,
/** The number of the rule it stands in; the first is 1. `None`: in the mapping. */
rule: number | null,
/** The setting of the mapping or of the rule, by its name at the boundary: `groupKey`, `expression`. */
field: string, };

/** What a test comes to. */
export type TestOutcome = "running" | "works" | "silent" | "unanswered" | "failed";

/** How a test fares. */
export type TestReport = {
/** What is asked for, without secrets. */
url: string,
/** What it comes to. */
outcome: TestOutcome,
/** All steps, in their order. */
steps: Array<TestStep>,
/** The first events. */
previews: Array<EventPreview>,
/** How many events have come. */
events: number,
/** The preset that knows the stream by what came. */
source: string | null,
/** Why it failed. */
cause: Cause | null,
/** What is wrong or worth knowing, the gravest first. */
findings: Array<Finding>,
/** How long it has taken, in milliseconds. */
took: number, };

/** A step as it is. */
export type TestStep = {
/** Which one. */
step: Step,
/** How it went. */
verdict: StepVerdict,
/** How long it took, in milliseconds. */
took: number | null,
/** What was found. */
detail: StepDetail | null, };

/** What became of a test event, or of a part of one. */
export type Tested = {
/** Its title, as mapped. */
title: string,
/** Its body, as mapped. */
body: string,
/** Its link, as mapped. */
link: string | null,
/** How much it matters, as mapped or as a rule says. */
urgency: Urgency,
/** What rules say. */
verdict: Verdict,
/** Why the mapping or a rule could not be applied. */
problem: string | null,
/** What is decided about announcing it; `None`: it is dropped. */
plan: Plan | null,
/** What the notification service said; `None`: nothing was announced, or nobody says what became of it. */
answer: Answer | null, };

/** Light, dark, or as the desktop has it. */
export type Theme = "system" | "light" | "dark";

/** What becomes of the events of a rule. */
export type Then = {
/** Announced, kept silently, or dropped. */
action: Action,
/** A name of the desktop's sound theme, such as `message-new-instant`; empty for none of its own. */
sound: string,
/** A template for the link, instead of the mapped one; empty for that. */
link: string,
/** A program that is started for each of them. */
hook: Hook | null, };

/** A time of day to the minute, written "22:00". */
export type TimeOfDay = string;

/** An announcement, as far as it has got. */
export type Told = {
/** How many events it is about. */
events: number,
/** When the service answered last; milliseconds since the Unix epoch. `None`: it waits. */
at: number | null,
/** What the service said; `None`: it waits. */
answer: Answer | null,
/** In which words the service refused it, or a part of it, last; it may have taken it since. */
refusal: string | null,
/** A later event took the place of this one in the same notification. */
replacedBy: EventId | null, };

/** What is in a transcript. */
export type TranscriptFacts = {
/** What was recorded, without secrets. */
url: string,
/** How many answers of the server. */
answers: number,
/** How long they lasted together, in milliseconds. */
length: number,
/** How many bytes came over them. */
bytes: number, };

/** What is to be tried on the newest events of a feed. */
export type Trial = {
/** Instead of the feed's own; `None`: that one. */
mapping: Mapping | null,
/** Instead of the feed's own; `None`: those. */
rules: Array<Rule> | null,
/** At most so many events, the newest; 0 asks for 100, and there are at most 1,000. */
limit: number,
/** Only this event. */
event: EventId | null, };

/** What would become of the events. */
export type TrialReport = {
/** Why nothing could be tried: the template or rule, with its place. */
fault: TemplateFault | null,
/** Newest first. Parts of an event that would be split stand together, in their order. */
events: Array<Tried>, };

/** What would become of an event. */
export type Tried = {
/** The stored event. */
id: EventId,
/** Which part of it, from 1; 0 when it would not be split. */
part: number,
/** The title it would have. */
title: string,
/** The body it would have. */
body: string,
/** The link it would have. */
link: string | null,
/** How much it would matter. */
urgency: Urgency,
/** The icon it would have. */
icon: string | null,
/** The group key it would have. */
groupKey: string | null,
/** When it would have happened, in milliseconds since the Unix epoch. */
happenedAt: number | null,
/** What the rules say of it. */
verdict: Verdict,
/** What goes wrong with a template or a rule, as a sentence. */
problem: string | null, };

/** How much an event matters. */
export type Urgency = "low" | "normal" | "high" | "urgent";

/**
 * What rules say of an event. It is made once, before the event is stored, and does not change afterwards; whether and
 * when an event that is to be announced is shown is the announcing policy's to say.
 */
export type Verdict = {
/** What becomes of it. */
decision: Decision,
/** Because of what. */
decidedBy: DecidedBy,
/** The sound to announce it with: a name of the desktop's sound theme. */
sound?: string | null, };

/** How a source wants to know who asks. */
export type Wanted = {
/** Whether it is needed. */
need: Need,
/** The ways there are, the most common first. */
ways: Array<Way>,
/** Where the user gets it from. */
help: LocalText, };

/** How a transcript is replayed in the window. */
export type WantedReplay = {
/** What the feed is called. */
name: string,
/** So many times as quickly as it came; null: without any wait. */
speed: number | null,
/** The feed that it takes mapping, rules and what belongs to them from; null: none. */
like: FeedId | null,
/** Whether its events are announced. */
notify: boolean, };

/** A way to say who asks. */
export type Way = { "kind": "bearer" } | { "kind": "basic" } | { "kind": "header",
/** Its name. */
name: string, } | { "kind": "query",
/** Its name. */
name: string, } | { "kind": "cookie",
/** Its name. */
name: string, };

/** How much a finding matters. */
export type Weight = "failure" | "warning" | "note";

/** Which events a rule is for: those that meet every condition that is given. Without any, all. */
export type When = {
/** The event's type is one of these; empty for any. */
eventTypes: Array<string>,
/**
 * An expression that is true, over `event`, `feed`, and `title`, `body`, `link` and `urgency` as mapped; empty for
 * none.
 */
expression: string,
/** A regular expression that is found in the data, title or body; empty for none. */
regex: string,
/** Words that all occur in the title or body, whatever the case; empty for none. */
words: string, };

/** Why an event was announced, or was not. */
export type Why = {
/** The event. */
event: EventId,
/** How often it came; only the first time counts. */
count: number,
/** What rules said. */
verdict: Verdict,
/** Why its mapping or a rule could not be applied. */
problem: string | null,
/** What was decided; `None`: nothing yet. */
plan: Plan | null,
/** The announcement that it is part of. */
told: Told | null, };

/** What the backend tells the window. */
export type WindowMessage = { "kind": "engine" } & Envelope | { "kind": "show",
/** What was asked for. */
place: Place, } | { "kind": "log",
/** The feed. */
feed: FeedId,
/** Whether it is all that is kept, instead of what came since the last batch. */
fresh: boolean,
/** Oldest first. */
entries: Array<LogEntry>,
/** Attempts that began or went on, as they are now. */
attempts: Array<LogAttempt>,
/** The lines that came, if the reader wants them. */
lines: Array<RawLine>, } | { "kind": "test",
/** By which the page knows it. */
number: number,
/** Instead of that before. */
report: TestReport, } | { "kind": "jobs",
/** In the order in which it was begun. */
jobs: Array<Job>, } | { "kind": "notices",
/** In a fixed order. */
notices: Array<Notice>, };

/** What is done. */
export type Work = "export" | "feeds" | "backup" | "restore" | "vacuum" | "record" | "replay";
