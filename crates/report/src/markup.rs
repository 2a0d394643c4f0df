//! HTML that cannot be injected: markup is what stands in this program ([`Markup::raw`] takes nothing that was made at
//! run time), and everything else is text, which is escaped, or a number.

use std::fmt::{Display, Write};

use crate::text::clean;

/// HTML under construction.
#[derive(Debug, Default)]
pub(crate) struct Markup(String);

/// What can be written without being escaped.
pub(crate) trait Number: Display {}
impl Number for i64 {}
impl Number for u32 {}
impl Number for u64 {}
impl Number for usize {}

impl Markup {
    /// Markup, as it stands in the program.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text from anywhere.
    pub(crate) fn text(&mut self, text: impl AsRef<str>) -> &mut Self {
        for c in clean(text.as_ref()).chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// A number.
    pub(crate) fn number(&mut self, number: impl Number) -> &mut Self {
        // A String takes everything.
        let _ = write!(self.0, "{number}");
        self
    }

    /// A coordinate of a drawing, to a tenth.
    pub(crate) fn at(&mut self, position: f64) -> &mut Self {
        let _ = write!(self.0, "{position:.1}");
        self
    }

    /// A cell of a table: a dash where there is nothing.
    pub(crate) fn cell(&mut self, text: impl AsRef<str>) -> &mut Self {
        let text = text.as_ref();
        self.raw("<td>").text(if text.is_empty() { "–" } else { text }).raw("</td>")
    }

    /// The document.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let mut markup = Markup::default();
        markup.raw("<p title=\"").text("\"><script>alert('x')</script>&\u{0}").raw("\">");
        let expected = "<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;\">";
        assert_eq!(markup.into_string(), expected);
    }
}
