//! Man pages and completions, which packages have made of the definitions of the command line.
use crate::command::run;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// The commands that a command's help lists below it, as they are typed.
fn below(typed: &[String]) -> Vec<Vec<String>> {
    let help = run(typed.iter().map(String::as_str).chain(["--help"])).good();
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    // A long description goes on further to the right.
    let names = lines.take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(|name| [typed, &[name.to_owned()]].concat()).collect()
}

#[test]
fn every_command_has_a_page_and_nothing_else_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("share/man1");
    assert_eq!(run(["generate", "man", pages.to_str().expect("UTF-8")]).good(), "");
    let mut expected = BTreeSet::from(["tidings.1".to_owned()]);
    let mut groups = below(&[]);
    assert!(groups.len() > 15, "{groups:?}");
    while let Some(typed) = groups.pop() {
        expected.insert(format!("tidings-{}.1", typed.join("-")));
        groups.extend(below(&typed));
    }
    assert!(expected.contains("tidings-feed-add.1") && !expected.contains("tidings-generate.1"), "{expected:?}");
    let made = fs::read_dir(&pages).expect("made").map(|page| page.expect("readable").file_name().into_string());
    assert_eq!(made.collect::<Result<BTreeSet<_>, _>>().expect("UTF-8"), expected);

    for page in &expected {
        // As lintian has them read.
        let mut groff = Command::new("groff");
        groff.args(["-man", "-Tutf8", "-Kutf8", "-ww", "-z"]).arg(pages.join(page));
        let output = groff.output().expect("groff can be run");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{page}");
        assert!(output.status.success(), "{page}");
    }
    let read = |page: &str| fs::read_to_string(pages.join(page)).expect("a page");
    let whole = read("tidings.1");
    for part in [".SH NAME", ".SH SYNOPSIS", ".SH FILES", ".SH ENVIRONMENT", ".SH \"EXIT STATUS\"", ".SH EXAMPLES"] {
        assert!(whole.contains(part), "{part}: {whole}");
    }
    let test = read("tidings-feed-test.1");
    assert!(test.contains(".SH \"EXIT STATUS\"") && test.contains(".SH EXAMPLES"), "{test}");
    assert!(test.contains(".SH \"SEE ALSO\""), "{test}");
}

#[test]
fn where_pages_cannot_be_written_it_says_so() {
    let sentence = run(["generate", "man", "/dev/null/man"]).failure(1);
    let expected = "The man pages cannot be written into /dev/null/man: Not a directory (os error 20).";
    assert_eq!(sentence, expected);
}

#[test]
fn bash_completes_what_can_be_typed() {
    let script = run(["generate", "completions", "bash"]).good();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tidings");
    fs::write(&file, script).expect("written");
    // What stands before the cursor, and what bash offers.
    for (typed, offered) in [
        ("fee", "feed feeds"),
        ("feed rec", "record reconnect"),
        ("feed add --resume-", "--resume-path --resume-types"),
    ] {
        let words: Vec<_> = std::iter::once("tidings").chain(typed.split(' ')).collect();
        let ask = r#"
            source "$1"; shift
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            _tidings tidings "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            echo "${COMPREPLY[*]}""#;
        let output = Command::new("bash").args(["--norc", "-c", ask, "bash"]).arg(&file).args(words).output();
        let output = output.expect("bash can be run");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{typed}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), offered, "{typed}");
    }
    for (shell, part) in [("zsh", "#compdef tidings"), ("fish", "complete -c tidings")] {
        assert!(run(["generate", "completions", shell]).good().contains(part), "{shell}");
    }
}
