use serde_json::json;

use super::*;

fn rows(text: &str) -> Vec<String> {
    let rows = Rows::read(Box::new(text.as_bytes())).unwrap();
    let column = rows.column("b").unwrap();
    rows.map(|row| match row.unwrap() {
        Ok(row) => format!("{} {}", row.number, row.text(&column)),
        Err((number, error)) => format!("{number}! {error}"),
    })
    .collect()
}

#[test]
fn a_table_is_csv_or_json_lines() {
    assert_eq!(
        rows("\u{feff}a,b\n1,x\r\n2,\"y\nz\"\n3\n4,\"p, q\"\n"),
        ["1 x", "2 y\nz", "3! has 1 field under 2 columns", "4 p, q"]
    );
    assert_eq!(
        rows("{\"a\":1,\"b\":\"x\"}\n\n{\"b\":2}\n[]\n{\"a\":3}"),
        ["1 x", "2 2", "3! is no JSON object: it is a list", "4 "]
    );
}

#[test]
fn what_has_no_proper_heading_is_refused() {
    let told = |text: &str| match Rows::read(Box::new(text.as_bytes())) {
        Ok(rows) => rows.column("c").unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    assert!(told("").contains("empty"));
    assert!(told("a,b,a\n").contains("two columns are called \"a\""));
    assert!(told("a,b\n").contains("there are a, b"));
}

fn written(text: &str, format: Format) -> String {
    let rows = Rows::read(Box::new(text.as_bytes())).unwrap();
    let columns = rows.columns().unwrap_or_else(|| vec!["a".to_owned()]);
    let added = vec!["x".to_owned(), "y".to_owned()];
    let writer = RowWriter::new(format, columns, added);
    let values = [vec![json!("s, t"), json!(["u", "v"])], vec![]];
    let mut text = writer.heading().unwrap_or_default();
    for (row, values) in rows.zip(values.iter().cycle()) {
        text += &writer.begin(&row.unwrap().unwrap());
        text += &writer.end(values);
    }
    text
}

#[test]
fn columns_are_added_in_either_format() {
    assert_eq!(
        written("a\n001\n2\n", Format::Csv),
        "a,x,y\n001,\"s, t\",u;v\n2,,\n"
    );
    assert_eq!(
        written("a\n001\n2\n", Format::JsonLines),
        "{\"a\":\"001\",\"x\":\"s, t\",\"y\":[\"u\",\"v\"]}\n{\"a\":\"2\",\"x\":null,\"y\":null}\n"
    );
    assert_eq!(
        written("{\"a\":1.50}", Format::Csv),
        "a,x,y\n1.50,\"s, t\",u;v\n"
    );
}
