// Generated from the Rust types by ts-rs: `TIDINGS_REWRITE=1 cargo test -p tidings --test ipc types`. Do not edit.

/** Why a connection did not open, or ended. */
export type Cause = {
/** The layer that failed: a code of `tidings_event_source::Layer`. */
layer: string,
/** One sentence for the user, in English, without secrets. */
message: string,
/** A word for the sidebar where there is little room: "401", "HTML", "refused". */
short: string, };

/** Why a command was refused. */
export type CommandError = {
/** Stable, for programs. */
code: string,
/** One sentence for the user. */
message: string,
/** What is wrong with the store, where that is why. */
storage?: StorageProblem, };

/** How many events there are, by scope. */
export type Counts = {
/** All of them. */
all: number,
/** Those not read. */
unread: number,
/** Those starred. */
starred: number, };

/** Something that happened. Sent after it is committed, never before. */
export type EngineEvent = { "kind": "arrived",
/** At most 64. */
events: Array<EventSummary>, } | { "kind": "repeated",
/** The event. */
id: EventId,
/** How often it has come now. */
count: number, } | { "kind": "marked",
/** The events. */
events: Array<EventId>,
/** `None`: unchanged. */
read: boolean | null,
/** `None`: unchanged. */
starred: boolean | null, } | { "kind": "feed",
/** How it is now. */
status: FeedStatus, } | { "kind": "feedRemoved",
/** The feed. */
feed: FeedId, } | { "kind": "counts",
/** How they are now. */
counts: Counts, } | { "kind": "storage",
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
/** Sent with each request; one of a name that Tidings would send replaces that. */
headers: Array<Header>,
/** How it says where it left off. */
resume: ResumeMode,
/** Where its connections go through. */
proxy: ProxyChoice,
/** A PEM file with further certificate authorities. */
caFile: string | null,
/** Accepts any certificate. */
insecure: boolean,
/** Lets credentials and headers follow a redirect to another origin. */
credentialsFollowRedirects: boolean,
/** Whether its events are announced. */
notify: boolean,
/** Bytes; an event larger than this is dropped. `None`: 16 MiB. */
eventLimit: number | null,
/** Seconds without a byte after which the connection is taken for dead. `None`: learned. */
idleLimit: number | null, };

/**
 * What the user chose for a feed. Unknown fields of a newer version are refused when importing, not when reading the
 * store, which has a version of its own.
 */
export type FeedConfig = {
/** What the user calls it; empty means the host of the URL. */
name: string,
/** http or https. */
url: string,
/** Sent with each request; one of a name that Tidings would send replaces that. */
headers: Array<Header>,
/** How it says where it left off. */
resume: ResumeMode,
/** Where its connections go through. */
proxy: ProxyChoice,
/** A PEM file with further certificate authorities. */
caFile: string | null,
/** Accepts any certificate. */
insecure: boolean,
/** Lets credentials and headers follow a redirect to another origin. */
credentialsFollowRedirects: boolean,
/** Whether its events are announced. */
notify: boolean,
/** Bytes; an event larger than this is dropped. `None`: 16 MiB. */
eventLimit: number | null,
/** Seconds without a byte after which the connection is taken for dead. `None`: learned. */
idleLimit: number | null, };

/** Identifies a feed for its whole life; never reused. */
export type FeedId = number;

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
/** Milliseconds since the Unix epoch, when the last byte came. */
lastByteAt: number | null, };

/** A request header of a feed. */
export type Header = {
/** Any case. */
name: string,
/** Maybe a secret: shown to nobody but the user. */
value: string, };

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
 * `*`), quoted phrases, and operators: `feed:` (part of a
 * name), `type:`, `is:unread`, `is:read`, `is:starred`, `after:` and `before:` (`2026`, `2026-05`, `2026-05-04`,
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
id: FeedId, } | { "kind": "settings" };

/** Where a feed's connections go through. */
export type ProxyChoice = { "kind": "system" } | { "kind": "none" } | { "kind": "url", "url": string };

/** How a feed resumes after a pause in the connection. */
export type ResumeMode = { "kind": "header" } | { "kind": "query",
/** Its name. */
parameter: string, } | { "kind": "nothing" };

/** Which events a list is of. */
export type Scope = { "kind": "all" } | { "kind": "unread" } | { "kind": "starred" } | { "kind": "feed",
/** The feed. */
feed: FeedId, };

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
/** Light or dark. */
theme: Theme,
/** Whether closing the window leaves the app in the tray. */
closeToTray: boolean,
/** Whether the user has been told that closing the window leaves the app running. */
toldAboutTray: boolean,
/** Whether anything is announced at all. */
notify: boolean, };

/** All that a window needs to begin with. */
export type Snapshot = {
/** In the order of the sidebar. */
feeds: Array<FeedStatus>,
/** How many events there are. */
counts: Counts,
/** What the user chose. */
settings: Settings,
/** The banners to show. */
notices: Array<Notice>,
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

/** Storing fails, or the store cannot be opened: what a window or another process is told of it. */
export type StorageProblem = {
/** Of which kind. */
fault: Fault,
/** The database, or the directory that should hold it. */
path: string,
/** A sentence for the user: what failed, why, what to do. */
message: string, };

/** Light, dark, or as the desktop has it. */
export type Theme = "system" | "light" | "dark";

/** How much an event matters. */
export type Urgency = "low" | "normal" | "high" | "urgent";

/** What the backend tells the window. */
export type WindowMessage = { "kind": "engine" } & Envelope | { "kind": "show",
/** What was asked for. */
place: Place, } | { "kind": "notices",
/** In a fixed order. */
notices: Array<Notice>, };
