//! The command must not load a web view: that would cost it 46 MB and 90 ms at each start.
use std::process::Command;

/// The libraries that an executable asks for.
fn libraries(executable: &str) -> Vec<String> {
    let output =
        Command::new("readelf").args(["--dynamic", "--wide", executable]).output().expect("readelf can be run");
    assert!(output.status.success(), "readelf reads {executable}");
    let lines = String::from_utf8(output.stdout).expect("readelf writes UTF-8");
    let name = |line: &str| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned());
    lines.lines().filter(|line| line.contains("(NEEDED)")).filter_map(name).collect()
}

#[test]
fn only_the_window_is_linked_with_a_web_view() {
    let graphical = |library: &String| {
        ["webkit", "javascriptcore", "gtk", "gdk", "glib", "soup", "cairo"].iter().any(|part| library.contains(part))
    };
    let window = libraries(env!("CARGO_BIN_EXE_tidings-window"));
    assert!(window.iter().any(graphical), "the window has one, so this test would see it: {window:?}");
    let command = libraries(env!("CARGO_BIN_EXE_tidings"));
    assert!(command.iter().any(|library| library.starts_with("libc.")), "{command:?}");
    assert_eq!(command.iter().filter(|library| graphical(library)).collect::<Vec<_>>(), [""; 0]);
}
