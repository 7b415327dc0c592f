//! The lines of an input that are at fault: [`Faults`], no more of them than anybody
//! reads, however many there are.

use event_model::limits::{LINES_TOLD_MAX, PROBLEMS_TOLD_MAX};

use crate::error::{Error, LineProblem, LineProblems};

/// The lines at fault that are told, and how many there are.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    told: Vec<LineProblems>,
    count: u64,
}

impl Faults {
    /// Adds a line.
    pub(crate) fn push(&mut self, line: u64, mut problems: Vec<LineProblem>) {
        self.count += 1;
        if self.told.len() >= LINES_TOLD_MAX {
            return;
        }
        let more = problems.len().saturating_sub(PROBLEMS_TOLD_MAX);
        if more > 0 {
            problems.truncate(PROBLEMS_TOLD_MAX);
            problems.push(LineProblem::More { more });
        }
        problems.shrink_to_fit();
        self.told.push(LineProblems { line, problems });
    }

    /// Adds those of another part of the input.
    pub(crate) fn extend(&mut self, others: Self) {
        self.extend_told(others.told, others.count);
    }

    /// Adds lines of which some are told.
    pub(crate) fn extend_told(&mut self, told: Vec<LineProblems>, count: u64) {
        self.count += count;
        self.told.extend(told);
        self.told.sort_by_key(|fault| fault.line);
        self.told.truncate(LINES_TOLD_MAX);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Refuses the input, of which so many lines were read.
    pub(crate) fn into_error(self, read: u64) -> Error {
        Error::Lines {
            lines: self.told,
            at_fault: self.count,
            read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem() -> LineProblem {
        LineProblem::TooLong { most: 1 }
    }

    #[test]
    fn the_first_lines_at_fault_are_told_and_all_are_counted() {
        let mut late = Faults::default();
        let mut early = Faults::default();
        for line in 1..=2_000 {
            late.push(10_000 + line, vec![problem()]);
            early.push(line, vec![problem()]);
        }
        late.extend(early);
        let Error::Lines {
            lines, at_fault, ..
        } = late.into_error(20_000)
        else {
            panic!("another error");
        };
        assert_eq!((lines.len(), at_fault), (LINES_TOLD_MAX, 4_000));
        assert_eq!(lines[999].line, 1_000);
    }

    #[test]
    fn a_line_with_many_faults_tells_some_and_counts_the_rest() {
        let mut faults = Faults::default();
        faults.push(1, vec![problem(); PROBLEMS_TOLD_MAX + 7]);
        let Error::Lines { lines, .. } = faults.into_error(1) else {
            panic!("another error");
        };
        assert_eq!(lines[0].problems.len(), PROBLEMS_TOLD_MAX + 1);
        let last = lines[0].problems.last().unwrap();
        assert_eq!(last.to_string(), "and 7 more");
    }
}
