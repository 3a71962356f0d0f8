//! The peer of `tidings decode --count`, on eventsource-stream.
use eventsource_stream::EventStream;
use futures_util::{StreamExt, stream};
use std::io::Read;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let chunks = stream::unfold(std::io::stdin().lock(), |mut input| async move {
        let mut chunk = vec![0; 64 * 1024];
        let read = input.read(&mut chunk).expect("standard input can be read");
        chunk.truncate(read);
        (read > 0).then_some((Ok::<_, std::io::Error>(chunk), input))
    });
    let mut events = std::pin::pin!(EventStream::new(chunks));
    let mut count = 0_u64;
    while let Some(event) = events.next().await {
        event.expect("the stream is well formed");
        count += 1;
    }
    println!("{count}");
}
