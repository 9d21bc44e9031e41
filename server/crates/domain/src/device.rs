//! What a program says it runs on, in two or three words, so that people know their sessions apart.

/// Marks of the `User-Agent` header and the program they stand for. Most browsers also name the ones they descend from, so
/// the descendants come first.
const PROGRAMS: [(&str, &str); 13] = [
    ("MicroMessenger/", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("CFNetwork/", "App"),
    ("okhttp/", "App"),
    ("Expo", "App"),
    ("Dalvik/", "App"),
];
const SYSTEMS: [(&str, &str); 9] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("okhttp/", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("CFNetwork/", "iOS"),
    ("Linux", "Linux"),
];
/// Characters of a name that is not one of the known ones, at most.
const MAX_NAME_CHARS: usize = 40;

/// `Chrome on macOS` for the `User-Agent` of one; another program by its own name, `None` where it has none.
#[must_use]
pub fn device(user_agent: &str) -> Option<String> {
    let of = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (of(&PROGRAMS), of(&SYSTEMS)) {
        (Some(program), Some(system)) => Some(format!("{program} on {system}")),
        (Some(name), None) | (None, Some(name)) => Some(name.to_owned()),
        (None, None) => {
            let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let name: String = user_agent.chars().take_while(plain).take(MAX_NAME_CHARS).collect();
            Some(name).filter(|name| !name.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_by_its_program_and_system() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
                "Chrome on macOS",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("MezzofyAssistant/1 CFNetwork/1568.200.51 Darwin/24.1.0", "App on iOS"),
            ("okhttp/4.12.0", "App on Android"),
            ("curl/8.5.0", "curl"),
        ] {
            assert_eq!(device(user_agent).as_deref(), Some(name), "{user_agent}");
        }
    }

    #[test]
    fn what_is_no_name_gives_none_and_a_long_one_is_cut() {
        assert_eq!(device(""), None);
        assert_eq!(device("<script>alert(1)</script>"), None);
        assert_eq!(device(&"x".repeat(4_000)).map(|name| name.len()), Some(MAX_NAME_CHARS));
    }
}
