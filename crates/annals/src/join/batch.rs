//! Rows that are answered at once: [`Batch`].

use event_model::id::Slug;
use projection::basis::Cuts;

use super::RowProblem;

/// The most rows of a batch. The more they are, the more of them share what is read of
/// a company; they are held in memory meanwhile, in some 120 bytes each.
const ROWS_MAX: usize = 1 << 20;
/// The most bytes of what goes along with them; it is seldom so much that it counts.
const BYTES_MAX: usize = 256 << 20;
/// About how many rows are one job for a thread.
const JOB_ROWS: usize = 1 << 12;

/// Rows that are answered at once.
pub(super) struct Batch<R> {
    /// What goes along with each, and what is wrong with it.
    pub(super) rows: Vec<(R, Option<Box<RowProblem>>)>,
    asked: Vec<Asked>,
    /// About what goes along.
    bytes: usize,
}

/// A row that is waiting for its answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// The number of its company.
    company: u32,
    /// Which row of its batch it is.
    pub(super) at: u32,
    pub(super) cuts: Cuts,
}

impl<R> Default for Batch<R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            asked: Vec::new(),
            bytes: 0,
        }
    }
}

impl<R> Batch<R> {
    /// Adds a row with so many bytes, and the number of its company with its cuts.
    pub(super) fn push(&mut self, row: (R, usize), settled: Result<(u32, Cuts), RowProblem>) {
        let (row, bytes) = row;
        // There are no more than ROWS_MAX.
        let at = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let problem = match settled {
            Ok((company, cuts)) => {
                self.asked.push(Asked { company, at, cuts });
                None
            }
            Err(problem) => Some(Box::new(problem)),
        };
        self.rows.push((row, problem));
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= ROWS_MAX || self.bytes >= BYTES_MAX
    }

    /// The rows by their companies, which are in the order of their slugs.
    pub(super) fn by_company<'b>(&'b self, companies: &'b [Slug]) -> ByCompany<'b> {
        let mut counts = vec![0_usize; companies.len()];
        for asked in &self.asked {
            if let Some(count) = counts.get_mut(asked.company as usize) {
                *count += 1;
            }
        }
        let named = companies.iter().enumerate().zip(&counts);
        let mut named: Vec<(&Slug, usize)> = named
            .filter(|(_, count)| **count > 0)
            .map(|((number, slug), _)| (slug, number))
            .collect();
        named.sort_unstable();
        // From here on where the next row of each company goes.
        let mut free = counts;
        let mut start = 0;
        let mut ends = Vec::with_capacity(named.len());
        for (slug, number) in named {
            if let Some(place) = free.get_mut(number) {
                let count = std::mem::replace(place, start);
                start += count;
                ends.push((slug, start));
            }
        }
        let mut rows = vec![0; self.asked.len()];
        for (at, asked) in (0..).zip(&self.asked) {
            if let Some(place) = free.get_mut(asked.company as usize) {
                if let Some(row) = rows.get_mut(*place) {
                    *row = at;
                }
                *place += 1;
            }
        }
        ByCompany {
            asked: &self.asked,
            rows,
            ends,
        }
    }
}

/// The rows of a batch, company after company.
pub(super) struct ByCompany<'b> {
    asked: &'b [Asked],
    /// The numbers of the rows among those that ask.
    rows: Vec<u32>,
    /// The companies, and where the rows of each end.
    ends: Vec<(&'b Slug, usize)>,
}

/// The rows of some companies.
pub(super) struct Job<'b> {
    all: &'b ByCompany<'b>,
    start: usize,
    ends: &'b [(&'b Slug, usize)],
}

impl<'b> ByCompany<'b> {
    /// Companies with about as many rows in each job.
    pub(super) fn jobs(&'b self) -> impl Iterator<Item = Job<'b>> {
        let mut rest = self.ends.as_slice();
        let mut start = 0;
        std::iter::from_fn(move || {
            let is_less = |(_, end): &(_, usize)| *end < start + JOB_ROWS;
            let count = (rest.partition_point(is_less) + 1).min(rest.len());
            let (ends, after) = rest.split_at_checked(count)?;
            let (_, end) = ends.last()?;
            let job = Job {
                all: self,
                start,
                ends,
            };
            (rest, start) = (after, *end);
            Some(job)
        })
    }
}

impl Job<'_> {
    /// The companies, in the order of their slugs.
    pub(super) fn companies(&self) -> Vec<Slug> {
        self.ends.iter().map(|(slug, _)| (*slug).clone()).collect()
    }

    pub(super) fn rows(&self) -> usize {
        self.ends.last().map_or(0, |(_, end)| end - self.start)
    }

    /// The rows of each company in that order, those of one in the order of their cuts.
    pub(super) fn each(&self) -> impl Iterator<Item = Vec<Asked>> {
        let mut start = self.start;
        self.ends.iter().map(move |(_, end)| {
            let rows = self.all.rows.get(start..*end).unwrap_or_default();
            start = *end;
            let asked = rows
                .iter()
                .filter_map(|row| self.all.asked.get(*row as usize));
            let mut asked: Vec<Asked> = asked.copied().collect();
            asked.sort_unstable_by_key(|Asked { at, cuts, .. }| {
                (cuts.known, cuts.on, cuts.recorded, *at)
            });
            asked
        })
    }
}

#[cfg(test)]
mod tests {
    use event_model::id::Position;
    use event_model::time::{Day, Instant};

    use super::*;

    #[test]
    fn each_row_is_in_one_job_with_its_company_in_the_order_of_cuts() {
        const ROWS: u32 = 3 * JOB_ROWS as u32;
        let companies: Vec<Slug> = ["tencent", "alibaba", "nobody-asks", "baidu"]
            .map(|slug| slug.parse().unwrap())
            .into();
        let company = |row: u32| [0, 1, 3, 1, 1][row as usize % 5];
        let cuts = |row: u32| Cuts {
            known: Instant::from_micros(i64::from(row) * 7_919 % 1_000).unwrap(),
            on: Day::MIN,
            recorded: Position(1),
        };
        let mut batch = Batch::default();
        for row in 0..ROWS {
            let settled = match row % 11 {
                0 => Err(RowProblem::NoCompany),
                _ => Ok((company(row), cuts(row))),
            };
            batch.push((row, 1), settled);
        }
        let by_company = batch.by_company(&companies);
        let mut slugs = Vec::new();
        let mut seen = Vec::new();
        for job in by_company.jobs() {
            let told: Vec<(Slug, Vec<Asked>)> =
                job.companies().into_iter().zip(job.each()).collect();
            let rows: usize = told.iter().map(|(_, rows)| rows.len()).sum();
            assert_eq!(job.rows(), rows);
            for (slug, rows) in told {
                assert!(rows.is_sorted_by_key(|row| row.cuts.known), "{slug}");
                for row in &rows {
                    assert_eq!(companies[company(row.at) as usize], slug);
                    assert_eq!(row.cuts, cuts(row.at));
                }
                seen.extend(rows.iter().map(|row| row.at));
                slugs.push(slug);
            }
        }
        assert!(slugs.is_sorted());
        seen.sort_unstable();
        let asked: Vec<u32> = (0..ROWS).filter(|row| row % 11 != 0).collect();
        assert_eq!(seen, asked);
    }
}
