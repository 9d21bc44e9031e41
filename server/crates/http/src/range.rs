//! One byte range of a request, RFC 9110 section 14.

/// Which bytes a request wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
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

/// Reads the header's value for a file of `size` bytes.
pub(super) fn wanted(range: Option<&str>, size: u64) -> Wanted {
    let Some((first, last)) =
        range.and_then(|range| range.strip_prefix("bytes=")).and_then(|range| range.split_once('-'))
    else {
        return Wanted::All;
    };
    let part = match (first.trim().parse::<u64>(), last.trim()) {
        (Ok(start), "") => (start, size),
        (Ok(start), last) => match last.parse::<u64>() {
            Ok(last) if last >= start => (start, last.saturating_add(1).min(size)),
            Ok(_) | Err(_) => return Wanted::All,
        },
        (Err(_), last) if first.trim().is_empty() => match last.parse::<u64>() {
            Ok(0) => return Wanted::None,
            Ok(count) => (size.saturating_sub(count), size),
            Err(_) => return Wanted::All,
        },
        (Err(_), _) => return Wanted::All,
    };
    if part.0 < part.1 { Wanted::Part { start: part.0, end: part.1 } } else { Wanted::None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, want) in [
            (None, Wanted::All),
            (Some("bytes=0-99"), Wanted::Part { start: 0, end: 100 }),
            (Some("bytes=990-"), Wanted::Part { start: 990, end: 1000 }),
            (Some("bytes=-10"), Wanted::Part { start: 990, end: 1000 }),
            (Some("bytes=-5000"), Wanted::Part { start: 0, end: 1000 }),
            (Some("bytes=990-2000"), Wanted::Part { start: 990, end: 1000 }),
            (Some("bytes=1000-"), Wanted::None),
            (Some("bytes=-0"), Wanted::None),
            (Some("bytes=5-2"), Wanted::All),
            (Some("bytes=0-1,5-6"), Wanted::All),
            (Some("lines=1-2"), Wanted::All),
            (Some("bytes=x-y"), Wanted::All),
        ] {
            assert_eq!(wanted(range, 1000), want, "{range:?}");
        }
    }
}
