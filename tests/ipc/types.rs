//! The types that the UI is written against are the ones that the backend sends.
//!
//! `TIDINGS_REWRITE=1 cargo test -p tidings --test ipc types` writes the file anew.
use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use tidings::boundary::{BackupFile, BackupFrom, CommandError, DataFacts, Snapshot, WindowMessage};
use tidings::export::ExportFormat;
use tidings::offer::Offer;
use tidings::replay::feed::{TranscriptFacts, WantedReplay};
use tidings_engine::feeds_file::{Export, Import, ImportPreview, Imported};
use tidings_engine::preset::{PresetSummary, Proposal};
use tidings_engine::{
    Destination, Event, Feed, FeedConfig, Figures, FiguresQuery, Gap, GapQuery, GivenSecret, HookReport, Item,
    LogBatch, MarkedRead, MuteFor, Page, PageQuery, SecretsFacts, Tested, Trial, TrialReport, Why,
};
use ts_rs::{Config, TS, TypeVisitor};

const HEAD: &str = "// Generated from the Rust types by ts-rs: `TIDINGS_REWRITE=1 cargo test -p tidings --test ipc types`. Do not edit.\n";

/// Declarations by name, of the types visited and all that they mention.
#[derive(Default)]
struct Declarations {
    seen: HashSet<TypeId>,
    by_name: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        T::visit_dependencies(self);
        // A type without a file of its own is one of the language's.
        if T::output_path().is_some() {
            let config = Config::new();
            let docs = T::docs().unwrap_or_default();
            self.by_name.insert(T::ident(&config), format!("{docs}export {}", T::decl(&config)));
        }
    }
}

fn generated() -> String {
    let mut declarations = Declarations::default();
    declarations.visit::<Snapshot>();
    declarations.visit::<WindowMessage>();
    declarations.visit::<LogBatch>();
    declarations.visit::<CommandError>();
    declarations.visit::<DataFacts>();
    declarations.visit::<ExportFormat>();
    declarations.visit::<BackupFile>();
    declarations.visit::<BackupFrom>();
    declarations.visit::<TranscriptFacts>();
    declarations.visit::<WantedReplay>();
    declarations.visit::<Export>();
    declarations.visit::<Import>();
    declarations.visit::<ImportPreview>();
    declarations.visit::<Imported>();
    declarations.visit::<Event>();
    declarations.visit::<Feed>();
    declarations.visit::<FeedConfig>();
    declarations.visit::<Page>();
    declarations.visit::<Why>();
    declarations.visit::<Tested>();
    declarations.visit::<MuteFor>();
    declarations.visit::<PageQuery>();
    declarations.visit::<Gap>();
    declarations.visit::<GapQuery>();
    declarations.visit::<Trial>();
    declarations.visit::<TrialReport>();
    declarations.visit::<HookReport>();
    declarations.visit::<FiguresQuery>();
    declarations.visit::<Figures>();
    declarations.visit::<MarkedRead>();
    declarations.visit::<Item>();
    declarations.visit::<GivenSecret>();
    declarations.visit::<SecretsFacts>();
    declarations.visit::<Destination>();
    declarations.visit::<PresetSummary>();
    declarations.visit::<Proposal>();
    declarations.visit::<Offer>();
    declarations.by_name.into_values().fold(HEAD.to_owned(), |file, declaration| file + "\n" + &compact(&declaration))
}

/// Comments of one line on one line, and no space at the end of lines.
fn compact(declaration: &str) -> String {
    let lines: Vec<&str> = declaration.lines().map(str::trim_end).collect();
    let mut compact = String::new();
    let mut rest = lines.as_slice();
    while let [line, after @ ..] = rest {
        if let ["/**", comment, " */", after @ ..] = rest {
            compact.extend(["/** ", comment.trim_start_matches(" * "), " */\n"]);
            rest = after;
        } else {
            compact.extend([line, "\n"]);
            rest = after;
        }
    }
    compact
}

#[test]
fn the_ui_has_the_types_that_the_backend_sends() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/lib/ipc/types.gen.ts");
    let generated = generated();
    if std::env::var_os("TIDINGS_REWRITE").is_some() {
        std::fs::write(&path, &generated).expect("the file can be written");
    }
    let committed = std::fs::read_to_string(&path).expect("the file is there");
    let different = committed.lines().zip(generated.lines()).find(|(committed, generated)| committed != generated);
    let rewrite = "rewrite it: TIDINGS_REWRITE=1 cargo test -p tidings --test ipc types";
    assert_eq!(different, None, "the first line that differs, as committed and as generated; {rewrite}");
    assert_eq!(committed.len(), generated.len(), "one is longer; {rewrite}");
}
