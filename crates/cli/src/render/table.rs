//! Tables without lines, as wide as the terminal.

use std::fmt;

use crate::render::words;
use annals::model::vocabulary::Certainty;
use comfy_table::{Cell, Color, ColumnConstraint, ContentArrangement, Width, presets};

/// The width where there is no terminal to ask.
const WIDTH: u16 = 80;
/// Wider lines are hard to follow.
const WIDTH_MAX: u16 = 120;

/// A cell of a text that may be anybody's.
pub(crate) fn cell(text: impl ToString) -> Cell {
    Cell::new(words::clean(&text.to_string()))
}

/// A table that is being filled.
pub(crate) struct Table {
    table: comfy_table::Table,
    coloured: bool,
}

impl Table {
    pub(crate) fn new(is_terminal: bool) -> Self {
        let mut table = comfy_table::Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width(is_terminal));
        let is_plain = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let is_asked = std::env::var_os("NO_COLOR").is_none();
        let coloured = is_terminal && is_asked && !is_plain;
        if !coloured {
            table.force_no_tty();
        }
        Self { table, coloured }
    }

    pub(crate) fn header<T: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.table
            .set_header(cells.into_iter().map(Into::into).collect::<Vec<Cell>>());
    }

    pub(crate) fn row<T: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.table
            .add_row(cells.into_iter().map(Into::into).collect::<Vec<Cell>>());
    }

    /// A cell whose colour says how sure it is.
    pub(crate) fn sure(&self, text: String, certainty: Certainty) -> Cell {
        let cell = cell(text);
        match (self.coloured, certainty) {
            (false, _) | (true, Certainty::Asserted) => cell,
            (true, Certainty::Rumour) => cell.fg(Color::Red),
            (true, Certainty::Reported) => cell.fg(Color::Yellow),
            (true, Certainty::Attributed) => cell.fg(Color::Cyan),
            (true, Certainty::Official) => cell.fg(Color::Green),
        }
    }

    /// Gives columns their widths; one of width zero takes the rest.
    pub(crate) fn widths(&mut self, widths: &[u16]) {
        for (at, width) in widths.iter().enumerate().filter(|(_, width)| **width > 0) {
            if let Some(column) = self.table.column_mut(at) {
                column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(*width)));
            }
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.table.lines() {
            // The first column starts at the edge.
            let line = line.strip_prefix(' ').unwrap_or(&line);
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The width to write in.
pub(crate) fn width(is_terminal: bool) -> u16 {
    let terminal = terminal_size::terminal_size().map(|(width, _)| width.0);
    terminal
        .filter(|_| is_terminal)
        .unwrap_or(WIDTH)
        .clamp(WIDTH, WIDTH_MAX)
}
