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

    /// A `tidings:` link. It opens the window.
    #[arg(value_name = "LINK")]
    pub(crate) link: Option<String>,
}
