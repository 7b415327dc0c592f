//! What a company is called on other days than the one asked about.

use annals::model::time::Day;
use annals::projection::tenures::Tenures;
use annals::projection::timeline::Answer;

use crate::render::words;

/// Lines below the title: what it was called, is called now, and who follows it.
pub(crate) fn lines(answer: &Answer, tenures: &Tenures) -> Vec<String> {
    let on = answer.basis.cuts.on;
    let day = |day: Option<Day>| day.map_or_else(String::new, |day| words::date(&day.to_string()));
    let mut lines = Vec::new();
    if let Some(name) = tenures.name_before(on) {
        lines.push(format!("formerly {}, until {}", name.value, day(name.to)));
    }
    if let Some(name) = tenures.name_after(on) {
        lines.push(format!("now {}, since {}", name.value, day(name.from)));
    }
    if let Some(successor) = tenures.successor(on) {
        let since = match successor.from {
            None => String::new(),
            Some(from) if from > on => format!(" from {} on", day(Some(from))),
            from => format!(" since {}", day(from)),
        };
        lines.push(format!("succeeded by {}{since}", successor.value));
    }
    lines
}
