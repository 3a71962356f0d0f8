//! What a template may say, checked on its tree before it is compiled.
//!
//! The template engine counts steps, but a single step may repeat a text a hundred million times or double one that was
//! doubled before. So the tree is walked once: an upper bound of the size of every value follows from the operators, and a
//! template whose values could become large is refused, with the place. Unknown variables, filters and tests, which the
//! engine would only find when it meets them, are refused here too. Deliberately not here: what filters do when they run
//! (`filters.rs`).
use super::filters::{self, TEXT_LIMIT};
use super::subject::DATA_LIMIT;
use minijinja::machinery::Span;
use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt, UnaryOpKind};
use std::collections::BTreeMap;

/// How large the values of a template may become together, in bytes.
const SIZE_LIMIT: u64 = 8 * 1024 * 1024;
/// How large a value of an event is at most, in bytes, written out.
const INPUT: u64 = DATA_LIMIT as u64;
/// How long a number is at most.
const NUMBER: u64 = 40;

/// Where in the source, in bytes, and why.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) offset: usize,
    pub(super) reason: String,
}

type Checked<T> = Result<T, Refused>;

fn refuse<T>(span: Span, reason: impl Into<String>) -> Checked<T> {
    Err(Refused { offset: span.start_offset as usize, reason: reason.into() })
}

/// What is known of a value before it exists.
#[derive(Debug, Clone, Copy)]
struct Bound {
    /// At most so many bytes, written out.
    size: u64,
    /// Surely no text and no list.
    is_number: bool,
    /// A number that stands in the source: how often a text times this would be repeated.
    literal: Option<u64>,
}

impl Bound {
    const NUMBER: Self = Self { size: NUMBER, is_number: true, literal: None };

    const fn of(size: u64) -> Self {
        Self { size, is_number: false, literal: None }
    }

    /// One or the other.
    fn or(self, other: Self) -> Self {
        Self { size: self.size.max(other.size), is_number: self.is_number && other.is_number, literal: None }
    }

    /// One after the other.
    fn and(self, other: Self) -> Self {
        Self { size: self.size.saturating_add(other.size), is_number: self.is_number && other.is_number, literal: None }
    }
}

/// Checks a template in which these variables are known.
pub(super) fn check_template(tree: &Stmt<'_>, variables: &[&str]) -> Checked<()> {
    Check::new(variables).statement(tree)
}

/// Checks an expression in which these variables are known.
pub(super) fn check_expression(tree: &Expr<'_>, variables: &[&str]) -> Checked<()> {
    Check::new(variables).expression(tree).map(drop)
}

struct Check {
    /// Innermost last.
    scopes: Vec<BTreeMap<String, Bound>>,
    /// What all variables that were set hold together.
    held: u64,
}

impl Check {
    fn new(variables: &[&str]) -> Self {
        let known = variables.iter().map(|name| ((*name).to_owned(), Bound::of(INPUT))).collect();
        Self { scopes: vec![known], held: 0 }
    }

    fn statements(&mut self, statements: &[Stmt<'_>]) -> Checked<()> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Stmt<'_>) -> Checked<()> {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitRaw(_) => Ok(()),
            Stmt::EmitExpr(emit) => self.expression(&emit.expr).map(drop),
            Stmt::IfCond(condition) => {
                self.expression(&condition.expr)?;
                self.statements(&condition.true_body)?;
                self.statements(&condition.false_body)
            }
            Stmt::ForLoop(each) if each.recursive => refuse(each.span(), "a loop cannot be recursive here"),
            Stmt::ForLoop(each) => {
                let list = self.expression(&each.iter)?;
                self.scopes.push(BTreeMap::from([("loop".to_owned(), Bound::of(list.size))]));
                self.assign(&each.target, Bound::of(list.size.max(NUMBER)))?;
                if let Some(filter) = &each.filter_expr {
                    self.expression(filter)?;
                }
                self.statements(&each.body)?;
                self.scopes.pop();
                self.statements(&each.else_body)
            }
            Stmt::WithBlock(with) => {
                self.scopes.push(BTreeMap::new());
                for (target, value) in &with.assignments {
                    self.set(target, value)?;
                }
                self.statements(&with.body)?;
                self.scopes.pop();
                Ok(())
            }
            Stmt::Set(set) => self.set(&set.target, &set.expr),
            Stmt::SetBlock(block) => refuse(block.span(), "a block cannot be set here; write {% set name = value %}"),
            Stmt::AutoEscape(block) => refuse(block.span(), "autoescape is not known here: all text is plain"),
            Stmt::FilterBlock(block) => {
                refuse(block.span(), "a filter cannot be put on a block here; write {{ value | filter }}")
            }
            Stmt::Do(block) => refuse(block.span(), "do is not known here"),
            // What the engine was built without.
            #[expect(unreachable_patterns, reason = "the engine may be built with more statements")]
            _ => Err(Refused { offset: 0, reason: "it has a statement that is not known here".to_owned() }),
        }
    }

    fn set(&mut self, target: &Expr<'_>, value: &Expr<'_>) -> Checked<()> {
        let bound = self.expression(value)?;
        self.held = self.held.saturating_add(bound.size);
        self.small_enough(bound, value.span())?;
        self.assign(target, bound)
    }

    fn assign(&mut self, target: &Expr<'_>, bound: Bound) -> Checked<()> {
        match target {
            Expr::Var(variable) => {
                if let Some(scope) = self.scopes.last_mut() {
                    scope.insert(variable.id.to_owned(), bound);
                }
                Ok(())
            }
            Expr::List(list) => list.items.iter().try_for_each(|item| self.assign(item, Bound::of(bound.size))),
            Expr::Tuple(tuple) => tuple.items.iter().try_for_each(|item| self.assign(item, Bound::of(bound.size))),
            other => refuse(other.span(), "only a name can be set"),
        }
    }

    /// Looks at a whole expression, and says how large its value may be.
    fn expression(&mut self, expression: &Expr<'_>) -> Checked<Bound> {
        let bound = self.value(expression)?;
        self.small_enough(bound, expression.span())?;
        Ok(bound)
    }

    fn small_enough(&self, bound: Bound, span: Span) -> Checked<()> {
        if bound.size.saturating_add(self.held) > SIZE_LIMIT {
            let limit = SIZE_LIMIT / 1024 / 1024;
            return refuse(span, format!("this could become larger than {limit} MiB; shorten a part with truncate"));
        }
        Ok(())
    }

    fn value(&mut self, expression: &Expr<'_>) -> Checked<Bound> {
        Ok(match expression {
            Expr::Var(variable) => match self.scopes.iter().rev().find_map(|scope| scope.get(variable.id)) {
                Some(bound) => *bound,
                None => return refuse(variable.span(), format!("“{}” is not known; {}", variable.id, self.known())),
            },
            Expr::Const(constant) => {
                let value = &constant.value;
                match value.as_str() {
                    Some(text) => Bound::of(text.len() as u64),
                    // What is no whole number repeats nothing.
                    None => Bound { literal: Some(value.as_usize().unwrap_or(0) as u64), ..Bound::NUMBER },
                }
            }
            Expr::Slice(slice) => {
                for part in [&slice.start, &slice.stop, &slice.step].into_iter().flatten() {
                    self.value(part)?;
                }
                Bound::of(self.value(&slice.expr)?.size)
            }
            Expr::UnaryOp(operation) => {
                let operand = self.value(&operation.expr)?;
                match operation.op {
                    UnaryOpKind::Not => Bound::NUMBER,
                    UnaryOpKind::Neg => Bound { literal: operand.literal.map(|_| 0), ..Bound::NUMBER },
                }
            }
            Expr::BinOp(operation) => {
                let (left, right) = (self.value(&operation.left)?, self.value(&operation.right)?);
                self.operation(operation.op, left, right, operation.span())?
            }
            Expr::Compare(compare) => {
                self.value(&compare.expr)?;
                for operand in &compare.ops {
                    self.value(&operand.expr)?;
                }
                Bound::NUMBER
            }
            Expr::IfExpr(choice) => {
                self.value(&choice.test_expr)?;
                let bound = self.value(&choice.true_expr)?;
                match &choice.false_expr {
                    Some(other) => bound.or(self.value(other)?),
                    None => bound.or(Bound::of(0)),
                }
            }
            Expr::Filter(filter) => {
                if !filters::is_filter(filter.name) {
                    return refuse(filter.span(), format!("there is no filter “{}”", filter.name));
                }
                let given = match &filter.expr {
                    Some(expression) => self.value(expression)?,
                    None => Bound::of(0),
                };
                let all = given.and(self.arguments(&filter.args)?);
                self.small_enough(all, filter.span())?;
                if filters::is_numeric(filter.name) {
                    Bound::NUMBER
                } else if filters::is_growing(filter.name) {
                    Bound::of(TEXT_LIMIT as u64)
                } else {
                    // A list written out has quotation marks and escapes; a letter may become three in capitals.
                    Bound::of(all.size.saturating_add(NUMBER))
                }
            }
            Expr::Test(test) => {
                if !filters::TESTS.contains(&test.name) {
                    return refuse(test.span(), format!("there is no test “{}”", test.name));
                }
                self.value(&test.expr)?;
                self.arguments(&test.args)?;
                Bound::NUMBER
            }
            Expr::GetAttr(attribute) => Bound::of(self.value(&attribute.expr)?.size),
            Expr::GetItem(item) => {
                self.value(&item.subscript_expr)?;
                Bound::of(self.value(&item.expr)?.size)
            }
            Expr::Call(call) => match &call.expr {
                Expr::Var(function) if filters::FUNCTIONS.contains(&function.id) => {
                    self.arguments(&call.args)?;
                    Bound::of(INPUT)
                }
                Expr::GetAttr(method) => {
                    let name = method.name;
                    return refuse(
                        call.span(),
                        format!("values have no methods here; is the filter “| {name}” meant?"),
                    );
                }
                _ => return refuse(call.span(), "only range(…) can be called"),
            },
            Expr::List(list) => self.all(&list.items)?,
            Expr::Tuple(tuple) => self.all(&tuple.items)?,
            Expr::Map(map) => self.all(&map.keys)?.and(self.all(&map.values)?),
        })
    }

    /// The values of a list together.
    fn all(&mut self, items: &[Expr<'_>]) -> Checked<Bound> {
        let mut all = Bound::of(2);
        for item in items {
            all = all.and(self.value(item)?).and(Bound::of(4));
        }
        Ok(all)
    }

    fn arguments(&mut self, arguments: &[CallArg<'_>]) -> Checked<Bound> {
        let mut all = Bound::of(0);
        for argument in arguments {
            let (CallArg::Pos(value)
            | CallArg::Kwarg(_, value)
            | CallArg::PosSplat(value)
            | CallArg::KwargSplat(value)) = argument;
            all = all.and(self.value(value)?);
        }
        Ok(all)
    }

    fn operation(&mut self, operator: BinOpKind, left: Bound, right: Bound, span: Span) -> Checked<Bound> {
        let bound = match operator {
            BinOpKind::ScAnd | BinOpKind::ScOr => left.or(right),
            BinOpKind::Add | BinOpKind::Mul if left.is_number && right.is_number => Bound::NUMBER,
            BinOpKind::Add | BinOpKind::Concat => Bound::of(left.and(right).size),
            // A text or a list may be repeated, so often.
            BinOpKind::Mul => {
                let size = match (left.literal, right.literal) {
                    (Some(times), _) => right.size.saturating_mul(times.max(1)),
                    (_, Some(times)) => left.size.saturating_mul(times.max(1)),
                    _ => u64::MAX,
                };
                if size > SIZE_LIMIT {
                    return refuse(span, "this could repeat a text many times; make both numbers: value | float * …");
                }
                Bound::of(size)
            }
            // Comparisons, and what is arithmetic alone.
            _ => Bound::NUMBER,
        };
        self.small_enough(bound, span)?;
        Ok(bound)
    }

    /// The outermost variables, for the sentence on one that is not known.
    fn known(&self) -> String {
        let names: Vec<_> = self.scopes.first().into_iter().flat_map(BTreeMap::keys).map(String::as_str).collect();
        match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("there are {} and {last}", rest.join(", ")),
            _ => "there are no variables".to_owned(),
        }
    }
}
