//! Puts the files of `presets/` into the crate, whichever there are: a preset is added by adding its file.
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../presets");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut source = String::from("&[\n");
    for path in files {
        let path = path.canonicalize()?;
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let _ = writeln!(source, "    ({id:?}, include_str!({:?})),", path.display().to_string());
    }
    source.push_str("]\n");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no OUT_DIR"))?;
    fs::write(Path::new(&out).join("presets.rs"), source)
}
