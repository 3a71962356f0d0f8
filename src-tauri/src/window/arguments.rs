//! The window's own command line. Users call `tidings`, which passes these on.
use clap::Parser;
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(name = "tidings-window", version, about = "The window of Tidings")]
pub(crate) struct Arguments {
    /// Where configuration and history live, instead of the platform's own directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// Start in the tray, without a window.
    #[arg(long)]
    pub(crate) hidden: bool,

    /// How long a hidden window keeps its web view, instead of a minute.
    #[arg(long, value_name = "SECONDS", hide = true)]
    pub(crate) release_after: Option<u64>,

    /// A `tidings:` link. It opens the window.
    #[arg(value_name = "LINK")]
    pub(crate) link: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::Parser as _;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// A desktop passes on whatever a page names as a link: one argument, which is the link and nothing else.
        #[test]
        fn any_link_stays_one_argument(rest in any::<String>()) {
            let link = format!("tidings:{rest}");
            let arguments = Arguments::try_parse_from(["tidings-window", &link]).unwrap();
            prop_assert_eq!(arguments.link, Some(link));
            prop_assert!(!arguments.hidden && arguments.data_dir.is_none());
        }

        #[test]
        fn any_arguments_are_understood_or_refused(arguments in proptest::collection::vec(
            prop_oneof!["--?[a-z-]{0,9}", Just("--hidden".to_owned()), Just("--data-dir".to_owned()), any::<String>()], 0..5,
        )) {
            let _ = Arguments::try_parse_from(std::iter::once("tidings-window".to_owned()).chain(arguments));
        }
    }
}
