//! Each distinct text once. A catalogue repeats its names, rooms and people thousands of times; kept this way, a
//! large file fits into a small memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// A text kept in a [`Texts`]; the default is the empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(u32);

impl Text {
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

pub struct Texts {
    all: String,
    /// Where each text ends in `all`.
    ends: Vec<usize>,
    /// By hash; a collision moves to the next key.
    index: HashMap<u32, u32>,
    hasher: RandomState,
}

impl Texts {
    pub fn new() -> Self {
        let mut texts =
            Self { all: String::new(), ends: vec![], index: HashMap::new(), hasher: RandomState::new() };
        texts.keep("");
        texts
    }

    pub fn keep(&mut self, text: &str) -> Text {
        let key = match self.look_up(text) {
            Ok(found) => return found,
            Err(key) => key,
        };
        let number =
            u32::try_from(self.ends.len()).expect("the number of rows is bounded far below four billion");
        self.all.push_str(text);
        self.ends.push(self.all.len());
        self.index.insert(key, number);
        Text(number)
    }

    /// The text if it is kept already.
    pub fn find(&self, text: &str) -> Option<Text> {
        self.look_up(text).ok()
    }

    /// The text, or the free key it would get.
    fn look_up(&self, text: &str) -> Result<Text, u32> {
        let mut key = self.hasher.hash_one(text) as u32;
        while let Some(&found) = self.index.get(&key) {
            if self.get(Text(found)) == text {
                return Ok(Text(found));
            }
            key = key.wrapping_add(1);
        }
        Err(key)
    }

    pub fn get(&self, text: Text) -> &str {
        let number = text.0 as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.all[start..self.ends[number]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let mut texts = Texts::new();
        let (a, b) = (texts.keep("Algebra"), texts.keep("Analysis"));
        assert_eq!(texts.keep("Algebra"), a);
        assert_ne!(a, b);
        assert_eq!((texts.get(b), texts.get(Text::default())), ("Analysis", ""));
        assert!(texts.keep("").is_empty());
    }
}
