//! The language of mappings and rules: Jinja templates and expressions, bounded in time, memory and depth.
//!
//! What a template may say is checked on its tree before it is compiled (`grammar.rs`), so that a mistake is told with
//! its place when it is made and not with each event; what it costs is bounded when it runs (`filters.rs`). There are no
//! files, no includes and no macros. Deliberately not here: what templates are for (`mapping/`, `rule/`).
mod filters;
mod grammar;
mod subject;

pub use subject::{DATA_LIMIT, Incoming, Subject};

use minijinja::machinery::{parse, parse_expr};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, escape_formatter};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, Write};
use std::sync::LazyLock;
use ts_rs::TS;

/// The longest template or expression, in bytes.
pub const SOURCE_LIMIT: usize = 8 * 1024;
/// How many steps one evaluation may take; a loop over a hundred fields takes about a thousand.
const STEPS: u64 = 20_000;
/// The longest output, in bytes: a body of full length behind its markup.
const OUTPUT_LIMIT: usize = 256 * 1024;
/// How deep evaluation may go.
const DEPTH: usize = 40;

/// Why a template, an expression or a regular expression cannot be used. Lines and columns are those of the text as it
/// was typed; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{}", sentence(self))]
pub struct TemplateFault {
    /// What cannot be used: “The title template”.
    pub what: String,
    /// The first is 1; `None`: no single line is at fault.
    pub line: Option<u32>,
    /// The first is 1.
    pub column: Option<u32>,
    /// Why, as the middle of a sentence.
    pub reason: String,
    /// The number of the rule it stands in; the first is 1. `None`: in the mapping.
    pub rule: Option<u32>,
    /// The setting of the mapping or of the rule, by its name at the boundary: `groupKey`, `expression`.
    pub field: String,
}

fn sentence(fault: &TemplateFault) -> String {
    let TemplateFault { what, line, column, reason, .. } = fault;
    match (line, column) {
        (Some(line), Some(column)) => format!("{what} cannot be used: line {line}, column {column}: {reason}."),
        (Some(line), None) => format!("{what} cannot be used: line {line}: {reason}."),
        _ => format!("{what} cannot be used: {reason}."),
    }
}

impl TemplateFault {
    /// A fault of no place in particular.
    pub(crate) fn whole(what: &str, reason: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            line: None,
            column: None,
            reason: reason.into(),
            rule: None,
            field: String::new(),
        }
    }

    /// The same, in this setting of the mapping or of a rule.
    pub(crate) fn within(self, rule: Option<u32>, field: &str) -> Self {
        Self { rule, field: field.to_owned(), ..self }
    }

    /// A fault that begins at this byte of the source.
    fn at(what: &str, source: &str, offset: usize, reason: impl Into<String>) -> Self {
        let before = &source[..source.floor_char_boundary(offset)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let small = |number| u32::try_from(number).ok();
        Self { line: small(line), column: small(column), ..Self::whole(what, reason) }
    }

    fn of(what: &str, source: &str, error: &Error) -> Self {
        let reason = reason(error);
        match (error.range(), error.line()) {
            (Some(range), _) => Self::at(what, source, range.start, reason),
            (None, Some(line)) => Self { line: u32::try_from(line).ok(), ..Self::whole(what, reason) },
            (None, None) => Self::whole(what, reason),
        }
    }
}

/// What went wrong, in the words of the template engine where it has its own.
fn reason(error: &Error) -> String {
    let reason = match error.kind() {
        ErrorKind::OutOfFuel => "it takes too many steps".to_owned(),
        ErrorKind::SyntaxError => error.detail().unwrap_or("it is not a template").to_owned(),
        kind => error.detail().map_or_else(|| kind.to_string(), str::to_owned),
    };
    // The engine repeats what it was given, which may be long.
    let cut = reason.char_indices().nth(200).map_or(reason.as_str(), |(at, _)| &reason[..at]);
    cut.trim_end_matches('.').to_owned()
}

/// What runs all of them: no files, no includes, nothing of the computer.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(STEPS));
    environment.set_recursion_limit(DEPTH);
    environment.set_debug(false);
    // null is nothing to read, and neither is what is missing.
    environment.set_formatter(|output, state, value| {
        escape_formatter(output, state, if value.is_none() { &Value::UNDEFINED } else { value })
    });
    filters::add(&mut environment);
    environment
});

/// The one template in its environment.
const NAME: &str = "template";

/// A compiled template.
pub(crate) struct Template {
    environment: Environment<'static>,
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Template")
    }
}

impl Template {
    /// Compiles a template; `None` when it is empty. `what` names it in the fault.
    pub(crate) fn compile(what: &str, source: &str, variables: &[&str]) -> Result<Option<Self>, TemplateFault> {
        if source.is_empty() {
            return Ok(None);
        }
        fits(what, source)?;
        let tree =
            parse(source, NAME, SyntaxConfig::default()).map_err(|error| TemplateFault::of(what, source, &error))?;
        grammar::check_template(&tree, variables)
            .map_err(|fault| TemplateFault::at(what, source, fault.offset, fault.reason))?;
        let mut environment = ENVIRONMENT.clone();
        environment
            .add_template_owned(NAME, source.to_owned())
            .map_err(|error| TemplateFault::of(what, source, &error))?;
        Ok(Some(Self { environment }))
    }

    /// What it says of these values. Fails with what went wrong, as the middle of a sentence.
    pub(crate) fn render(&self, values: &Value) -> Result<String, String> {
        let mut output = Bounded(Vec::new());
        let rendered = self
            .environment
            .get_template(NAME)
            .and_then(|template| template.render_captured_to(values.clone(), &mut output).map(drop));
        match rendered {
            Ok(()) => Ok(String::from_utf8(output.0).unwrap_or_default()),
            Err(_) if output.is_full() => Err(format!("its text is longer than {} KiB", OUTPUT_LIMIT / 1024)),
            Err(error) => Err(at_line(&error)),
        }
    }
}

/// A compiled expression.
pub(crate) struct Expression {
    compiled: minijinja::Expression<'static, 'static>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expression")
    }
}

impl Expression {
    /// Compiles an expression; `None` when it is empty. `what` names it in the fault.
    pub(crate) fn compile(what: &str, source: &str, variables: &[&str]) -> Result<Option<Self>, TemplateFault> {
        if source.trim().is_empty() {
            return Ok(None);
        }
        fits(what, source)?;
        let tree = parse_expr(source).map_err(|error| TemplateFault::of(what, source, &error))?;
        grammar::check_expression(&tree, variables)
            .map_err(|fault| TemplateFault::at(what, source, fault.offset, fault.reason))?;
        let compiled = ENVIRONMENT
            .compile_expression_owned(source.to_owned())
            .map_err(|error| TemplateFault::of(what, source, &error))?;
        Ok(Some(Self { compiled }))
    }

    /// What it is for these values. Fails with what went wrong, as the middle of a sentence.
    pub(crate) fn evaluate(&self, values: &Value) -> Result<Value, String> {
        self.compiled.eval(values.clone()).map_err(|error| at_line(&error))
    }
}

fn fits(what: &str, source: &str) -> Result<(), TemplateFault> {
    if source.len() > SOURCE_LIMIT {
        return Err(TemplateFault::whole(what, format!("it is longer than {} KiB", SOURCE_LIMIT / 1024)));
    }
    Ok(())
}

fn at_line(error: &Error) -> String {
    match error.line() {
        Some(line) => format!("line {line}: {}", reason(error)),
        None => reason(error),
    }
}

/// Takes output until there is too much of it.
struct Bounded(Vec<u8>);

impl Bounded {
    fn is_full(&self) -> bool {
        self.0.len() >= OUTPUT_LIMIT
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(OUTPUT_LIMIT - self.0.len());
        if taken == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
