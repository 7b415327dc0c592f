//! A raw file as a [`System`]: the floor beneath the others.
//!
//! Lines are added and synced, unchecked. Where each company's lines are is
//! known in memory alone, from reading the whole file at the opening.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use annals::model::event::{Event, SCHEMA};
use annals::model::id::{Position, Slug};
use annals::projection::basis::Placed;
use annals::projection::fold::fold;
use annals::projection::timeline::Timeline;
use anyhow::{Context, Result};

use super::{Asked, System};
use crate::group::Group;

/// A file of lines.
pub(super) struct Raw {
    path: PathBuf,
    file: File,
    places: RwLock<Places>,
    group: Group<Vec<u8>>,
}

/// Where the lines of each company are.
#[derive(Default)]
struct Places {
    companies: BTreeMap<Slug, Vec<Place>>,
    lines: u64,
}

#[derive(Clone, Copy)]
struct Place {
    position: Position,
    offset: u64,
    length: usize,
}

impl Raw {
    pub(super) fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir)?;
        let path = dir.join("events.jsonl");
        let file = File::options()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)?;
        let places = RwLock::new(Places::read(&path)?);
        Ok(Self {
            path,
            file,
            places,
            group: Group::default(),
        })
    }

    fn write(&self, bytes: &[u8]) -> Result<()> {
        (&self.file).write_all(bytes)?;
        Ok(self.file.sync_data()?)
    }

    fn event(&self, place: Place) -> Result<Placed> {
        let mut line = vec![0; place.length];
        self.file.read_exact_at(&mut line, place.offset)?;
        let event = Event::from_stored(SCHEMA, &line)?;
        Ok(Placed::new(place.position, event))
    }
}

impl Places {
    fn read(path: &Path) -> Result<Self> {
        let mut places = Self::default();
        let mut offset = 0;
        for line in BufReader::new(File::open(path)?).lines() {
            let line = line?;
            let company = company_of(&line).context("a line names no company")?;
            places.lines += 1;
            let place = Place {
                position: Position(places.lines),
                offset,
                length: line.len(),
            };
            offset += line.len() as u64 + 1;
            match places.companies.get_mut(&company) {
                Some(known) => known.push(place),
                None => drop(places.companies.insert(company, vec![place])),
            }
        }
        Ok(places)
    }
}

fn company_of(line: &str) -> Option<Slug> {
    let (_, rest) = line.split_once("\"company\":\"")?;
    rest.split_once('"')?.0.parse().ok()
}

impl System for Raw {
    fn append(&self, line: &str) -> Result<()> {
        let line = format!("{line}\n").into_bytes();
        self.group.submit(line, |lines| self.write(&lines.concat()))
    }

    fn append_file(&self, path: &Path) -> Result<()> {
        std::io::copy(&mut File::open(path)?, &mut &self.file)?;
        Ok(self.file.sync_data()?)
    }

    fn at(&self, company: &Slug, asked: &Asked) -> Result<Timeline> {
        let cuts = asked.cuts()?;
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        let places = places.companies.get(company).map(Vec::as_slice);
        let events = places
            .unwrap_or_default()
            .iter()
            .take_while(|place| place.position <= cuts.recorded)
            .map(|place| self.event(*place))
            .collect::<Result<Vec<Placed>>>()?;
        Ok(fold(company, &events, &cuts))
    }

    fn companies(&self) -> Result<Vec<Slug>> {
        let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
        Ok(places.companies.keys().cloned().collect())
    }

    fn rebuild(&self) -> Result<()> {
        let read = Places::read(&self.path)?;
        *self.places.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(())
    }

    fn events(&self) -> Result<u64> {
        Ok(Places::read(&self.path)?.lines)
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
