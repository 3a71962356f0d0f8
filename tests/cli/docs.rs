//! The pages of the documentation: what they lead to and what they name is there, and the commands they name are understood as
//! they stand.
//!
//! Deliberately not here: what the commands do; the examples of mapping and rules (`tests/engine/mapping/page.rs`).
use crate::command::run;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// All pages with their texts.
fn pages() -> Vec<(PathBuf, String)> {
    let folders = [root(), root().join("docs"), root().join("docs/decisions")];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("a folder").flatten());
    let pages: Vec<_> = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| (path.clone(), fs::read_to_string(&path).expect("a page")))
        .collect();
    assert!(pages.len() > 20, "{}", pages.len());
    pages
}

/// Where the links and pictures of a page lead, but for other hosts. What stands in code is none.
fn links(page: &str) -> Vec<&str> {
    let text = page.split("```").step_by(2).flat_map(|text| text.split("](").skip(1));
    let targets = text.filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.contains(['`', ' '])).collect()
}

/// The headings of a page as links name them.
fn anchors(page: &str) -> HashSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        words.replace(' ', "-").replace(|c: char| !c.is_alphanumeric() && c != '-', "")
    };
    headings.map(anchor).collect()
}

#[test]
fn what_the_pages_lead_to_is_there() {
    let mut checked = 0;
    for (path, text) in pages() {
        for link in links(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { path.with_file_name(file) };
            assert!(target.exists(), "{} leads to {link}", path.display());
            if !anchor.is_empty() {
                let there = anchors(&fs::read_to_string(&target).expect("a page"));
                assert!(there.contains(anchor), "{} leads to {link}", path.display());
            }
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}

/// Every file and folder of the repository, from its top.
fn repository() -> HashSet<String> {
    let mut there = HashSet::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).expect("a folder").flatten() {
            // Neither what is made of it nor what others made.
            if ["target", "node_modules", "dist", ".git"].iter().any(|made| file.file_name() == *made) {
                continue;
            }
            let path = file.path();
            let name = path.strip_prefix(root()).expect("within").to_str().expect("UTF-8").to_owned();
            if path.is_dir() {
                folders.push(path);
            }
            there.insert(name);
        }
    }
    there
}

/// What stands in code within the sentences of a page.
fn code(page: &str) -> impl Iterator<Item = &str> {
    let sentences = page.split("```").step_by(2).flat_map(str::lines);
    sentences.flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// A path from the top of the repository is there as it stands; of a shorter one, which the words around it complete, there is one
/// that ends so.
#[test]
fn what_the_pages_name_of_the_repository_is_there() {
    const TOPS: [&str; 8] = [".github/", "docs/", "icons/", "packaging/", "presets/", "src-tauri/", "tests/", "ui/"];
    const ENDS: [&str; 7] = [".js", ".md", ".mjs", ".rs", ".sql", ".svelte", ".ts"];
    let there = repository();
    let mut checked = 0;
    for (path, text) in pages() {
        for word in code(&text) {
            let whole = TOPS.iter().any(|top| word.starts_with(top));
            let path_like = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
            let named = path_like && (whole || ENDS.iter().any(|end| word.ends_with(end)));
            if !named {
                continue;
            }
            let name = word.trim_end_matches('/');
            let end = format!("/{name}");
            let found = there.contains(name) || !whole && there.iter().any(|file| file.ends_with(&end));
            assert!(found, "{} names {word}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 300, "{checked}");
}

/// The commands of a page: what stands alone on indented lines, or in blocks for a shell.
fn commands(page: &str) -> impl Iterator<Item = &str> {
    let mut in_shell = false;
    page.lines().filter_map(move |line| {
        if line.starts_with("```") {
            in_shell = line == "```sh";
        }
        let line = if in_shell { line } else { line.strip_prefix("    ")? };
        let begin = if line.starts_with("tidings ") { 0 } else { line.find("| tidings ")? + 2 };
        Some(&line[begin..begin + end(&line[begin..])])
    })
}

/// Where a command ends: before remarks, and what is done with its output.
fn end(line: &str) -> usize {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if open == c => quote = None,
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if [" > ", " | ", " #", "  "].iter().any(|mark| line[at..].starts_with(mark)) => return at,
            _ => {}
        }
    }
    line.len()
}

/// The command line is read to its end before its help is written: a choice that there is not any more is refused.
#[test]
fn commands_of_the_pages_are_understood() {
    let mut checked = 0;
    for (path, text) in pages() {
        for command in commands(&text) {
            let (named, program) = command.split_once(" -- ").unwrap_or((command, ""));
            let rest = if program.is_empty() { String::new() } else { format!(" -- {program}") };
            let mut shell = Command::new("/bin/sh");
            let script = format!("tidings() {{ \"$TIDINGS\" \"$@\"; }}; {named} --help{rest}");
            shell.args(["-ec", &script]).env("TIDINGS", env!("CARGO_BIN_EXE_tidings"));
            let ran = shell.output().expect("a shell");
            let said = String::from_utf8_lossy(&ran.stderr);
            assert!(ran.status.success() && said.is_empty(), "{}: {command}: {said}", path.display());
            checked += 1;
        }
    }
    assert!(checked > 60, "{checked}");
}

/// Each command stands in the guide or in a page beside it.
#[test]
fn each_command_is_told_of() {
    let told: String = pages().into_iter().map(|(_, text)| text).collect();
    let help = run(["--help"]).good();
    let (_, listed) = help.split_once("Commands:\n").expect("commands");
    let names: Vec<&str> = listed
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        assert!(told.contains(&format!("tidings {name}")), "no page tells of `tidings {name}`");
    }
}

/// What a table of the page quotes at the beginning of its rows.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next())
}

/// Sentences change; who looks for one by its words is to find it.
#[test]
fn what_troubleshooting_quotes_is_said() {
    let page = fs::read_to_string(root().join("docs/troubleshooting.md")).expect("a page");
    let mut sources = String::new();
    let mut folders = vec![root().join("src-tauri")];
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).expect("a folder").flatten().map(|file| file.path()) {
            if file.is_dir() {
                folders.push(file);
            } else if file.extension().is_some_and(|extension| extension == "rs") {
                sources.push_str(&fs::read_to_string(file).expect("a source"));
            }
        }
    }
    let quoted: Vec<&str> = quoted(&page).collect();
    assert!(quoted.len() > 20, "{quoted:?}");
    for words in quoted {
        assert!(sources.contains(words), "Tidings does not say “{words}”");
    }
}
