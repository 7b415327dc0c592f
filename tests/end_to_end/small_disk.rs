//! Real file systems that are small, and can be filled and made read-only: [`SmallDisk`].

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::environment::skip;

/// Says that mounting is allowed in here, since we are in a namespace of our own.
const IN_NAMESPACE: &str = "ANNALS_TEST_NAMESPACE";

/// Runs a test that mounts: as it is, or once more in a namespace in which that may be
/// done, or not at all, which is said. `name` is the path of the test.
pub(crate) fn with_small_disks(name: &str, test: fn()) {
    if can_mount() {
        return test();
    }
    if std::env::var_os(IN_NAMESPACE).is_some() {
        return skip("a namespace of one's own may not mount here either");
    }
    let mut again = Command::new("unshare");
    again.arg("-rm").arg(std::env::current_exe().unwrap());
    again
        .args([name, "--exact", "--nocapture"])
        .env(IN_NAMESPACE, "1");
    match again.output() {
        Err(error) => skip(&format!("nothing may be mounted, and unshare: {error}")),
        Ok(output) if output.status.success() => {
            std::io::stderr().write_all(&output.stderr).unwrap();
        }
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stderr);
            let is_refused = told.starts_with("unshare: ");
            assert!(
                is_refused,
                "{}{told}",
                String::from_utf8_lossy(&output.stdout)
            );
            skip(&format!("nothing may be mounted: {told}"));
        }
    }
}

fn can_mount() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mounted = mount(&["-t", "tmpfs", "-o", "size=64k", "tmpfs"], folder.path());
    mounted
        && Command::new("umount")
            .arg(folder.path())
            .status()
            .is_ok_and(|s| s.success())
}

fn mount(args: &[&str], folder: &Path) -> bool {
    let mut command = Command::new("mount");
    command.args(args).arg(folder);
    command.output().is_ok_and(|output| output.status.success())
}

/// A file system of its own in a folder, in memory.
pub(crate) struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Mounts one of this size, as `80m`. What is in the folder is in it then.
    pub(crate) fn over(folder: &Path, size: &str) -> Self {
        fs::create_dir_all(folder).unwrap();
        let aside = tempfile::tempdir().unwrap();
        copy(folder, aside.path());
        let options = format!("size={size}");
        assert!(mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], folder));
        let disk = Self {
            folder: folder.to_owned(),
        };
        copy(aside.path(), folder);
        disk
    }

    /// Gives it another size, or other options: `size=200m`, `ro`.
    pub(crate) fn change(&self, option: &str) {
        let options = format!("remount,{option}");
        assert!(mount(&["-o", &options], &self.folder), "{option}");
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }

    /// Fills it up, but for so many bytes.
    pub(crate) fn fill(&self, leaving: u64) {
        let mut file = File::create(self.filler()).unwrap();
        let piece = vec![7; 4096];
        let mut written = 0;
        loop {
            match file.write(&piece) {
                Ok(more) => written += more as u64,
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
        file.set_len(written.saturating_sub(leaving)).unwrap();
    }

    /// Makes room again.
    pub(crate) fn empty(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let mut command = Command::new("umount");
        command.arg("-l").arg(&self.folder).status().ok();
    }
}

/// Copies what is in a folder.
fn copy(from: &Path, to: &Path) {
    let mut command = Command::new("cp");
    command.arg("-a").arg(from.join(".")).arg(to);
    assert!(command.status().unwrap().success());
}
