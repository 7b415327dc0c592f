//! CSV and JSON Lines as tables.

use exchange::rows::{Column, Format, Row, RowWriter, Rows};

/// Reads a table, and holds that what was read can be written and read again.
pub fn target(bytes: &[u8]) {
    let Ok(rows) = Rows::read(Box::new(bytes)) else {
        return;
    };
    let format = rows.format();
    let columns = rows.columns();
    let mut read = Vec::new();
    for row in rows {
        match row {
            Ok(Ok(row)) => read.push(row),
            Ok(Err((number, error))) => assert!(number > 0 && !error.to_string().is_empty()),
            // What cannot be read on ends the table.
            Err(error) => {
                assert!(!error.to_string().is_empty());
                break;
            }
        }
    }
    let numbers: Vec<u64> = read.iter().map(|row| row.number).collect();
    assert!(numbers.is_sorted() && numbers.first() != Some(&0));
    if let Some(columns) = columns {
        again(format, &columns, &read);
    } else {
        for row in &read {
            again(format, &row.names(), std::slice::from_ref(row));
        }
    }
}

/// Writes rows and reads them again.
fn again(format: Format, columns: &[String], rows: &[Row]) {
    // No name of the input has this, since texts of its names are not trimmed away.
    let added = format!("{}\u{1}", columns.concat());
    let mut names: Vec<&String> = columns.iter().collect();
    names.sort_unstable();
    let is_twice = names.windows(2).any(|pair| pair.first() == pair.last());
    for written in [Format::Csv, Format::JsonLines] {
        // An object has each name once; whoever writes one, looks.
        if is_twice && written == Format::JsonLines {
            continue;
        }
        let writer = RowWriter::new(written, columns.to_vec(), vec![added.clone()]);
        let mut text = writer.heading().unwrap_or_default();
        for row in rows {
            assert!(writer.check(row).is_ok());
            text.push_str(&writer.begin(row));
            text.push_str(&writer.end(&["x".into()]));
        }
        if written == format {
            comes_back(&text, columns, &added, rows);
        } else if written == Format::JsonLines {
            let lines = text.lines().count();
            assert_eq!(lines, rows.len(), "each row is one line");
        }
    }
}

fn comes_back(text: &str, columns: &[String], added: &str, rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    let Ok(read) = Rows::read(Box::new(text.as_bytes())) else {
        panic!("what was written is no table: {text:?}");
    };
    let Ok(last) = read.column(added) else {
        panic!("the column that was added is missing");
    };
    let place = |(at, name): (usize, &String)| match read.format() {
        Format::Csv => Column::At(at),
        Format::JsonLines => Column::Named(name.clone()),
    };
    let places: Vec<Column> = columns.iter().enumerate().map(place).collect();
    let mut count = 0;
    for (before, after) in rows.iter().zip(read) {
        let Ok(Ok(after)) = after else {
            panic!("a row that was written is none: {text:?}");
        };
        assert_eq!(after.text(&last), "x");
        for place in &places {
            assert_eq!(after.value(place), before.value(place));
        }
        count += 1;
    }
    assert_eq!(count, rows.len(), "{text:?}");
}
