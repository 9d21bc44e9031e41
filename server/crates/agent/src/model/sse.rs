//! Server-Sent Events as the WHATWG's HTML standard defines them, read from bytes that are cut anywhere.

/// The largest event that is read.
const MAX_EVENT_BYTES: usize = 8 * 1024 * 1024;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SseEvent {
    /// From its `event:` line.
    pub(crate) name: Option<String>,
    /// Its `data:` lines, joined by a line feed.
    pub(crate) data: String,
}

/// An event is larger than any that a model sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than 8 MiB")]
pub(crate) struct EventTooLarge;

/// Puts events together from pieces of a stream.
#[derive(Debug, Default)]
pub(crate) struct EventStream {
    line: Vec<u8>,
    /// The last byte was a carriage return, which has ended its line already: a line feed after it belongs to it.
    after_return: bool,
    begun: bool,
    name: Option<String>,
    data: Option<String>,
}

impl EventStream {
    /// The events that these bytes complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<SseEvent>, EventTooLarge> {
        let mut events = Vec::new();
        let mut rest = bytes;
        if self.after_return && !rest.is_empty() {
            self.after_return = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.keep(&rest[..end])?;
            events.extend(self.end_line());
            let after = &rest[end + 1..];
            rest = match rest[end] {
                b'\r' if after.is_empty() => {
                    self.after_return = true;
                    after
                }
                b'\r' => after.strip_prefix(b"\n").unwrap_or(after),
                _ => after,
            };
        }
        self.keep(rest)?;
        Ok(events)
    }

    /// The event that the end of the stream completes: some servers leave out the last empty line.
    pub(crate) fn finish(mut self) -> Option<SseEvent> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.end_event()
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), EventTooLarge> {
        if self.line.len() + self.data.as_ref().map_or(0, String::len) + bytes.len() > MAX_EVENT_BYTES {
            return Err(EventTooLarge);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self) -> Option<SseEvent> {
        let bytes = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&bytes);
        let line = if self.begun { &line } else { line.strip_prefix('\u{feff}').unwrap_or(&line) };
        self.begun = true;
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.name = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // Comments (no field name), `id`, `retry` and what the standard doesn't know mean nothing here.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<SseEvent> {
        let name = self.name.take();
        self.data.take().map(|data| SseEvent { name, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: Option<&str>, data: &str) -> SseEvent {
        SseEvent { name: name.map(str::to_owned), data: data.to_owned() }
    }

    fn read(pieces: &[&[u8]]) -> Vec<SseEvent> {
        let mut stream = EventStream::default();
        let mut events: Vec<_> = pieces.iter().flat_map(|piece| stream.push(piece).unwrap()).collect();
        events.extend(stream.finish());
        events
    }

    #[test]
    fn events_are_the_same_wherever_the_bytes_are_cut() {
        let bodies = [
            "\u{feff}event: a\ndata: 你好 😀\n\n: a comment\n\nevent:b\nid: 7\nretry: 3\ndata:one\ndata:  two\ndata\n\n\n\ndata: [DONE]\n\n",
            "\u{feff}event: a\r\ndata: 你好 😀\r\n\r\n: a comment\r\n\r\nevent:b\r\nid: 7\r\ndata:one\r\ndata:  two\r\ndata\r\n\r\n\r\ndata: [DONE]\r\n\r\n",
            "event: a\rdata: 你好 😀\r\r: a comment\r\revent:b\rdata:one\rdata:  two\rdata\r\r\rdata: [DONE]",
        ];
        let wanted = [event(Some("a"), "你好 😀"), event(Some("b"), "one\n two\n"), event(None, "[DONE]")];
        for body in bodies {
            let bytes = body.as_bytes();
            for cut in 0..=bytes.len() {
                assert_eq!(read(&[&bytes[..cut], &[], &bytes[cut..]]), wanted, "cut at {cut}");
            }
            assert_eq!(read(&bytes.chunks(1).collect::<Vec<_>>()), wanted);
        }
    }

    #[test]
    fn an_event_without_data_is_none_and_its_name_is_forgotten() {
        assert_eq!(read(&[b"event: ping\n\ndata: x\n\n"]), [event(None, "x")]);
        assert_eq!(read(&[b"data:\n\n"]), [event(None, "")]);
        assert_eq!(read(&[b"event: ping\n"]), []);
    }

    #[test]
    fn an_event_that_never_ends_is_refused() {
        let piece = vec![b'x'; 1024 * 1024];
        let mut stream = EventStream::default();
        let refused = (0..10).find_map(|_| stream.push(&piece).err());
        assert_eq!(refused, Some(EventTooLarge));
        let mut lines = EventStream::default();
        let line = [b"data: ".as_slice(), &piece, b"\n"].concat();
        assert_eq!((0..10).find_map(|_| lines.push(&line).err()), Some(EventTooLarge));
    }
}
