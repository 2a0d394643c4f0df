//! Moments and durations in words, and text from elsewhere made harmless.

/// `text` without what a reader cannot see or a viewer would obey: control characters, and marks that reorder or hide
/// what follows them. Some of it is the output of commands on recovered machines. Line breaks and tabs stay.
pub(crate) fn clean(text: &str) -> String {
    let kept = |c: &char| matches!(c, '\n' | '\t') || !(c.is_control() || is_invisible(*c));
    text.chars().filter(kept).collect()
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The end of `text`, at most `bytes` of it; of a command's output that is where errors are.
pub(crate) fn end_of(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let mut from = text.len() - bytes;
    while !text.is_char_boundary(from) {
        from += 1;
    }
    format!("…{}", &text[from..])
}

/// The first `limit` characters, with an ellipsis if there are more.
pub(crate) fn beginning_of(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// Unix seconds as `2026-11-24 09:47:12`, in UTC.
pub(crate) fn utc(unix_seconds: i64) -> String {
    format(unix_seconds, "%Y-%m-%d %H:%M:%S")
}

/// Unix seconds as RFC 3339 has them, for programs.
pub(crate) fn iso(unix_seconds: i64) -> String {
    format(unix_seconds, "%Y-%m-%dT%H:%M:%SZ")
}

fn format(unix_seconds: i64, pattern: &str) -> String {
    jiff::Timestamp::from_second(unix_seconds)
        .map_or_else(|_| unix_seconds.to_string(), |time| time.strftime(pattern).to_string())
}

/// Seconds as a person says them: `48 min 45 s`, `1 h 02 min`, `12 s`.
pub(crate) fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) if rest == 0 => format!("{minutes} min"),
        (0, _) => format!("{minutes} min {rest:02} s"),
        (1..48, 0) if rest == 0 => format!("{hours} h"),
        (1..48, _) => format!("{hours} h {minutes:02} min"),
        _ => format!("{} days {} h", hours / 24, hours % 24),
    }
}

/// Seconds since the start as a clock shows them: `0:48:45`.
pub(crate) fn clock(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_obeyed_is_dropped_and_what_is_too_long_is_cut_between_characters() {
        assert_eq!(clean("\u{1b}[2Ja\u{202e}b\u{0}\nc\td"), "[2Jab\nc\td");
        assert_eq!(end_of("größer", 4), "…ßer");
        assert_eq!(end_of("größer", 3), "…er");
        assert_eq!(end_of("kurz", 4), "kurz");
        assert_eq!(beginning_of("größer", 3), "grö…");
    }

    #[test]
    fn moments_and_durations() {
        assert_eq!((utc(0), iso(0)), ("1970-01-01 00:00:00".into(), "1970-01-01T00:00:00Z".into()));
        let said = [-1, 12, 720, 2_925, 3_720, 7_200, 200_000].map(duration);
        assert_eq!(said, ["0 s", "12 s", "12 min", "48 min 45 s", "1 h 02 min", "2 h", "2 days 7 h"]);
        assert_eq!(clock(2_925), "0:48:45");
    }
}
