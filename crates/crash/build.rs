//! Makes the recorder, `recorder/recorder.c`, where it can be used.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=recorder/recorder.c");
    let recorder = make().unwrap_or_else(|why| {
        println!("cargo::warning=there is no recorder: {why}");
        String::new()
    });
    println!("cargo::rustc-env=ANNALS_CRASH_RECORDER={recorder}");
}

/// Where the recorder is.
fn make() -> Result<String, String> {
    let set = |name: &str| env::var(name).unwrap_or_default();
    if set("CARGO_CFG_TARGET_OS") != "linux" || set("CARGO_CFG_TARGET_POINTER_WIDTH") != "64" {
        return Err("it knows the calls of 64-bit Linux alone".to_owned());
    }
    let out = Path::new(&set("OUT_DIR")).join("recorder.so");
    let compiler = cc::Build::new()
        .try_get_compiler()
        .map_err(|error| error.to_string())?;
    let made = compiler
        .to_command()
        .args(["-shared", "-fPIC", "-O2", "-pthread", "-o"])
        .arg(&out)
        .arg("recorder/recorder.c")
        .status()
        .map_err(|error| error.to_string())?;
    match made.success() {
        true => Ok(out.display().to_string()),
        false => Err(format!("the C compiler ended with {made}")),
    }
}
