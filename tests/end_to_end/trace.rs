//! What a process asked of the system, in order: [`Trace`], as strace tells it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::environment::{ANNALS, Environment, skip};

/// The calls that change files, make them durable, or answer.
const CALLS: &str = "write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,\
                     rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,\
                     mkdir,mkdirat,copy_file_range,sendfile,splice,fsync,fdatasync,\
                     sync_file_range,msync,openat";

/// One call of the system that succeeded.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) what: What,
    /// The lines of the trace on which it began and ended.
    pub(crate) began: usize,
    pub(crate) ended: usize,
    /// As strace wrote it.
    pub(crate) text: String,
}

/// What a call did, as far as it matters.
#[derive(Debug, PartialEq)]
pub(crate) enum What {
    /// It changed these files or folders.
    Changed(Vec<PathBuf>),
    /// It made a file or folder durable.
    Synced(PathBuf),
    /// It wrote to standard output.
    Answered,
}

pub(crate) struct Trace {
    pub(crate) calls: Vec<Call>,
}

impl Trace {
    /// Traces a command that is typed with single spaces; nothing if there is
    /// no strace.
    pub(crate) fn of(environment: &Environment, typed: &str) -> Option<Self> {
        let path = environment.path("trace");
        let mut command = environment.command_of("strace");
        // Its own path, so that it is found.
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.args(["-f", "-y", "-s", "0", "-e", "signal=none", "-e"]);
        command.arg(format!("trace={CALLS}")).arg("-o").arg(&path);
        command.arg(ANNALS).args(typed.split(' '));
        let output = match command.stderr(Stdio::piped()).output() {
            Ok(output) => output,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                skip("strace is not installed");
                return None;
            }
            Err(error) => panic!("strace: {error}"),
        };
        let told = String::from_utf8_lossy(&output.stderr);
        if told.contains("PTRACE") || told.contains("ptrace") {
            skip("strace may not trace here");
            return None;
        }
        assert!(output.status.success(), "{typed}: {told}");
        let text = std::fs::read_to_string(path).unwrap();
        let folder = environment.path("");
        Some(Self::parse(&text, &folder))
    }

    pub(crate) fn parse(text: &str, folder: &Path) -> Self {
        let mut begun: HashMap<&str, (usize, &str)> = HashMap::new();
        let mut calls = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let (process, line) = line.trim_start().split_once(' ').unwrap();
            let line = line.trim_start();
            if let Some(start) = line.strip_suffix(" <unfinished ...>") {
                begun.insert(process, (number, start));
                continue;
            }
            let (began, text) = match line.split_once(" resumed>") {
                Some((_, rest)) => {
                    let (began, start) = begun.remove(process).unwrap();
                    (began, format!("{start}{rest}"))
                }
                None => (number, line.to_owned()),
            };
            let Some(what) = what(&text, folder) else {
                continue;
            };
            calls.push(Call {
                what,
                began,
                ended: number,
                text,
            });
        }
        // What the end of the process cut off may have been done or not.
        for (began, start) in begun.into_values() {
            let text = format!("{start}) = 0");
            if let Some(what @ What::Changed(_)) = what(&text, folder) {
                let ended = usize::MAX;
                calls.push(Call {
                    what,
                    began,
                    ended,
                    text,
                });
            }
        }
        calls.sort_by_key(|call| call.began);
        Self { calls }
    }

    /// The first write to standard output.
    pub(crate) fn answer(&self) -> &Call {
        let answer = self.calls.iter().find(|call| call.what == What::Answered);
        answer.unwrap_or_else(|| panic!("nothing was answered"))
    }

    /// The calls that changed something under a folder.
    pub(crate) fn changes<'t>(
        &'t self,
        folder: &'t Path,
    ) -> impl Iterator<Item = (&'t Call, &'t Path)> {
        self.calls.iter().flat_map(move |call| {
            let paths = match &call.what {
                What::Changed(paths) => paths.as_slice(),
                _ => &[],
            };
            let under = paths.iter().filter(move |path| path.starts_with(folder));
            under.map(move |path| (call, path.as_path()))
        })
    }

    pub(crate) fn syncs<'t>(&'t self, path: &'t Path) -> impl Iterator<Item = &'t Call> {
        let is_sync =
            move |call: &&Call| matches!(&call.what, What::Synced(synced) if synced == path);
        self.calls.iter().filter(is_sync)
    }
}

/// What a line of strace tells: `name(arguments) = result`.
fn what(line: &str, folder: &Path) -> Option<What> {
    let (name, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    if result.starts_with('-') || result.starts_with('?') {
        return None;
    }
    // With -y a descriptor is written `4</path>`, with more behind it where
    // the file has no name any more.
    let first = arguments.split_once('>').map(|(first, _)| first);
    let descriptor = first.and_then(|first| first.split_once('<'));
    let descriptor = descriptor.filter(|(number, _)| number.parse::<u32>().is_ok());
    let is_gone = arguments.contains(">(deleted)");
    let quoted = || arguments.split('"').skip(1).step_by(2);
    let paths = || quoted().map(|path| folder.join(path)).collect();
    match (name, descriptor) {
        ("fsync" | "fdatasync", Some((_, path))) => Some(What::Synced(path.into())),
        // It starts writing and waits for no disk.
        ("sync_file_range", _) => None,
        ("openat", _) => {
            let makes = ["O_CREAT", "O_TRUNC"]
                .iter()
                .any(|flag| arguments.contains(flag));
            makes.then(|| What::Changed(paths()))
        }
        ("write" | "writev", Some(("1", _))) => Some(What::Answered),
        (
            "rename" | "renameat" | "renameat2" | "unlink" | "unlinkat" | "link" | "linkat"
            | "symlink" | "symlinkat" | "mkdir" | "mkdirat" | "truncate",
            _,
        ) => Some(What::Changed(paths())),
        (_, Some(_)) if is_gone => None,
        (_, Some((_, path))) => Some(What::Changed(vec![path.into()])),
        _ => None,
    }
}

#[test]
fn a_trace_is_read() {
    let text = "\
7  openat(AT_FDCWD</t>, \"store/LOCK\", O_RDWR|O_CREAT|O_CLOEXEC, 0666) = 3</t/store/LOCK>
7  openat(AT_FDCWD</t>, \"store/log/blocks\", O_RDONLY|O_CLOEXEC) = 4</t/store/log/blocks>
8  pwrite64(4</t/store/log/blocks>, \"\"..., 599, 7723 <unfinished ...>
7  fdatasync(5</t/store/log/blocks> <unfinished ...>
8  <... pwrite64 resumed>) = 599
7  <... fdatasync resumed>) = 0
7  rename(\"/t/store/a\", \"/t/store/b\") = 0
7  unlink(\"/t/store/c\") = -1 ENOENT (No such file or directory)
7  write(6</t/store/cache/#3>(deleted), \"\"..., 12) = 12
7  write(1<pipe:[64526]>, \"\"..., 67) = 67
7  write(2<pipe:[64526]>, \"\"..., 15) = 15
7  +++ exited with 0 +++
";
    let trace = Trace::parse(text, Path::new("/t"));
    let told: Vec<_> = trace
        .calls
        .iter()
        .map(|call| (&call.what, call.began, call.ended))
        .collect();
    let changed = |paths: &[&str]| What::Changed(paths.iter().map(PathBuf::from).collect());
    let expect = [
        (&changed(&["/t/store/LOCK"]), 0, 0),
        (&changed(&["/t/store/log/blocks"]), 2, 4),
        (&What::Synced("/t/store/log/blocks".into()), 3, 5),
        (&changed(&["/t/store/a", "/t/store/b"]), 6, 6),
        (&What::Answered, 9, 9),
        (&changed(&["pipe:[64526]"]), 10, 10),
    ];
    assert_eq!(told, expect);
}
