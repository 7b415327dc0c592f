//! What a workload says between its calls: [`Mark`]s, written by [`Marks`].

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

/// What a workload was told by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The store is made.
    Made,
    /// An append was answered.
    Answered {
        /// The last position that the answer names.
        upto: u64,
        /// The first and the last position of what it stored, all or nothing; none
        /// where all was known.
        stored: Option<(u64, u64)>,
    },
}

impl Mark {
    /// Reads a mark.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self> {
        let mut words = text.split_whitespace();
        let mark = match words.next() {
            Some("made") => Some(Self::Made),
            Some("answered") => {
                let numbers: Option<Vec<u64>> = words.map(|word| word.parse().ok()).collect();
                match numbers.as_deref() {
                    Some([upto]) => Some(Self::Answered {
                        upto: *upto,
                        stored: None,
                    }),
                    Some([upto, first, last]) => Some(Self::Answered {
                        upto: *upto,
                        stored: Some((*first, *last)),
                    }),
                    _ => None,
                }
            }
            _ => None,
        };
        mark.with_context(|| format!("no mark: {text}"))
    }

    fn text(self) -> String {
        match self {
            Self::Made => "made\n".to_owned(),
            Self::Answered { upto, stored: None } => format!("answered {upto}\n"),
            Self::Answered {
                upto,
                stored: Some((first, last)),
            } => format!("answered {upto} {first} {last}\n"),
        }
    }
}

/// Where marks are written to; several threads may.
#[derive(Debug)]
pub struct Marks(File);

impl Marks {
    /// The file of them, which the recorder knows.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn new(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        Ok(Self(file.with_context(|| path.display().to_string())?))
    }

    /// Writes a mark.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn mark(&self, mark: Mark) -> Result<()> {
        Ok((&self.0).write_all(mark.text().as_bytes())?)
    }
}
