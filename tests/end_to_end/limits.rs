//! Input that is far too large, in little memory: it is refused soon, and by the limit
//! that it is over.

use std::fmt::Write as _;

use crate::environment::{ANNALS, Environment, Run, company};

/// How much memory the program may have, in KiB. It starts with a fifth of that.
const MEMORY_KIB: u32 = 400_000;

/// Feeds what a command of the shell writes to annals, which has little memory.
fn in_little_memory(environment: &Environment, input: &str, args: &str) -> Run {
    environment.shell(&format!(
        "{input} | (ulimit -v {MEMORY_KIB}; exec {ANNALS} {args})"
    ))
}

/// One company, and nothing else.
fn environment() -> Environment {
    let environment = Environment::new();
    environment.append(&[company("acme")]);
    environment
}

/// A kind of its own for each number that `sed` puts in.
const DECLARATION: &str = r#"{"company":"annals","kind":"kind_declaration","published":"2025-12-23","certainty":"official","source":{"name":"s"},"data":{"name":"k\0","schema":{"type":"object","properties":{"number":{"type":"string"}}}}}"#;

#[test]
fn input_that_is_far_too_large_is_refused_in_little_memory() {
    let environment = environment();
    let append = "append --file -";
    let join = "join - --field company.name";
    let long = "head -c 300000000 /dev/zero | tr '\\0' x";
    for (what, input, args, code, words) in [
        (
            "a line",
            long.to_owned(),
            append,
            1,
            "longer than 262144 bytes",
        ),
        (
            "blank lines",
            "yes '' | head -n 30000000".to_owned(),
            append,
            1,
            "holds no events",
        ),
        (
            "lines at fault",
            "yes '{\"a\":1}' | head -n 100000".to_owned(),
            append,
            1,
            "and 99000 more lines at fault",
        ),
        (
            "a quote that is never closed",
            format!("(echo company,date; printf '\"'; {long})"),
            join,
            1,
            "longer than 1048576 bytes",
        ),
        (
            "rows of a megabyte",
            "(echo company,date,x; for i in $(seq 700); do printf acme,2026-01-01,; \
             head -c 1000000 /dev/zero | tr '\\0' x; echo; done)"
                .to_owned(),
            "join - --field company.name --output /dev/null",
            0,
            "",
        ),
        (
            "keys of a megabyte",
            "(echo company,date; for i in $(seq 400); do printf $i; \
             head -c 1000000 /dev/zero | tr '\\0' x; echo ,2026-01-01; done)"
                .to_owned(),
            "join - --field company.name --output /dev/null",
            0,
            "400 rows have no answer",
        ),
        (
            "a file of EDGAR",
            long.to_owned(),
            "import edgar -",
            1,
            "the most of one file is 16777216",
        ),
        (
            "a declaration",
            long.to_owned(),
            "kind add -",
            1,
            "more than 262144 bytes",
        ),
        (
            "expectations",
            long.to_owned(),
            "check --assert -",
            1,
            "longer than 1048576 bytes",
        ),
    ] {
        let run = in_little_memory(&environment, &input, args);
        assert_eq!(run.code, Some(code), "{what}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{what}: {}", run.stderr);
    }
}

/// Of each the schema is compiled, and kept only of those that are taken.
#[test]
fn more_declarations_than_may_be_are_refused_in_little_memory() {
    let declarations = format!("seq 30000 | sed 's/.*/{DECLARATION}/'");
    let run = in_little_memory(&environment(), &declarations, "append --file -");
    run.refused(1, &["the most is 1000", "and 28000 more lines at fault"]);
}

#[test]
fn a_line_without_an_end_is_given_up() {
    let run = in_little_memory(&environment(), "cat /dev/zero", "append --file -");
    run.refused(1, &["longer than 262144 bytes"]);
}

#[test]
fn a_file_of_a_store_that_is_far_too_long_is_not_read_whole() {
    let environment = environment();
    let ask = "at 2026-01-01 acme";
    for (file, args, code, words) in [
        ("FORMAT", ask, 6, "FORMAT cannot be understood"),
        (
            "journal/00000000000000000000",
            ask,
            6,
            "the journal has more than 67108864 bytes",
        ),
        (
            "journal/00000000000000000000",
            "salvage",
            0,
            "salvaged 1 event of 1",
        ),
        ("log/index/conf", "verify", 0, ""),
        ("cache/head", ask, 0, ""),
        ("cache/streams/MANIFEST", ask, 0, ""),
        ("cache/directory", ask, 0, ""),
    ] {
        let run = environment.shell(&format!(
            "cp -r {store} copy && cd copy && mkdir -p cache/streams && truncate -s 4G {file} && \
             (ulimit -v {MEMORY_KIB}; {ANNALS} --store . {args}); \
             code=$?; cd .. && rm -r copy; exit $code",
            store = environment.store().display(),
        ));
        assert_eq!(run.code, Some(code), "{file}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{file}: {}", run.stderr);
    }
}

#[test]
fn each_limit_says_its_value_and_where() {
    let environment = environment();
    let mut deep = String::new();
    write!(deep, "{}{}", "[".repeat(100_000), "]".repeat(100_000)).unwrap();
    let event = |kind: &str, data: &str, more: &str| {
        format!(
            r#"{{"company":"acme","kind":"{kind}","published":"2025-12-23","certainty":"asserted","source":{{"name":"s"}},"data":{data}{more}}}"#
        )
    };
    let statement = |data: &str| event("statement", data, "");
    let digits = "9".repeat(50_000);
    let dates = vec!["2025-01-01"; 20_000].join(",");
    for (what, line, words) in [
        ("nesting", deep.clone(), "more than 127 levels deep"),
        (
            "a text",
            statement(&format!(r#"{{"text":"{digits}"}}"#)),
            "the most is 8000",
        ),
        (
            "a number",
            statement(&format!(r#"{{"text":{digits}}}"#)),
            "data.text: has 50000 characters; the most is 100",
        ),
        (
            "an exponent",
            statement(r#"{"text":1e999999999}"#),
            "data.text: has 999999999 as its exponent of ten; the most is 400",
        ),
        (
            "an amount",
            event(
                "price_observation",
                r#"{"measure":"price","value":"123456789012345678901234567890","currency":"USD"}"#,
                "",
            ),
            "data.value: has 30 digits; the most is 28",
        ),
        (
            "a set of dates",
            event(
                "statement",
                r#"{"text":"t"}"#,
                &format!(r#","occurred":"{{{dates}}}""#),
            ),
            "at most 200 are read",
        ),
        (
            "a year",
            event(
                "statement",
                r#"{"text":"t"}"#,
                r#","occurred":"Y1000000000""#,
            ),
            "outside the years -9999 to 9999",
        ),
    ] {
        let run = environment.feed("append --file -", line.as_bytes());
        run.refused(1, &["standard input:1", words]);
        assert!(
            run.stderr.len() < 4_000,
            "{what}: {} bytes",
            run.stderr.len()
        );
    }
    let long = "x".repeat(100_000);
    environment
        .run(["at", long.as_str(), "acme"])
        .refused(2, &["100000 bytes, and at most 200 are read"]);
    let path = format!("other{}", ".a".repeat(5_000));
    environment
        .run(["history", "acme", path.as_str()])
        .refused(2, &["a path has 10005 bytes; the most is 1000"]);
    let run = environment.run(["at", "2026-01-01", long.as_str()]);
    assert_eq!(run.code, Some(3));
    assert!(run.stderr.len() < 4_000, "{} bytes", run.stderr.len());
}

#[test]
fn what_is_told_of_a_long_argument_is_short() {
    let environment = environment();
    let long = "x".repeat(100_000);
    for args in [
        [long.as_str(), "", ""],
        ["at", "2026-01-01", "--min-certainty"],
        ["verify", "--since", &long],
        ["prove", "--since", &long],
        ["log", "--limit", &long],
    ] {
        let run = environment.run(args.into_iter().chain([long.as_str()]));
        assert_eq!(run.code, Some(2), "{:?}", &args[..2]);
        assert!(
            run.stderr.len() < 4_000,
            "{} bytes of {:.20}",
            run.stderr.len(),
            args[0]
        );
    }
}

#[test]
fn a_store_has_so_many_declarations_of_kinds_and_no_more() {
    let environment = environment();
    let declarations = |from: u32, to: u32| {
        (from..to).fold(String::new(), |mut lines, number| {
            writeln!(
                lines,
                r#"{{"company":"annals","kind":"kind_declaration","published":"2025-12-23","certainty":"official","source":{{"name":"s"}},"data":{{"name":"k{number}","about":"x","schema":{{"properties":{{"a":{{"type":"string"}}}}}}}}}}"#
            )
            .unwrap();
            lines
        })
    };
    environment
        .feed("append --file -", declarations(0, 1_000).as_bytes())
        .done();
    environment
        .feed("append --file -", declarations(1_000, 1_001).as_bytes())
        .refused(1, &["has 1001 declarations", "the most is 1000"]);
}
