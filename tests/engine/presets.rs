//! Presets: their files, what they recognise, and for each of them a stream of its source from bytes to notifications.
mod own;
mod recognition;
mod streams;

use std::fs;
use std::path::{Path, PathBuf};
use tidings_engine::preset::{self, Preset};

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../presets")
}

pub(crate) fn built_in(id: &str) -> &'static Preset {
    preset::built_in().iter().find(|preset| preset.id == id).unwrap_or_else(|| panic!("no preset {id}"))
}

/// The names of the files in `presets/` that end so, without that end.
fn files(end: &str) -> Vec<String> {
    let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter_map(|name| name.strip_suffix(end).map(str::to_owned)).collect();
    names.sort();
    names
}

#[test]
fn each_file_is_a_preset() {
    let wrong: Vec<_> = preset::built_in_files()
        .iter()
        .filter_map(|(id, text)| Preset::parse(id, text, false).err())
        .map(|error| error.to_string())
        .collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn each_file_has_its_stream_and_what_is_expected_of_it() {
    let presets = files(".toml");
    assert_eq!(presets, preset::built_in_files().iter().map(|(id, _)| *id).collect::<Vec<_>>());
    assert_eq!(files(".stream"), presets);
    assert_eq!(files(".expected"), presets);
}

#[test]
fn a_wrong_file_is_told_with_what_is_wrong() {
    const RIGHT: &str = "name = \"X\"\nhelp = { en = \"X\", zh-CN = \"X\" }\n";
    assert!(Preset::parse("x", RIGHT, false).is_ok());
    for (more, sentence) in [
        ("nmae = \"Y\"", "unknown field `nmae`"),
        ("[feed.mapping]\ntitel = \"x\"", "“feed.mapping.titel” means nothing."),
        ("[[feed.rules]]\nwhen.expresion = \"x\"", "“feed.rules.when.expresion” means nothing."),
        ("[[feed.rules]]\nthen.action = { kind = \"burn\" }", "unknown variant `burn`"),
        ("[feed.mapping]\ntitle = \"{{ evnt.x }}\"", "“evnt” is not known; there are event and feed."),
        ("[feed]\nrepeats = { kind = \"key\", path = \"a..b\" }", "“a..b” is no path to a value"),
        ("[[feed.rules]]\nthen.hook.command = [\"rm\"]", "starts a program"),
        ("[[feed.rules]]\nonlyWith = \"y\"", "a rule speaks of the field “y”, which there is not."),
        ("[[address]]\nsure = true", "an address names neither host nor path nor query."),
        ("[form]\nurl = \"https://{host}/\"", "form.url: “{host}” is not known"),
        ("[[form.field]]\nid = \"a b\"", "“a b” is no name for a field"),
        ("[[form.field]]\nid = \"a\"", "the label of the field “a” is missing in English or in Chinese."),
        ("[feed]\nsignals.refusals = [{ expression = \"1 +\" }]", "The expression for a refusal cannot be used"),
        ("[authentication]\nways = [{ kind = \"magic\" }]", "unknown variant `magic`"),
    ] {
        let error = Preset::parse("x", &format!("{RIGHT}{more}\n"), false).expect_err(more).to_string();
        assert!(error.starts_with("The preset “x” cannot be used: ") && error.contains(sentence), "{more}: {error}");
    }
    assert!(Preset::parse("X y", RIGHT, false).unwrap_err().to_string().contains("small letters, digits and hyphens"));
    let help_missing = Preset::parse("x", "name = \"X\"", false).unwrap_err().to_string();
    assert!(help_missing.contains("help is missing"), "{help_missing}");
}

/// The example of docs/presets.md is one that can be used.
#[test]
fn the_example_of_the_guide_is_a_preset() {
    let page = include_str!("../../docs/presets.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let bell = Preset::parse("door-bell", example, false).unwrap();
    let proposal = preset::recognise("https://bell.example.com/front", [&bell]).remove(0);
    let meant = "https://bell.example.com/v1/front/events";
    assert_eq!((&*proposal.config.name, proposal.corrected.as_deref()), ("Bell front", Some(meant)));
}

/// Nothing is preset that the guide does not name.
#[test]
fn the_guide_names_each_preset() {
    let page = include_str!("../../docs/presets.md");
    let missing: Vec<_> = files(".toml").into_iter().filter(|id| !page.contains(&format!("| `{id}` |"))).collect();
    assert_eq!(missing, [""; 0]);
}
