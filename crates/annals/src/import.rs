//! Imports: events from other formats.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{Position, Slug};
use event_model::identifier::CompanyKey;
use event_model::own_kinds;
use exchange::edgar::{self, Crawl, EdgarError, Plan, PlanError, Report};

use crate::append::AppendOptions;
use crate::error::{Error, causes};
use crate::store::{Store, placed};

/// A file to import.
#[derive(Debug, Clone)]
pub struct ImportFile {
    /// Its name, which may tell what is in it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// How files are imported.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The CIK of older pages whose names do not tell it.
    pub cik: Option<String>,
    /// In which zone times of acceptance are.
    pub times: Times,
    /// Check everything and append nothing.
    pub dry_run: bool,
}

/// In which zone the times of a file are, which all are marked as UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Times {
    /// As they are marked.
    #[default]
    Marked,
    /// In Eastern time, where one in [`EASTERN_ONE_IN`] or more cannot be UTC.
    Detected,
}

/// Of the files at hand whose times are Eastern, one time in ten or more cannot be UTC. A
/// few that stand alone say nothing of the others.
pub const EASTERN_ONE_IN: usize = 20;

/// What became of an import.
#[derive(Debug, Clone, Default)]
pub struct Imports {
    /// What was imported, company by company.
    pub companies: Vec<Imported>,
    /// The files with times that cannot be UTC.
    pub eastern: Vec<EasternFile>,
    /// What files say that means nothing and was not read, by file.
    pub unread: Vec<(String, Vec<String>)>,
    /// The files that say nothing, each with why.
    pub left_out: Vec<(String, String)>,
}

/// A file with times that cannot be UTC, though they are marked so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EasternFile {
    /// The file.
    pub file: String,
    /// How many of its times cannot be UTC.
    pub impossible: usize,
    /// How many it has.
    pub times: usize,
    /// They are so many that all are read in Eastern time.
    pub is_eastern: bool,
}

/// What was imported of one company.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The company.
    pub company: Slug,
    /// The files, in the order in which they were given.
    pub files: Vec<String>,
    /// What became of their rows.
    pub report: Report,
}

impl Imports {
    /// The crawl with its times in their zone, as it is to be read.
    fn in_its_zone(&mut self, crawl: Crawl, times: Times) -> Crawl {
        let impossible = crawl.eastern_times();
        if impossible == 0 {
            return crawl;
        }
        let is_often = impossible.saturating_mul(EASTERN_ONE_IN) >= crawl.times();
        let is_eastern = times == Times::Detected && is_often;
        self.eastern.push(EasternFile {
            file: crawl.file.clone(),
            impossible,
            times: crawl.times(),
            is_eastern,
        });
        match is_eastern {
            true => crawl.in_eastern_time(),
            false => crawl,
        }
    }
}

impl Store {
    /// Imports submissions files of the SEC's EDGAR, all or nothing.
    ///
    /// A company that no one has by its CIK gets a slug from its name. A file without
    /// filings is left out, unless there is no other: nothing says as of when it holds.
    ///
    /// # Errors
    ///
    /// [`Error::Import`] names every file at fault; else as
    /// [`Store::append_lines`].
    pub fn import_edgar(
        &self,
        files: &[ImportFile],
        options: &ImportOptions,
    ) -> Result<Imports, Error> {
        let mut faults = Vec::new();
        let mut imports = Imports::default();
        let mut by_cik: BTreeMap<String, Vec<Crawl>> = BTreeMap::new();
        for file in files {
            match edgar::read(&file.name, &file.bytes, options.cik.as_deref()) {
                Ok(mut crawl) => {
                    if !crawl.unread.is_empty() {
                        let unread = std::mem::take(&mut crawl.unread);
                        imports.unread.push((crawl.file.clone(), unread));
                    }
                    let crawl = imports.in_its_zone(crawl, options.times);
                    by_cik.entry(crawl.cik.clone()).or_default().push(crawl);
                }
                Err(error) => {
                    let why = causes(&error);
                    let why = why
                        .strip_prefix(&format!("{}: ", file.name))
                        .unwrap_or(&why);
                    let told = (file.name.clone(), why.to_owned());
                    match error {
                        EdgarError::NoRows { .. } => imports.left_out.push(told),
                        _ => faults.push(told),
                    }
                }
            }
        }
        if by_cik.is_empty() {
            faults.append(&mut imports.left_out);
        }
        let mut taken = Vec::new();
        let mut events = Vec::new();
        for (cik, crawls) in &by_cik {
            let company = self.company_of(cik, crawls, &taken)?;
            match self.planned(&company, crawls)? {
                Ok(plan) => {
                    let Plan {
                        events: planned,
                        report,
                        ..
                    } = plan;
                    events.extend(planned);
                    let files = crawls.iter().map(|crawl| crawl.file.clone()).collect();
                    taken.push(company.clone());
                    imports.companies.push(Imported {
                        company,
                        files,
                        report,
                    });
                }
                Err(error) => faults.push((format!("CIK {cik}"), causes(&error))),
            }
        }
        if !faults.is_empty() {
            return Err(Error::Import { files: faults });
        }
        if !events.is_empty() {
            let options = AppendOptions {
                dry_run: options.dry_run,
                ..AppendOptions::default()
            };
            self.append_events(&events, options)?;
        }
        Ok(imports)
    }

    /// What crawls of a company have to say.
    fn planned(&self, company: &Slug, crawls: &[Crawl]) -> Result<Result<Plan, PlanError>, Error> {
        let history = self.events_of(company)?;
        let mut taken = HashSet::new();
        loop {
            let plan = match edgar::plan(company, crawls, &history, &taken, self.now()) {
                Ok(plan) => plan,
                Err(error) => return Ok(Err(error)),
            };
            // What was imported for another company is there under the ids of the crawl.
            let before = taken.len();
            for event in &plan.events {
                let there = self.placed(event.id)?;
                if there.is_some_and(|there| there.event.company != *company) {
                    taken.insert(event.id);
                }
            }
            if taken.len() == before {
                return Ok(Ok(plan));
            }
        }
    }

    /// The company of a CIK, or the slug that it is to have.
    fn company_of(&self, cik: &str, crawls: &[Crawl], taken: &[Slug]) -> Result<Slug, Error> {
        let key = format!("cik:{cik}");
        let parsed = CompanyKey::parse(&key).map_err(|source| Error::CompanyKey {
            key: key.clone(),
            source: Box::new(source),
        })?;
        let directory = self.directory()?;
        let found = directory.matches(&parsed, self.now().day(), Position::LAST);
        match found.as_slice() {
            [slug] => return Ok(slug.clone()),
            [] => {
                if let Some(slug) = self.imported_as(crawls)? {
                    return Ok(slug);
                }
            }
            _ => {
                return Err(Error::AmbiguousCompany {
                    key,
                    matches: found,
                });
            }
        }
        let newest = crawls
            .iter()
            .max_by_key(|crawl| (crawl.name.is_some(), crawl.edition));
        let name = newest.and_then(|crawl| crawl.name.as_deref());
        let proposed = name.and_then(edgar::slug_of_name);
        let is_reserved = |slug: &Slug| slug.as_str() == own_kinds::COMPANY;
        let is_free =
            |slug: &Slug| !directory.has(slug) && !taken.contains(slug) && !is_reserved(slug);
        let slug = proposed.filter(is_free).or_else(|| parsed.slug());
        slug.ok_or(Error::UnknownCompany {
            key,
            near: Vec::new(),
            held: Vec::new(),
        })
    }

    /// The company that has what crawls say, though it has their CIK no more.
    fn imported_as(&self, crawls: &[Crawl]) -> Result<Option<Slug>, Error> {
        for id in crawls.iter().flat_map(edgar::ids) {
            if let Some(placed) = self.placed(id)? {
                return Ok(Some(placed.event.company.clone()));
            }
        }
        Ok(None)
    }

    fn events_of(&self, company: &Slug) -> Result<Vec<Event>, Error> {
        let upto = self.head().position;
        self.read_stream(company, upto)
            .map(|read| Ok(Arc::unwrap_or_clone(placed(read?)?.event)))
            .collect()
    }
}
