//! `start` from 1, `size` up to 4,000 (S).

use serde_json::{Value, json};

use crate::refusal::{self, Refusal};

/// A page's size where none is asked for (S).
const USUAL_SIZE: usize = 100;
/// The most that may be asked for (S).
const LARGEST_SIZE: usize = 4_000;

/// Which rows to return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    start: usize,
    size: usize,
}

impl Page {
    /// From what was asked for. Out of bounds is refused (I).
    pub(super) fn new(start: Option<usize>, size: Option<usize>) -> Result<Self, Refusal> {
        let page = Self {
            start: start.unwrap_or(1),
            size: size.unwrap_or(USUAL_SIZE),
        };
        let in_bounds = page.start >= 1 && (1..=LARGEST_SIZE).contains(&page.size);
        if in_bounds {
            Ok(page)
        } else {
            Err(refusal::BAD_QUERY)
        }
    }

    /// From text.
    pub(super) fn parse(start: Option<&str>, size: Option<&str>) -> Result<Self, Refusal> {
        let number = |text: Option<&str>| {
            text.map(str::parse)
                .transpose()
                .map_err(|_| refusal::BAD_QUERY)
        };
        Self::new(number(start)?, number(size)?)
    }

    /// The document that holds this page of the rows.
    pub(super) fn document(self, rows: &[Value]) -> Value {
        let first = (self.start - 1).min(rows.len());
        let after = first.saturating_add(self.size).min(rows.len());
        let next = (after < rows.len()).then_some(after + 1);
        let previous = (self.start > 1).then(|| self.start.saturating_sub(self.size).max(1));
        json!({
            "ia::result": rows[first..after],
            "ia::meta": {
                "totalCount": rows.len(),
                "start": self.start,
                "pageSize": self.size,
                "next": next,
                "previous": previous,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::all_of_it(1, 100, &[1, 2, 3, 4, 5], None, None)]
    #[case::the_first_two(1, 2, &[1, 2], Some(3), None)]
    #[case::the_next_two(3, 2, &[3, 4], Some(5), Some(1))]
    #[case::the_last_one(5, 2, &[5], None, Some(3))]
    #[case::beyond_the_end(9, 2, &[], None, Some(7))]
    #[case::back_across_the_beginning(2, 4, &[2, 3, 4, 5], None, Some(1))]
    fn which_rows_are_on_a_page(
        #[case] start: usize,
        #[case] size: usize,
        #[case] rows: &[u8],
        #[case] next: Option<u8>,
        #[case] previous: Option<u8>,
    ) {
        let all: Vec<Value> = (1..=5).map(|number| json!(number)).collect();
        let document = Page::new(Some(start), Some(size)).unwrap().document(&all);
        assert_eq!(document["ia::result"], json!(rows));
        assert_eq!(document["ia::meta"]["next"], json!(next));
        assert_eq!(document["ia::meta"]["previous"], json!(previous));
    }

    #[rstest]
    #[case::from_zero(Some("0"), None)]
    #[case::no_rows(None, Some("0"))]
    #[case::too_many(None, Some("4001"))]
    #[case::no_number(Some("first"), None)]
    #[case::negative(Some("-1"), None)]
    fn what_is_out_of_bounds(#[case] start: Option<&str>, #[case] size: Option<&str>) {
        assert_eq!(Page::parse(start, size), Err(refusal::BAD_QUERY));
    }

    #[test]
    fn the_largest_page_is_taken() {
        assert!(Page::parse(Some("1"), Some("4000")).is_ok());
    }
}
