//! What every command needs: the store, the clock, and the cuts of a question.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annals::date_range::{DateRange, RecordedRange};
use annals::days::read_days;
use annals::log_errors::OpenError;
use annals::model::id::Position;
use annals::model::own_kinds::Kinds;
use annals::model::time::{Instant, Zone};
use annals::projection::basis::{Basis, Cuts, Filter};
use annals::projection::happening::Days;
use annals::{Clock, Error, Moment, Question, RecordedCut, Store, SystemClock};
use etcetera::{BaseStrategy, choose_base_strategy};

use crate::cli::{AskArgs, CutArgs, RecordedArgs};
use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::output::say;
use crate::temporary;

/// The variable that stops the clock, so that what a command prints can be
/// said beforehand.
const CLOCK_VARIABLE: &str = "ANNALS_NOW";
/// The variable that says where the store is, if no flag does.
const STORE_VARIABLE: &str = "ANNALS_STORE";

/// Where the store is, what time it is, and how talkative to be.
pub(crate) struct Session {
    pub(crate) dir: PathBuf,
    clock: Arc<dyn Clock>,
    /// When the command began: "now" in all that it is asked.
    began: Instant,
    verbose: bool,
    /// The store is read by caches of our own.
    caches_elsewhere: Cell<bool>,
}

impl Session {
    pub(crate) fn new(store: Option<PathBuf>, verbose: bool) -> Result<Self, CommandError> {
        // Set to nothing, a variable is as if it were not set.
        let named = || std::env::var_os(STORE_VARIABLE).filter(|dir| !dir.is_empty());
        let dir = match store.or_else(|| named().map(PathBuf::from)) {
            Some(dir) => dir,
            None => default_store()?,
        };
        let clock = clock()?;
        Ok(Self {
            dir,
            began: clock.now(),
            clock,
            verbose,
            caches_elsewhere: Cell::new(false),
        })
    }

    pub(crate) fn in_dir(&self, dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            clock: Arc::clone(&self.clock),
            began: self.began,
            verbose: self.verbose,
            caches_elsewhere: self.caches_elsewhere.clone(),
        }
    }

    /// What time it is.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Opens the store that is there to read it, whoever else uses it.
    pub(crate) fn open_to_read(&self) -> Result<Store, CommandError> {
        self.reading()
            .map_err(|error| CommandError::from(error).in_store(&self.dir))
    }

    fn reading(&self) -> Result<Store, Error> {
        let clock = || Arc::clone(&self.clock);
        if !self.caches_elsewhere.get() {
            match Store::open_to_read(&self.dir, clock()) {
                Err(Error::Open(OpenError::Cache { .. })) => self.keep_caches_elsewhere(),
                opened => return opened,
            }
        }
        Store::open_with_caches_elsewhere(&self.dir, clock())
    }

    /// Whether the store is read by caches of our own, which do not go on with it.
    pub(crate) fn has_caches_elsewhere(&self) -> bool {
        self.caches_elsewhere.get()
    }

    /// From now on reads the store by caches of our own: those that it has are of no use,
    /// and cannot be made again where they are.
    pub(crate) fn keep_caches_elsewhere(&self) {
        self.caches_elsewhere.set(true);
        say("note: caches are missing or damaged, and made elsewhere for this command");
    }

    /// Opens the store to read it, if there is one.
    pub(crate) fn open_if_there(&self) -> Result<Option<Store>, CommandError> {
        match self.reading() {
            Ok(store) => Ok(Some(store)),
            Err(Error::Open(OpenError::NoStore { .. })) => Ok(None),
            Err(error) => Err(CommandError::from(error).in_store(&self.dir)),
        }
    }

    /// The kinds that the store knows; the built-in ones where there is no store.
    pub(crate) fn kinds(&self) -> Result<Kinds, CommandError> {
        match self.open_if_there()? {
            Some(store) => Ok(store.kinds(store.head().position)?),
            None => Ok(Kinds::built_in()),
        }
    }

    /// Opens the store that is there.
    pub(crate) fn open(&self) -> Result<Store, CommandError> {
        let store = Store::open(&self.dir, Arc::clone(&self.clock));
        store.map_err(|error| CommandError::from(error).in_store(&self.dir))
    }

    /// Opens the store that is there to amend it; to only try, it is enough to read it.
    pub(crate) fn open_to_amend(&self, dry_run: bool) -> Result<Store, CommandError> {
        match dry_run {
            true => self.open_to_read(),
            false => self.open(),
        }
    }

    /// Opens the store, and makes it first if there is none.
    pub(crate) fn create_or_open(&self) -> Result<Store, CommandError> {
        let store = Store::create_or_open(&self.dir, Arc::clone(&self.clock));
        store.map_err(|error| CommandError::from(error).in_store(&self.dir))
    }

    /// Opens the store to append to it, and does so. A store that is made for it
    /// goes again if nothing comes of it. To only try, it is enough to read it; where there
    /// is no store, one in a temporary folder will do.
    pub(crate) fn appending<T>(
        &self,
        dry_run: bool,
        append: impl FnOnce(&Store) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        let folder;
        let was_there = self.dir.exists();
        let opened = match dry_run {
            true => self.reading(),
            false => Store::open(&self.dir, Arc::clone(&self.clock)),
        };
        let store = match opened {
            Ok(store) => store,
            Err(Error::Open(OpenError::NoStore { .. })) if dry_run => {
                folder = temporary::folder("annals-")?;
                self.in_dir(&folder.path().join("store")).create_or_open()?
            }
            Err(Error::Open(OpenError::NoStore { .. })) => self.create_or_open()?,
            Err(error) => return Err(CommandError::from(error).in_store(&self.dir)),
        };
        match append(&store) {
            Ok(done) => {
                if let Err(error) = store.close() {
                    // What was appended is on the disk all the same.
                    say(&format!("note: the store was not closed in order: {error}"));
                }
                Ok(done)
            }
            Err(error) if dry_run => Err(error),
            Err(error) => {
                store.discard_if_empty().ok();
                if !was_there {
                    // It has something in it if the store was made by others.
                    std::fs::remove_dir(&self.dir).ok();
                }
                Err(error)
            }
        }
    }

    pub(crate) fn now(&self) -> Instant {
        self.began
    }

    /// Settles the basis of a question that is asked now unless it says when.
    pub(crate) fn basis_of(&self, store: &Store, ask: &AskArgs) -> Result<Basis, CommandError> {
        match &ask.at {
            Some(date) => self.basis(store, date, &ask.cuts),
            None => self.basis_at(store, Moment::Instant(self.now()), &ask.cuts),
        }
    }

    /// Settles how far the log is read for rows that each have a moment of their own.
    pub(crate) fn basis_for_rows(
        &self,
        store: &Store,
        ask: &AskArgs,
    ) -> Result<Basis, CommandError> {
        let basis = self.settle(store, Moment::Instant(self.now()), &ask.cuts)?;
        let recorded = basis.cuts.recorded;
        self.explain(&format!(
            "each row is asked at its own moment; recorded up to position {recorded}"
        ));
        Ok(basis)
    }

    /// Settles how far the log is read, where that is all that is asked.
    pub(crate) fn recorded(
        &self,
        store: &Store,
        args: &RecordedArgs,
    ) -> Result<Position, CommandError> {
        let cuts = CutArgs {
            recorded: args.recorded.clone(),
            zone: args.zone.clone(),
            ..CutArgs::default()
        };
        let basis = self.settle(store, Moment::Instant(self.now()), &cuts)?;
        let recorded = basis.cuts.recorded;
        self.explain(&format!("recorded up to position {recorded}"));
        Ok(recorded)
    }

    /// Settles the basis of a question at a date.
    pub(crate) fn basis(
        &self,
        store: &Store,
        date: &str,
        cuts: &CutArgs,
    ) -> Result<Basis, CommandError> {
        let at = self.moment(date, zone(cuts)?)?;
        self.basis_at(store, at, cuts)
    }

    fn basis_at(&self, store: &Store, at: Moment, cuts: &CutArgs) -> Result<Basis, CommandError> {
        let basis = self.settle(store, at, cuts)?;
        let Cuts {
            known,
            on,
            recorded,
        } = basis.cuts;
        self.explain(&format!(
            "on {on}, known up to {known}, recorded up to position {recorded}"
        ));
        Ok(basis)
    }

    fn settle(&self, store: &Store, at: Moment, cuts: &CutArgs) -> Result<Basis, CommandError> {
        let zone = zone(cuts)?;
        let moment = |text: &String| self.moment(text, zone);
        let recorded = |text: &String| {
            let read = RecordedCut::read(text, self.now(), zone);
            read.map_err(|error| CommandError::from(Error::Moment(error)))
        };
        let question = Question {
            at,
            known: cuts.known.as_ref().map(moment).transpose()?,
            on: cuts.on.as_ref().map(moment).transpose()?.map(Moment::on),
            recorded: cuts.recorded.as_ref().map(recorded).transpose()?,
            zone,
            filter: Filter {
                sources: cuts.source.clone(),
                min_certainty: cuts.min_certainty,
            },
        };
        Ok(store.basis(&question)?)
    }

    /// Reads a point in time, and tells how words were understood.
    pub(crate) fn moment(&self, text: &str, zone: Zone) -> Result<Moment, CommandError> {
        let moment = Moment::read(text, self.now(), zone).map_err(Error::Moment)?;
        if Moment::parse(text).is_err() {
            match moment {
                Moment::Day(day) => self.explain(&format!("{text:?} is {day}")),
                Moment::Instant(instant) => self.explain(&format!("{text:?} is {instant}")),
            }
        }
        Ok(moment)
    }

    /// Reads days, and tells how words were understood.
    pub(crate) fn days(&self, text: &str, cuts: &CutArgs) -> Result<Days, CommandError> {
        let days = read_days(text, self.now(), zone(cuts)?).map_err(|error| {
            CommandError::usage(error.to_string()).hint(
                "a day is written 2026-02-19, several 2026-02-16..2026-02-20; \
                 'tomorrow' will do",
            )
        })?;
        self.explain(&format!("{text:?} is {} to {}", days.first, days.last));
        Ok(days)
    }

    /// Reads a range of dates, and tells how it was understood.
    pub(crate) fn range(&self, text: &str, zone: Zone) -> Result<DateRange, CommandError> {
        let range = DateRange::read(text, self.now(), zone).map_err(Error::Range)?;
        let instants = range.instants();
        let side = |side: Option<Instant>| side.map_or_else(String::new, |it| it.to_string());
        let (from, to) = (side(instants.from), side(instants.to));
        self.explain(&format!("{text:?} is {from}..{to}"));
        Ok(range)
    }

    /// Reads a range of positions, or of times of recording.
    pub(crate) fn recorded_range(
        &self,
        text: &str,
        zone: Zone,
    ) -> Result<RecordedRange, CommandError> {
        let range = RecordedRange::read(text, self.now(), zone);
        Ok(range.map_err(Error::Range)?)
    }

    /// Says how something was understood, to those who asked for it.
    pub(crate) fn explain(&self, line: &str) {
        if self.verbose {
            say(line);
        }
    }
}

/// The zone in which days end.
pub(crate) fn zone(cuts: &CutArgs) -> Result<Zone, CommandError> {
    Ok(cuts.zone.parse().map_err(Error::Time)?)
}

fn clock() -> Result<Arc<dyn Clock>, CommandError> {
    let Ok(text) = std::env::var(CLOCK_VARIABLE) else {
        return Ok(SystemClock::shared());
    };
    let now: Instant = text
        .parse()
        .map_err(|error| CommandError::usage(format!("{CLOCK_VARIABLE}: {error}")))?;
    Ok(Arc::new(move || now))
}

fn default_store() -> Result<PathBuf, CommandError> {
    let folders = choose_base_strategy().map_err(|error| {
        CommandError::new(ExitCode::Machine, "there is no home folder for the store")
            .detail(error.to_string())
            .hint("say where the store is with --store DIR or ANNALS_STORE")
    })?;
    Ok(folders.data_dir().join("annals"))
}
