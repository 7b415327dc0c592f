//! Imports: events from other formats.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_model::event::Event;
use event_model::id::{Position, Slug};
use event_model::identifier::CompanyKey;
use exchange::edgar::{self, Crawl, Plan, Report};

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

impl Store {
    /// Imports submissions files of the SEC's EDGAR, all or nothing.
    ///
    /// `cik` is of older pages whose names do not tell it. A company that no
    /// one has by its CIK gets a slug from its name.
    ///
    /// # Errors
    ///
    /// [`Error::Import`] names every file at fault; else as
    /// [`Store::append_lines`].
    pub fn import_edgar(
        &self,
        files: &[ImportFile],
        cik: Option<&str>,
        dry_run: bool,
    ) -> Result<Vec<Imported>, Error> {
        let mut faults = Vec::new();
        let mut by_cik: BTreeMap<String, Vec<Crawl>> = BTreeMap::new();
        for file in files {
            match edgar::read(&file.name, &file.bytes, cik) {
                Ok(crawl) => by_cik.entry(crawl.cik.clone()).or_default().push(crawl),
                Err(error) => {
                    let why = causes(&error);
                    let why = why
                        .strip_prefix(&format!("{}: ", file.name))
                        .unwrap_or(&why);
                    faults.push((file.name.clone(), why.to_owned()));
                }
            }
        }
        let mut taken = Vec::new();
        let mut imported = Vec::new();
        let mut events = Vec::new();
        for (cik, crawls) in &by_cik {
            let company = self.company_of(cik, crawls, &taken)?;
            match edgar::plan(&company, crawls, &self.events_of(&company)?, self.now()) {
                Ok(plan) => {
                    let Plan {
                        events: planned,
                        report,
                        ..
                    } = plan;
                    events.extend(planned);
                    let files = crawls.iter().map(|crawl| crawl.file.clone()).collect();
                    taken.push(company.clone());
                    imported.push(Imported {
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
                dry_run,
                ..AppendOptions::default()
            };
            self.append_events(&events, options)?;
        }
        Ok(imported)
    }

    /// The company of a CIK, or the slug that it is to have.
    fn company_of(&self, cik: &str, crawls: &[Crawl], taken: &[Slug]) -> Result<Slug, Error> {
        let key = format!("cik:{cik}");
        let parsed = CompanyKey::parse(&key).map_err(|source| Error::CompanyKey {
            key: key.clone(),
            source: Box::new(source),
        })?;
        let directory = self.directory()?;
        let found = directory.matches(&parsed, self.now().day(), Position(u64::MAX));
        match found.as_slice() {
            [slug] => return Ok(slug.clone()),
            [] => {}
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
        let proposed = newest.and_then(|crawl| edgar::slug_for(crawl).ok());
        let is_free = |slug: &Slug| !directory.has(slug) && !taken.contains(slug);
        let by_cik = || format!("cik{cik}").parse();
        match proposed.filter(is_free) {
            Some(slug) => Ok(slug),
            None => by_cik().map_err(|error: event_model::id::SlugError| Error::CompanyKey {
                key,
                source: Box::new(error.into()),
            }),
        }
    }

    fn events_of(&self, company: &Slug) -> Result<Vec<Event>, Error> {
        let upto = self.head().position;
        self.read_stream(company, upto)
            .map(|read| Ok(Arc::unwrap_or_clone(placed(read?)?.event)))
            .collect()
    }
}
