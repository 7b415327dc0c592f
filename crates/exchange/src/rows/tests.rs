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
        ["1 x", "2 2", "3! is not a JSON object: it is a list", "4 "]
    );
}

#[test]
fn what_has_no_proper_heading_is_refused() {
    let told = |text: &str| match Rows::read(Box::new(text.as_bytes())) {
        Ok(rows) => {
            let column = if text.starts_with("a,b,a") { "a" } else { "c" };
            rows.column(column).unwrap_err().to_string()
        }
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
fn a_name_that_stands_twice_is_in_the_way_of_who_asks_for_it_alone() {
    assert_eq!(rows("a,b,,,a\n1,x,,,2\n"), ["1 x"]);
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

#[test]
fn a_quote_that_is_never_closed_ends_the_table_soon() {
    let text = format!("a,b\n1,x\n2,\"y\n{}", "3,z\n".repeat(1 << 20));
    let mut rows = Rows::read(Box::new(text.as_bytes())).unwrap();
    assert!(rows.next().unwrap().is_ok());
    let error = rows.next().unwrap().unwrap_err().to_string();
    assert!(error.contains("after row 1 "), "{error}");
    assert!(error.contains("1048576 bytes"), "{error}");
}

#[test]
fn a_heading_has_so_many_columns_and_no_more() {
    let heading = |columns: usize| {
        let names: Vec<String> = (0..columns).map(|at| format!("c{at}")).collect();
        names.join(",")
    };
    assert!(Rows::read(Box::new(heading(TABLE_COLUMNS_MAX).as_bytes())).is_ok());
    let many = heading(100_000);
    let error = Rows::read(Box::new(many.as_bytes()))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("100000 columns") && error.contains("4096"),
        "{error}"
    );
}

#[test]
fn a_table_of_csv_is_written_as_one_whatever_its_columns_are_called() {
    assert_eq!(
        written("\"{a\"\n1\n", Format::Csv),
        "\"{a\",\"x\",\"y\"\n1,\"s, t\",u;v\n"
    );
}

#[test]
fn a_quote_that_is_never_closed_and_takes_in_the_rest_is_told() {
    let told = |text: &[u8]| -> Vec<Result<usize, String>> {
        let rows = Rows::read(Box::new(text)).unwrap();
        rows.map(|row| match row {
            Ok(row) => Ok(row.map_or(0, |row| row.text(&Column::At(1)).len())),
            Err(error) => Err(error.to_string()),
        })
        .collect()
    };
    let no_text = "a,b\n1,x\n2,\"y\n3,\u{fffd}\n".as_bytes();
    let no_text = [&no_text[..no_text.len() - 4], b"\xff\n"].concat();
    for open in [
        b"a,b\n1,x\n2,\"y\n3,z\n".as_slice(),
        b"a,b\n1,x\n2,\"y\n3,z",
        &no_text,
    ] {
        let told = told(open);
        assert_eq!(told.first(), Some(&Ok(1)));
        let error = told.get(1).unwrap().as_ref().unwrap_err();
        assert!(error.contains("row 2, from line 3 on"), "{error}");
    }
    for closed in [
        "a,b\n1,x\n2,\"y\n3,z\"\n",
        "a,b\n1,x\n2,\"y\n3,z\"",
        "a,b\n1,x\n2,\"y\n3,\"\"z\"\"\"\r\n\r\n",
        "a,b\n1,\"x\n\"\n2,yyy\n",
        "a,b\n1,x\n2,\"y\n3,z\" ",
    ] {
        let told = told(closed.as_bytes());
        assert_eq!(told.len(), 2, "{closed:?}");
        assert!(told.iter().all(Result::is_ok), "{closed:?}: {told:?}");
    }
}

#[test]
fn a_row_has_so_many_bytes_and_no_more() {
    let csv = |bytes: usize| format!("a,b\n1,{}\n2,z\n", "x".repeat(bytes - 2));
    let json = |bytes: usize| {
        let empty = r#"{"a":""}"#.len();
        format!(
            "{{\"a\":\"{}\"}}\r\n{{\"a\":2}}\n",
            "x".repeat(bytes - empty)
        )
    };
    for table in [&csv as &dyn Fn(usize) -> String, &json] {
        let read = |bytes: usize| -> Vec<bool> {
            let text = table(bytes);
            let rows = Rows::read(Box::new(text.as_bytes())).unwrap();
            rows.map(|row| row.is_ok_and(|row| row.is_ok())).collect()
        };
        assert_eq!(read(TABLE_ROW_BYTES_MAX), [true, true]);
        assert_eq!(read(TABLE_ROW_BYTES_MAX + 3).first(), Some(&false));
    }
}
