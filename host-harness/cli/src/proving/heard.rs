//! What the run's own server was asked, and what it answered: to give the same answer again.

use std::collections::HashSet;

/// What was asked and answered since the service was last told what to answer.
#[derive(Default)]
pub(super) struct Heard {
    /// Requests, as they arrived, since the last take.
    pub(super) requests: Vec<String>,
    /// Each request with its answer, in order.
    pub(super) answered: Vec<(String, Vec<u8>)>,
    /// Those of the answers that were given once more.
    repeated: HashSet<usize>,
    /// Whether a request that was answered already is answered with the same again.
    pub(super) repeats: bool,
}

impl Heard {
    /// The answer to the same request that was not given once more yet.
    pub(super) fn again(&mut self, request: &str) -> Option<Vec<u8>> {
        let mut answered = self.answered.iter().enumerate();
        let is_it =
            |number: usize, asked: &str| asked == request && !self.repeated.contains(&number);
        let found = answered.find(|(number, (asked, _))| is_it(*number, asked));
        let (number, (_, answer)) = found.filter(|_| self.repeats)?;
        let answer = answer.clone();
        self.repeated.insert(number);
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As often as it was answered, and in that order; a request that was not made before gets no old answer.
    #[test]
    fn each_answer_is_given_once_more_to_the_same_request() {
        let kept = |request: &str, answer: &str| (request.to_owned(), answer.as_bytes().to_vec());
        let mut heard = Heard {
            answered: vec![kept("a", "1"), kept("b", "2"), kept("a", "3")],
            ..Heard::default()
        };
        assert_eq!(heard.again("a"), None, "before it repeats");
        heard.repeats = true;
        let expected = ["1", "3"].map(|it| Some(it.as_bytes().to_vec()));
        assert_eq!([heard.again("a"), heard.again("a")], expected);
        assert_eq!(heard.again("a"), None);
        assert_eq!(heard.again("c"), None);
        assert_eq!(heard.again("b"), Some(b"2".to_vec()));
    }
}
