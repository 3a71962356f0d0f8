// Generated from the Rust types by ts-rs. Do not edit by hand.

/** Identifies a feed for its whole life; never reused. */
export type FeedId = number;

/** Identifies a stored event; ascending in the order of arrival, never reused. */
export type EventId = number;

/** How much an event matters. */
export type Urgency = "low" | "normal" | "high" | "urgent";

/** An event as a list shows it. */
export type EventSummary = { id: EventId, feedId: FeedId, eventType: string, 
/** One line. */
title: string, 
/** The first line of the body, at most 200 characters; may be empty. */
snippet: string, urgency: Urgency, 
/** Milliseconds since the Unix epoch. */
receivedAt: number, read: boolean, starred: boolean, 
/** How often it came: 1, or more when the source delivered the same event again. */
count: number, hasLink: boolean, };

/** A stored event, whole. */
export type Event = { body: string, 
/** http, https or mailto. */
link: string | null, 
/** As it came. */
data: string, 
/** The last event ID in force when it came; may be empty. */
lastEventId: string, 
/** When it came the last time; equal to `received_at` when it came once. */
latestAt: number, } & EventSummary;

/** Which events a list is of. */
export type Scope = { "kind": "all" } | { "kind": "unread" } | { "kind": "starred" } | { "kind": "feed", feed: FeedId, };

/** Asks for a page, newest first, by key: no page costs more for lying deeper. */
export type PageQuery = { scope: Scope, 
/** Words, all of which must occur (the last may be unfinished); empty for all events. */
search: string, 
/** Only events older than this one. */
before: EventId | null, 
/** Only events newer than this one. */
after: EventId | null, 
/** At most 500. */
limit: number, };

/** A page of events, newest first. */
export type Page = { events: Array<EventSummary>, 
/** Whether older events than these exist in the scope. */
more: boolean, };

/** How many events there are, by scope. */
export type Counts = { all: number, unread: number, starred: number, };

/** A request header of a feed. */
export type Header = { name: string, value: string, };

/** Where a feed's connections go through. */
export type ProxyChoice = { "kind": "system" } | { "kind": "none" } | { "kind": "url", "url": string };

/** How a feed resumes after a pause in the connection. */
export type ResumeMode = { "kind": "header" } | { "kind": "query", parameter: string, } | { "kind": "nothing" };

/** What the user chose for a feed. */
export type FeedConfig = { name: string, 
/** http or https. */
url: string, headers: Array<Header>, resume: ResumeMode, proxy: ProxyChoice, 
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

/** A configured feed. */
export type Feed = { id: FeedId, paused: boolean, } & FeedConfig;

/** Why a connection did not open, or ended. */
export type Cause = { 
/** The layer that failed: a code of `tidings_event_source::Layer`. */
layer: string, 
/** One sentence for the user, in English, without secrets. */
message: string, 
/** A word for the sidebar where there is little room: "401", "HTML", "refused". */
short: string, };

/** Where a subscription stands. Times are milliseconds since the Unix epoch. */
export type FeedState = { "state": "paused" } | { "state": "connecting", waitingForServer: boolean, } | { "state": "open", since: number, } | { "state": "waiting", retryAt: number, cause: Cause, } | { "state": "polling", retryAt: number, everyMs: number, } | { "state": "needsAttention", retryAt: number, cause: Cause, } | { "state": "closed", cause: Cause, };

/** A feed with all that a list of feeds shows of it. */
export type FeedStatus = { feed: Feed, state: FeedState, unread: number, 
/** Milliseconds since the Unix epoch, when the last byte came. */
lastByteAt: number | null, };

/** Light, dark, or as the desktop has it. */
export type Theme = "system" | "light" | "dark";

/** The program's settings. Every field has a default, so that older stores read well. */
export type Settings = { theme: Theme, 
/** Whether closing the window leaves the app in the tray. */
closeToTray: boolean, 
/** Whether the user has been told that closing the window leaves the app running. */
toldAboutTray: boolean, 
/** Whether anything is announced at all. */
notify: boolean, };

/** Something that happened. Sent after it is committed, never before. */
export type EngineEvent = { "kind": "arrived", events: Array<EventSummary>, } | { "kind": "repeated", id: EventId, count: number, } | { "kind": "marked", events: Array<EventId>, read: boolean | null, starred: boolean | null, } | { "kind": "feed", status: FeedStatus, } | { "kind": "feedRemoved", feed: FeedId, } | { "kind": "counts", counts: Counts, } | { "kind": "storage", problem: string | null, } | { "kind": "missed" };

/** What a click on an announcement leads to. */
export type Target = { "kind": "event", id: EventId, } | { "kind": "feed", id: FeedId, };

/** A one-line banner. */
export type Notice = { code: "no-notification-service" | "no-tray-host" | "storage" | "told-about-tray", message: string, };

/** What the backend tells the window. */
export type WindowMessage = { "kind": "engine", seq: number, event: EngineEvent, } | { "kind": "show", target: Target, } | { "kind": "notices", notices: Array<Notice>, };

/** All that a window needs to begin with. */
export type Snapshot = { feeds: Array<FeedStatus>, counts: Counts, settings: Settings, notices: Array<Notice>, seq: number, newest: EventId | null, show: Target | null, version: string, demoAvailable: boolean, };

/** Why a command was refused. */
export type CommandError = { code: string, message: string, };
