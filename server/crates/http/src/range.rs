//! One byte range of a request, RFC 9110 section 14.

/// Which bytes a request wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ByteRange {
    /// All of them; also for several ranges at once and for units we don't know, which may be ignored.
    All,
    /// From `start` up to, not including, `end`.
    Part {
        /// First byte.
        start: u64,
        /// One past the last byte.
        end: u64,
    },
    /// None that the file has.
    None,
}

impl ByteRange {
    /// Reads the header's value for a file of `size` bytes.
    pub(super) fn parse(range: Option<&str>, size: u64) -> ByteRange {
        let Some((first, last)) =
            range.and_then(|range| range.strip_prefix("bytes=")).and_then(|range| range.split_once('-'))
        else {
            return ByteRange::All;
        };
        let part = match (first.trim().parse::<u64>(), last.trim()) {
            (Ok(start), "") => (start, size),
            (Ok(start), last) => match last.parse::<u64>() {
                Ok(last) if last >= start => (start, last.saturating_add(1).min(size)),
                Ok(_) | Err(_) => return ByteRange::All,
            },
            (Err(_), last) if first.trim().is_empty() => match last.parse::<u64>() {
                Ok(0) => return ByteRange::None,
                Ok(count) => (size.saturating_sub(count), size),
                Err(_) => return ByteRange::All,
            },
            (Err(_), _) => return ByteRange::All,
        };
        if part.0 < part.1 { ByteRange::Part { start: part.0, end: part.1 } } else { ByteRange::None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, want) in [
            (None, ByteRange::All),
            (Some("bytes=0-99"), ByteRange::Part { start: 0, end: 100 }),
            (Some("bytes=990-"), ByteRange::Part { start: 990, end: 1000 }),
            (Some("bytes=-10"), ByteRange::Part { start: 990, end: 1000 }),
            (Some("bytes=-5000"), ByteRange::Part { start: 0, end: 1000 }),
            (Some("bytes=990-2000"), ByteRange::Part { start: 990, end: 1000 }),
            (Some("bytes=1000-"), ByteRange::None),
            (Some("bytes=-0"), ByteRange::None),
            (Some("bytes=5-2"), ByteRange::All),
            (Some("bytes=0-1,5-6"), ByteRange::All),
            (Some("lines=1-2"), ByteRange::All),
            (Some("bytes=x-y"), ByteRange::All),
        ] {
            assert_eq!(ByteRange::parse(range, 1000), want, "{range:?}");
        }
    }
}
