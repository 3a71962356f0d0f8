//! The language of the desktop, as far as the program speaks it.
//!
//! Deliberately not here: the user's own choice (the engine's settings).
use tidings_engine::Language;

/// That of this session.
pub fn language() -> Language {
    of_environment(|name| std::env::var(name).ok())
}

/// As gettext finds it: the first that is spoken of the user's list, or else that of the locale. A list is only heeded
/// where the locale is not the bare "C".
fn of_environment(env: impl Fn(&str) -> Option<String>) -> Language {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")).unwrap_or_default();
    let list = set("LANGUAGE").filter(|_| !matches!(locale.as_str(), "" | "C" | "POSIX")).unwrap_or_default();
    list.split(':').chain([locale.as_str()]).find_map(Language::of).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_environment_as_in_other_programs() {
        type Variables<'a> = &'a [(&'a str, &'a str)];
        let cases: [(Variables<'_>, Language); 7] = [
            (&[], Language::English),
            (&[("LANG", "zh_CN.UTF-8")], Language::Chinese),
            (&[("LANG", "zh_CN.UTF-8"), ("LC_MESSAGES", "en_GB.UTF-8")], Language::English),
            (&[("LANG", "en_US.UTF-8"), ("LC_ALL", "zh_TW")], Language::Chinese),
            (&[("LANG", "de_DE.UTF-8"), ("LANGUAGE", "de:zh_CN:en")], Language::Chinese),
            (&[("LANG", "C"), ("LANGUAGE", "zh_CN")], Language::English),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "")], Language::English),
        ];
        for (variables, expected) in cases {
            let env = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(of_environment(env), expected, "{variables:?}");
        }
    }
}
