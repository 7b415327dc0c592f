//! annals as a [`System`]: the library, as people embed it.
//!
//! All that the benchmark asks of the `Store` stands here, but for the checks
//! of a line in [`super::intake`]. The program is run by [`crate::process`].

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use annals::append::AppendOptions;
use annals::model::id::{Position, Slug};
use annals::model::time::parse_day;
use annals::projection::timeline::{Answer, Timeline};
use annals::{Moment, Question, RecordedCut, Store, SystemClock};
use anyhow::Result;

use super::{Answers, Asked, Commit, Each, System};

/// A store of annals.
pub(super) struct Annals {
    store: Store,
}

impl Annals {
    pub(super) fn open(dir: &Path) -> Result<Self> {
        let store = Store::create_or_open(dir, SystemClock::shared())?;
        Ok(Self { store })
    }
}

fn question(asked: &Asked) -> Result<Question> {
    let mut question = Question::at(Moment::Day(parse_day(&asked.day)?));
    question.recorded = asked
        .recorded
        .map(|position| RecordedCut::Position(Position(position)));
    Ok(question)
}

impl System for Annals {
    fn append(&self, line: &str) -> Result<()> {
        let options = AppendOptions::default();
        self.store
            .append_lines("the event", &mut line.as_bytes(), options)?;
        Ok(())
    }

    /// It is all or nothing here, always.
    fn append_file(&self, path: &Path, _: Commit) -> Result<()> {
        let mut lines = BufReader::new(File::open(path)?);
        let name = path.display().to_string();
        self.store
            .append_lines(&name, &mut lines, AppendOptions::default())?;
        Ok(())
    }

    fn events(&self) -> Result<u64> {
        Ok(self.store.head().position.0)
    }

    fn answers(&self) -> Result<&dyn Answers> {
        Ok(self)
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(self.store.close()?)
    }
}

impl Answers for Annals {
    fn at(&self, company: &Slug, asked: &Asked) -> Result<Timeline> {
        let basis = self.store.basis(&question(asked)?)?;
        Ok(self.store.at_without_events(company, &basis)?.timeline)
    }

    fn at_all(&self, asked: &Asked, each: Each<'_>) -> Result<()> {
        let basis = self.store.basis(&question(asked)?)?;
        let timeline = |answer: Answer| answer.timeline;
        self.store.at_all(&basis, false, timeline, each)
    }

    fn rebuild(&self) -> Result<()> {
        Ok(self.store.rebuild()?)
    }
}
