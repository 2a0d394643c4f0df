//! How things read in a terminal: durations, counts, and text from elsewhere made safe to print.

/// `text` without control characters. Text from the API can hold the output of a command on a recovered server, and a
/// terminal obeys escape sequences whoever wrote them. Line breaks and tabs become spaces.
#[must_use]
pub fn printable(text: &str) -> String {
    let spaced = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c });
    spaced.filter(|c| !is_unprintable(*c)).collect::<String>().trim().to_owned()
}

/// Whether a terminal would obey, hide or reorder something because of `c`.
#[must_use]
pub fn is_unprintable(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

/// Characters that reorder or hide what follows them: bidirectional controls and zero-width marks.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The first `limit` characters, with an ellipsis if there are more.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// Seconds as `h:mm:ss`.
#[must_use]
pub fn hms(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Seconds as the one or two words in which people say an age: `40 s`, `12 min`, `3 h`, `5 days`.
#[must_use]
pub fn rough(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// `1 wave`, `2 waves`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Unix seconds as UTC, to the second.
#[must_use]
pub fn utc(unix_seconds: i64) -> String {
    jiff::Timestamp::from_second(unix_seconds)
        .map_or_else(|_| unix_seconds.to_string(), |time| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_never_reaches_the_terminal() {
        assert_eq!(printable("\u{1b}[2Jgone\u{7}\r\nnext"), "[2Jgone  next");
        assert_eq!(printable("abc\u{202e}cba\u{200b}"), "abccba");
        assert_eq!(printable("\u{9b}31mred"), "31mred");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shortened("größer", 3), "grö…");
        assert_eq!(shortened("kurz", 4), "kurz");
    }

    #[test]
    fn durations_are_hours_minutes_seconds() {
        assert_eq!(hms(0), "0:00:00");
        assert_eq!(hms(3_661), "1:01:01");
        assert_eq!(hms(-5), "0:00:00");
        assert_eq!(utc(0), "1970-01-01 00:00:00Z");
        assert_eq!([-1, 59, 720, 7_200, 172_800].map(rough), ["0 s", "59 s", "12 min", "2 h", "2 days"]);
    }
}
