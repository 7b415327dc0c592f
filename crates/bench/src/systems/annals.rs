//! annals as a [`System`]: the library, as people embed it.
//!
//! All that the benchmark asks of the `Store` stands here, but for the checks
//! of a line in [`super::intake`]. The program is run by [`crate::process`].

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use annals::append::AppendOptions;
use annals::join::{JoinQuestion, JoinRow, Knowledge, RowClock, RowTime};
use annals::model::id::{Position, Slug};
use annals::model::time::parse_day;
use annals::projection::timeline::{Answer, Timeline};
use annals::rows::{Format, RowWriter, Rows};
use annals::{Moment, Question, RecordedCut, Store, SystemClock};
use anyhow::Result;

use super::{Answers, Asked, Commit, Each, Kept, System};

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

    fn at_all(&self, asked: &Asked, kept: Kept<'_>, each: Each<'_>) -> Result<()> {
        let basis = self.store.basis(&question(asked)?)?;
        let made = |Answer { timeline, .. }| kept(&timeline.company.slug).then_some(timeline);
        self.store.at_all(&basis, false, made, each)
    }

    fn rebuild(&self) -> Result<()> {
        Ok(self.store.rebuild()?)
    }

    fn join(&self, rows: &Path, out: &Path) -> Result<u64> {
        let table = Rows::read(Box::new(BufReader::new(File::open(rows)?)))?;
        let columns = table.columns().unwrap_or_default();
        let (company, date) = (table.column("company")?, table.column("date")?);
        let field = "earnings.next.date";
        let writer = RowWriter::new(Format::Csv, columns, vec![field.to_owned()]);
        let asked = table.map(|row| {
            let row = row?.map_err(|(_, error)| error)?;
            let begun: Box<str> = writer.begin(&row).as_str().into();
            Ok(JoinRow {
                company: row.text(&company).into(),
                moment: row.text(&date).into(),
                row_bytes: begun.len(),
                row: begun,
            })
        });
        let question = JoinQuestion {
            fields: vec![field.parse()?],
            clock: RowClock {
                time: RowTime::Start,
                zone: None,
            },
            lag_us: 0,
            knowledge: Knowledge::Published,
        };
        let basis = self
            .store
            .basis(&Question::at(Moment::Instant(self.store.now())))?;
        let mut out = BufWriter::new(File::create(out)?);
        let mut count = 0;
        let end = |values: &[serde_json::Value]| -> Arc<str> { writer.end(values).into() };
        self.store
            .join(asked, &question, &basis, end, |begun, end| {
                count += 1;
                out.write_all(begun.as_bytes())?;
                // Of some companies nothing was made.
                let end = end.unwrap_or_else(|_| writer.end(&[]).into());
                Ok::<_, anyhow::Error>(out.write_all(end.as_bytes())?)
            })?;
        out.flush()?;
        Ok(count)
    }
}
