//! What the decoder holds: within its limits, and next to nothing while nothing comes.
use tidings_event_source::{Decoder, Frame, decoder::COMMENT_LIMIT};

/// Reads `prefix`, then `filler` over and over, and returns the most that was held.
fn peak(limit: usize, prefix: &[u8], filler: &[u8], times: usize) -> usize {
    let mut decoder = Decoder::new("", limit);
    let mut peak = 0;
    for chunk in std::iter::once(prefix).chain(std::iter::repeat_n(filler, times)) {
        let mut input = chunk;
        while decoder.decode(&mut input).is_some() {}
        peak = peak.max(decoder.memory());
    }
    peak
}

#[test]
fn an_endless_line_costs_the_limit_at_most() {
    const LIMIT: usize = 100_000;
    let filler = [b'7'; 1448];
    for prefix in ["data: ", "event: ", "id: ", "data: a\ndata: ", "event: a\nid: b\ndata: c\nid: "] {
        let peak = peak(LIMIT, prefix.as_bytes(), &filler, 1000);
        assert!(peak <= LIMIT + 1024, "{prefix:?} costs {peak}");
    }
    for prefix in ["", "foo: ", "datum", "retry: ", "retry: x", ": ", "\u{feff}"] {
        let peak = peak(LIMIT, prefix.as_bytes(), &filler, 1000);
        assert!(peak <= 2 * COMMENT_LIMIT, "{prefix:?} costs {peak}");
    }
}

#[test]
fn an_endless_block_costs_the_limit_at_most() {
    const LIMIT: usize = 100_000;
    for lines in ["data: abcdefghijklmnopqrstuvwxyz\n", "data\n", "event: abcdefghijklmnop\n", "id: abcdefghijklmnop\n"]
    {
        let peak = peak(LIMIT, b"", lines.repeat(50).as_bytes(), 1000);
        assert!(peak <= LIMIT + 1024, "{lines:?} costs {peak}");
    }
}

#[test]
fn an_idle_decoder_holds_less_than_a_kibibyte() {
    let large = "x".repeat(200_000);
    for stream in [
        format!("data: {large}\n\n"),
        format!("event: {large}\ndata: a\n\n"),
        format!("id: {large}\ndata: a\n\nid: 1\n\n"),
        format!(": {large}\n"),
        format!("retry: {large}\n"),
        format!("{large}: {large}\n\n"),
        "data: abc\n".repeat(10_000) + "\n",
    ] {
        let mut decoder = Decoder::new("", 150_000);
        for event_limit in [150_000, 1_000_000] {
            decoder = Decoder::new(decoder.last_event_id(), event_limit);
            for mut input in stream.as_bytes().chunks(1448) {
                while decoder.decode(&mut input).is_some() {}
            }
            assert!(size_of::<Decoder>() + decoder.memory() < 1024, "holds {} after {:.20}", decoder.memory(), stream);
        }
    }
}

#[test]
fn a_line_of_16_mib_is_held_once() {
    const LINE: usize = 16 * 1024 * 1024;
    let mut decoder = Decoder::new("", LINE);
    let chunk = vec![b'x'; 64 * 1024];
    let mut input = b"data: ".as_slice();
    assert_eq!(decoder.decode(&mut input), None);
    for _ in 0..LINE / chunk.len() {
        let mut input = chunk.as_slice();
        assert_eq!(decoder.decode(&mut input), None);
    }
    assert!(decoder.memory() <= LINE + 1024);
    let mut input = b"\n\n".as_slice();
    let Some(Frame::Event(event)) = decoder.decode(&mut input) else { panic!("no event") };
    assert_eq!(event.data.len(), LINE);
    assert_eq!(decoder.decode(&mut input), None);
    assert!(decoder.memory() < 1024);
}
