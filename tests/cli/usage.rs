//! What is typed wrongly is told in one sentence, with exit status 2, and no secret in it.
use crate::command::{run, tidings};
use std::path::Path;
use std::process::Command;

#[test]
fn bad_usage_is_told_in_a_sentence() {
    for (arguments, expected) in [
        (&["wacht"][..], r#"There is no command "wacht"; see --help."#),
        (&["https://anna:s3cret@h/e"], "To follow an address: tidings watch URL."),
        (&["anna:s3cret@h"], "There is no such command; see --help."),
        (&["decode", "https://anna:s3cret@h/e"], "unexpected argument '(hidden)' found; see --help."),
        (
            &["watch", "http://h/", "--format=a: b@s3cret"],
            "invalid value '(hidden)' for '--format <FORMAT>' [possible values: text, ndjson]; see --help.",
        ),
        (&["watch"], "the following required arguments were not provided: <URL>...; see --help."),
        (&["watch", "http://h/", "--formt", "text"], "unexpected argument '--formt' found; did you mean --format?"),
        (
            &["watch", "http://h/", "--format", "xml"],
            "invalid value 'xml' for '--format <FORMAT>' [possible values: text, ndjson]; see --help.",
        ),
        (&["watch", "h/events"], r#""h/events" is not a whole address; it must begin with http:// or https://."#),
        (
            &["watch", "file:///etc/passwd"],
            r#""file:///etc/passwd" cannot be followed; only addresses that begin with http:// or https:// can."#,
        ),
        (
            &["watch", "http://good/", "ws://h/"],
            r#""ws://h/" cannot be followed; only addresses that begin with http:// or https:// can."#,
        ),
        (
            &["watch", "ftp://user:secret@h/"],
            "The address cannot be followed; only addresses that begin with http:// or https:// can.",
        ),
        (&["watch", "http://user:secret@h:x/"], "The address is not an address: invalid port number."),
        (
            &["watch", "http://h/", "--header", "secret"],
            "A header needs a colon between its name and its value: 'Name: value'.",
        ),
        (&["watch", "http://h/", "--header", "a: secret\r\nb: c"], "A header must not contain a line break."),
        (&["watch", "http://h/", "--header", "a: secret\n"], "A header must not contain a line break."),
        (&["watch", "http://h/", "--header", "b ad: secret"], r#""b ad" is not the name of a header."#),
        (&["watch", "http://h/", "--timeout", "soon"], r#""soon" is no number of seconds."#),
        (&["watch", "http://h/", "--timeout=-1"], r#""-1" is no number of seconds."#),
        (
            &["watch", "http://h/", "--max-events", "many"],
            "invalid value 'many' for '--max-events <N>': invalid digit found in string; see --help.",
        ),
        (
            &["watch", "http://h/", "--proxy", "ftp://p:secret@h/"],
            "The proxy's address is not the address of a proxy; write http://host:port or socks5://host:port.",
        ),
        (
            &["watch", "http://h/", "--proxy", "nonsense"],
            r#""nonsense" is not the address of a proxy; write http://host:port or socks5://host:port."#,
        ),
        (&["decode", "file"], "unexpected argument 'file' found; see --help."),
        (
            &["feed"],
            "What should be done with the feeds? One of: add, list, show, edit, test, log, record, curl, send-test, pause, resume, reconnect, remove, restore, move, folder.",
        ),
        (&["preset"], "What should be done with the presets? One of: list, show, save."),
        (&["feed", "add", "", "http://h/"], "A feed needs a name."),
        (&["feed", "add", "n", "h"], r#""h" is not a whole address; it must begin with http:// or https://."#),
        (
            &["feed", "add", "n", "http://h/", "--resume", "sometimes"],
            r#""sometimes" is no way to resume; write header, query:NAME or none."#,
        ),
        (
            &["feed", "add", "n", "http://h/", "--resume", "none", "--resume-path", "id"],
            "--resume-path goes with --resume query:NAME.",
        ),
        (
            &["feed", "edit", "n", "--repeats", "always"],
            r#""always" does not say what is the same event again; write whole, key:PATH or never."#,
        ),
        (
            &["feed", "add", "n", "http://h/", "--burst", "0/10"],
            r#""0/10" is no burst; write 5/10 for five in ten seconds, up to 1000/3600."#,
        ),
        (
            &["feed", "edit", "n", "--quiet-in-view", "on"],
            "invalid value 'on' for '--quiet-in-view <WHETHER>' [possible values: yes, no, default]; see --help.",
        ),
        (&["feed", "edit", "n"], "Nothing was named that should change; see tidings feed edit --help."),
        (
            &["export", "--since", "yesterday"],
            r#""yesterday" is no time; write 2026-03-01, 2026-03-01T14:30:00Z, or how long ago: 45m, 2h, 3d."#,
        ),
        (
            &["demo", "--port", "70000"],
            "invalid value '70000' for '--port <N>': 70000 is not in 0..=65535; see --help.",
        ),
    ] {
        let data = ["--data-dir", "/nonexistent/tidings"];
        let sentence = run(data.iter().chain(arguments)).failure(2);
        assert_eq!(sentence, expected, "{arguments:?}");
        assert!(!sentence.contains("secret") && !sentence.contains("s3cret"), "{arguments:?}");
    }
}

#[test]
fn a_certificate_file_must_be_readable() {
    let sentence = run(["watch", "https://h/", "--ca", "/nonexistent/ca.pem"]).failure(2);
    assert!(sentence.contains("/nonexistent/ca.pem"), "{sentence}");
    let directory = tempfile::tempdir().expect("a directory");
    let empty = directory.path().join("empty.pem");
    std::fs::write(&empty, "").expect("a file");
    let sentence = run(["watch", "https://h/", "--ca", empty.to_str().expect("UTF-8")]).failure(2);
    assert!(sentence.contains("empty.pem"), "{sentence}");
}

#[test]
fn help_and_version_go_to_standard_output() {
    assert_eq!(run(["--version"]).good(), format!("tidings {}\n", env!("CARGO_PKG_VERSION")));
    for arguments in [
        &["--help"][..],
        &["watch", "--help"],
        &["run", "--help"],
        &["feed", "--help"],
        &["feed", "add", "--help"],
        &["feed", "edit", "--help"],
        &["list", "--help"],
        &["search", "--help"],
        &["decode", "--help"],
        &["export", "--help"],
        &["demo", "--help"],
    ] {
        let help = run(arguments).good();
        assert!(help.contains("Usage: tidings"), "{arguments:?}: {help}");
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{arguments:?}: {help}");
    }
}

/// Copies what is to be run, in a process of its own: what this one writes, a child of another test may hold open for writing
/// as well, and then it cannot be run.
fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").args([from, to]).status().expect("cp runs").success());
}

#[test]
fn without_a_command_it_becomes_the_window() {
    let directory = tempfile::tempdir().expect("a directory");
    let command = directory.path().join("tidings");
    copy(env!("CARGO_BIN_EXE_tidings").as_ref(), &command);
    let alone = Command::new(&command).output().expect("it runs");
    assert_eq!(alone.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&alone.stderr),
        format!(
            "tidings: The window cannot be opened, because {} is missing; install Tidings whole, or use a command (see --help).\n",
            directory.path().join("tidings-window").display()
        )
    );

    // What stands in for the window says who it is and what it was given.
    let window = directory.path().join("tidings-window");
    let script = directory.path().join("script");
    std::fs::write(&script, "#!/bin/sh\necho $$ \"$@\"\nexit 7\n").expect("a script");
    copy(&script, &window);
    std::fs::set_permissions(&window, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("executable");
    for (given, expected) in [
        (&[][..], ""),
        (&["--hidden"], " --hidden"),
        (&["--data-dir", "/some where", "--hidden"], " --data-dir /some where --hidden"),
        (&["tidings://add?url=http%3A%2F%2Fh%2F"], " tidings://add?url=http%3A%2F%2Fh%2F"),
        (&["run", "--data-dir", "/d"], " --data-dir /d"),
    ] {
        let child = Command::new(&command).args(given).stdout(std::process::Stdio::piped()).spawn().expect("it runs");
        let id = child.id();
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(7));
        // The same process, and so the same ID.
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{id}{expected}\n"));
    }
}

#[test]
fn it_needs_a_home_only_where_it_looks_for_one() {
    let mut command = tidings(["feed", "list"]);
    let output = command.env_remove("HOME").output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let sentence = String::from_utf8_lossy(&output.stderr);
    assert!(sentence.contains("--data-dir"), "{sentence}");
}
