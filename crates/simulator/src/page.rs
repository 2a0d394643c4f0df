//! Pages: `maxResults` and `nextToken`. A token names the last item that was given, not a position, so a list that
//! changes between two calls neither loses nor repeats an item that stayed.

use crate::error::ApiError;

/// One page, and the token for the next if there is more.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<Item> {
    /// The items.
    pub items: Vec<Item>,
    /// Absent on the last page.
    pub next_token: Option<String>,
}

/// What a call says about pages.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest<'call> {
    /// The operation: a token of one operation is no token of another.
    pub operation: &'static str,
    /// The caller's limit.
    pub max_results: Option<i64>,
    /// The caller's token.
    pub next_token: Option<&'call str>,
    /// The simulator's limit.
    pub page_size: usize,
}

impl<Item> Page<Item> {
    /// The same page of other items. Cut first and write JSON afterwards: a list of thousands is read page by page.
    pub fn map<Other>(self, write: impl FnMut(Item) -> Other) -> Page<Other> {
        Page { items: self.items.into_iter().map(write).collect(), next_token: self.next_token }
    }
}

impl PageRequest<'_> {
    /// Cuts a page out of `items`, each with a key that is unique and sorts the list.
    pub fn cut<Item>(self, mut items: Vec<(String, Item)>) -> Result<Page<Item>, ApiError> {
        let limit = match self.max_results {
            None => self.page_size,
            Some(limit) => match usize::try_from(limit) {
                Ok(0) | Err(_) => return Err(ApiError::field("maxResults", "must be at least 1")),
                Ok(limit) => limit.min(self.page_size),
            },
        };
        items.sort_by(|(left, _), (right, _)| left.cmp(right));
        if let Some(token) = self.next_token {
            let last = self.key_of(token).ok_or_else(|| ApiError::field("nextToken", "is not a token of this list"))?;
            items.retain(|(key, _)| *key > last);
        }
        let more = items.len() > limit;
        items.truncate(limit);
        let next_token = items.last().filter(|_| more).map(|(key, _)| self.token_of(key));
        Ok(Page { items: items.into_iter().map(|(_, item)| item).collect(), next_token })
    }

    fn token_of(self, key: &str) -> String {
        format!("{}/{key}", self.operation).bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    fn key_of(self, token: &str) -> Option<String> {
        let digits: Vec<u8> =
            token.chars().map(|digit| digit.to_digit(16).map(|value| value as u8)).collect::<Option<_>>()?;
        let bytes = digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect();
        let text = String::from_utf8(bytes).ok()?;
        text.strip_prefix(self.operation)?.strip_prefix('/').map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(page_size: usize) -> PageRequest<'static> {
        PageRequest { operation: "List", max_results: None, next_token: None, page_size }
    }

    fn items(keys: impl IntoIterator<Item = u32>) -> Vec<(String, u32)> {
        keys.into_iter().map(|key| (format!("{key:03}"), key)).collect()
    }

    #[test]
    fn pages_of_every_size_give_every_item_once() {
        for page_size in 1..12 {
            let (mut seen, mut token): (Vec<u32>, Option<String>) = (Vec::new(), None);
            loop {
                let page =
                    PageRequest { next_token: token.as_deref(), ..request(page_size) }.cut(items(0..10)).unwrap();
                seen.extend(&page.items);
                token = page.next_token;
                assert!(seen.len() <= 10, "the tokens lead nowhere");
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(seen, (0..10).collect::<Vec<_>>(), "pages of {page_size}");
        }
    }

    #[test]
    fn a_list_that_shrinks_between_pages_loses_nothing_that_stayed() {
        let first = request(3).cut(items([1, 2, 3, 4, 5])).unwrap();
        let token = first.next_token.unwrap();
        let second = PageRequest { next_token: Some(&token), ..request(3) }.cut(items([1, 4, 5])).unwrap();
        assert_eq!(second.items, [4, 5]);
    }

    #[test]
    fn a_token_of_another_list_is_refused() {
        let token = request(1).cut(items([1, 2])).unwrap().next_token.unwrap();
        let other = PageRequest { operation: "Other", next_token: Some(&token), ..request(1) };
        assert!(other.cut(items([1, 2])).is_err());
        assert!(PageRequest { next_token: Some("nonsense"), ..request(1) }.cut(items([1])).is_err());
        assert!(PageRequest { max_results: Some(0), ..request(1) }.cut(items([1])).is_err());
    }
}
