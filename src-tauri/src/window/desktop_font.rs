//! Which font the desktop writes in, said to each page before it begins.
//!
//! To `WebKitGTK` `system-ui` is another matter: the first font of a list that fontconfig has, whatever the user has chosen; and
//! where none of them is installed, each size and weight of it costs a look through all fonts before the first frame.
//!
//! Deliberately not here: what is written in it (`ui/src/app.css`).
use std::sync::OnceLock;

/// Found once: only the main thread may ask for it, and windows are made from others.
static FAMILY: OnceLock<String> = OnceLock::new();

/// Asks the desktop. On the main thread, before the first window.
pub(crate) fn find() {
    #[cfg(target_os = "linux")]
    {
        use gtk::prelude::GtkSettingsExt as _;
        let chosen = gtk::Settings::default().and_then(|settings| settings.gtk_font_name());
        let family = chosen.and_then(|name| gtk::pango::FontDescription::from_string(&name).family());
        FAMILY.get_or_init(|| family.as_deref().unwrap_or("sans-serif").to_owned());
    }
}

/// Sets what `app.css` asks for; empty where `system-ui` is the desktop's font.
pub(crate) fn script() -> String {
    FAMILY.get().map(|family| script_for(family)).unwrap_or_default()
}

fn script_for(family: &str) -> String {
    // A string of CSS within one of JavaScript; a family that the desktop separates by commas is several.
    let names: Vec<_> = family.split(',').map(|name| serde_json::Value::from(name.trim()).to_string()).collect();
    format!(
        "for (const [name, value] of [['--desktop-font', {}], ['--desktop-mono', 'monospace']]) \
         document.documentElement.style.setProperty(name, value);",
        serde_json::Value::from(names.join(", "))
    )
}

#[cfg(test)]
mod tests {
    use super::script_for;

    fn font(family: &str) -> String {
        let script = script_for(family);
        let (_, rest) = script.split_once("'--desktop-font', ").expect("a font");
        serde_json::from_str(rest.split_once("], [").expect("its end").0).expect("a string")
    }

    #[test]
    fn each_family_is_a_string_of_css() {
        assert_eq!(font("Cantarell"), r#""Cantarell""#);
        assert_eq!(font("Noto Sans, Noto Sans CJK SC"), r#""Noto Sans", "Noto Sans CJK SC""#);
        assert_eq!(font(r#"Odd" \ name"#), r#""Odd\" \\ name""#);
    }
}
