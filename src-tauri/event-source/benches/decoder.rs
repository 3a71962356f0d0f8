//! The decoder beside its peers, on the same bytes, in one run: `cargo bench --bench decoder`.
//!
//! Deliberately not here: whole processes (`./dev bench`).
use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use eventsource_client::{ReconnectOptionsBuilder, SSE};
use eventsource_stream::Eventsource;
use futures_util::{FutureExt, Stream, StreamExt, stream};
use script::{Answer, Script};
use sse_stream::SseByteStream;
use std::convert::Infallible;
use std::hint::black_box;
use std::time::Duration;
use tidings_event_source::{Decoder, Frame, decoder::DEFAULT_EVENT_LIMIT};
use tidings_test_support::payloads::Payload;

#[path = "../tests/eventsource_client/script.rs"]
#[allow(dead_code)]
mod script;

/// How much is read from a socket at once.
const CHUNK: usize = 64 * 1024;

fn ours(stream: &[u8], chunk: usize) -> usize {
    let mut decoder = Decoder::new("", DEFAULT_EVENT_LIMIT);
    let mut events = 0;
    for mut input in stream.chunks(chunk) {
        while let Some(frame) = decoder.decode(&mut input) {
            if let Frame::Event(event) = frame {
                black_box(event);
                events += 1;
            }
        }
    }
    events
}

/// How many items of a stream that never waits satisfy the predicate.
fn count<T>(mut stream: impl Stream<Item = T> + Unpin, is_event: impl Fn(&T) -> bool) -> usize {
    let mut events = 0;
    while let Some(item) = stream.next().now_or_never().flatten() {
        events += usize::from(is_event(&black_box(item)));
    }
    events
}

fn chunks(stream: &Bytes, chunk: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + Unpin {
    let chunks: Vec<_> =
        (0..stream.len()).step_by(chunk).map(|at| stream.slice(at..stream.len().min(at + chunk))).collect();
    stream::iter(chunks).map(Ok)
}

fn eventsource_stream(stream: &Bytes, chunk: usize) -> usize {
    count(chunks(stream, chunk).eventsource(), Result::is_ok)
}

fn sse_stream(stream: &Bytes, chunk: usize) -> usize {
    count(SseByteStream::new(chunks(stream, chunk)), Result::is_ok)
}

fn eventsource_client(stream: &Bytes, chunk: usize) -> usize {
    let client =
        Script::new([Answer::stream(stream.chunks(chunk))]).client(ReconnectOptionsBuilder::new(false).build());
    count(client, |item| matches!(item, Ok(SSE::Event(_))))
}

/// A decoder: how many events it finds in a stream that comes in chunks of a length.
type Peer = (&'static str, fn(&Bytes, usize) -> usize);

const PEERS: [Peer; 4] = [
    ("tidings", |stream, chunk| ours(stream, chunk)),
    ("sse-stream", sse_stream),
    ("eventsource-stream", eventsource_stream),
    ("eventsource-client", eventsource_client),
];

/// Events of every shape, in chunks as they come from a fast local server.
fn payloads(criterion: &mut Criterion) {
    for payload in Payload::ALL {
        let events = 2 * 1024 * 1024 / payload.event(0).len();
        let stream = Bytes::from(payload.stream(events));
        compare(criterion, payload.name(), &stream, CHUNK, events);
    }
}

/// Large events in chunks as they come over a network: what grows with the square of an event shows here.
fn packets(criterion: &mut Criterion) {
    let stream = Bytes::from(Payload::Large.stream(32));
    compare(criterion, "large-in-packets", &stream, 1448, 32);
}

fn compare(criterion: &mut Criterion, name: &str, stream: &Bytes, chunk: usize, events: usize) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(stream.len() as u64));
    for (peer, decode) in PEERS {
        assert_eq!(decode(stream, chunk), events, "{peer} finds all events of {name}");
        group.bench_function(BenchmarkId::from_parameter(peer), |bencher| bencher.iter(|| decode(stream, chunk)));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(300));
    targets = payloads, packets
}
criterion_main!(benches);
