//! annals as a [`System`]: the library, as people embed it.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use annals::append::AppendOptions;
use annals::model::id::{Position, Slug};
use annals::model::time::parse_day;
use annals::projection::timeline::Timeline;
use annals::{Moment, Question, RecordedCut, Store, SystemClock};
use anyhow::Result;

use super::{Asked, Each, System};

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

    fn append_file(&self, path: &Path) -> Result<()> {
        let mut lines = BufReader::new(File::open(path)?);
        let name = path.display().to_string();
        self.store
            .append_lines(&name, &mut lines, AppendOptions::default())?;
        Ok(())
    }

    fn at(&self, company: &Slug, asked: &Asked) -> Result<Timeline> {
        let basis = self.store.basis(&question(asked)?)?;
        Ok(self.store.at(company, &basis)?.timeline)
    }

    fn at_all(&self, asked: &Asked, each: Each<'_>) -> Result<()> {
        let basis = self.store.basis(&question(asked)?)?;
        for answer in self.store.at_all(&basis) {
            each(&answer?.timeline)?;
        }
        Ok(())
    }

    fn companies(&self) -> Result<Vec<Slug>> {
        let day = parse_day("9999-12-31")?;
        let basis = self.store.basis(&Question::at(Moment::Day(day)))?;
        Ok(self.store.companies(&basis))
    }

    fn rebuild(&self) -> Result<()> {
        Ok(self.store.rebuild()?)
    }

    fn events(&self) -> Result<u64> {
        Ok(self.store.head().position.0)
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(self.store.close()?)
    }
}
