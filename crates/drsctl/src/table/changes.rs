//! What storing documents changes, and how two versions differ: a line for each field, marked `~`, `+` or `-`.

use contract::{ChangeKind, DocumentChange, FieldChange};

use crate::text::{counted, printable, shortened};

/// A wave that is new is a line of its own, and a long one says enough in its beginning; `--output json` has the rest.
const VALUE_CHARACTERS: usize = 300;

/// Each document that differs with its fields, and how many do.
#[must_use]
pub fn documents(changes: &[DocumentChange]) -> String {
    let mut lines = Vec::new();
    for change in changes {
        let mark = match change.change {
            ChangeKind::Create => "+",
            ChangeKind::Update => "~",
            ChangeKind::Unchanged => continue,
        };
        let new = if change.change == ChangeKind::Create { " (new)" } else { "" };
        lines.push(format!("{mark} {} {}{new}", change.kind, printable(&change.name)));
        lines.extend(change.fields.iter().map(|field| format!("    {}", self::field(field))));
    }
    let same = changes.iter().filter(|change| change.change == ChangeKind::Unchanged).count();
    let differ = changes.len() - same;
    lines.push(match (differ, same) {
        (0, _) => format!("Nothing differs: {} as stored", counted(same, "document")),
        (_, 0) => format!("{} to store", counted(differ, "document")),
        _ => format!("{} to store, {same} as stored already", counted(differ, "document")),
    });
    lines.join("\n")
}

/// `~ waves.web.onFailure: "STOP" → "CONTINUE"`.
#[must_use]
pub fn field(change: &FieldChange) -> String {
    let value = |text: &String| shortened(&printable(text), VALUE_CHARACTERS);
    let at = printable(&change.at);
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => format!("~ {at}: {} → {}", value(from), value(to)),
        (None, Some(to)) => format!("+ {at}: {}", value(to)),
        (Some(from), None) => format!("- {at}: {}", value(from)),
        (None, None) => format!("~ {at}"),
    }
}
