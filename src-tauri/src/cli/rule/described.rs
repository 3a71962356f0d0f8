//! Rules in words.
use tidings_engine::{Action, Rule, When};

/// Which events a rule is for.
pub(in crate::cli) fn condition(rule: &Rule) -> String {
    let When { event_types, expression, regex, words } = &rule.when;
    let mut parts = Vec::new();
    if !event_types.is_empty() {
        parts.push(format!("type {}", event_types.join(" or ")));
    }
    if !expression.is_empty() {
        parts.push(format!("if {expression}"));
    }
    if !regex.is_empty() {
        parts.push(format!("regex {regex}"));
    }
    if !words.is_empty() {
        parts.push(format!("words {words}"));
    }
    if parts.is_empty() { "all".to_owned() } else { parts.join(", ") }
}

/// What becomes of them.
pub(in crate::cli) fn consequence(rule: &Rule) -> String {
    let then = &rule.then;
    let mut parts = vec![match then.action {
        Action::Announce { urgency: None } => "announce".to_owned(),
        Action::Announce { urgency: Some(urgency) } => format!("announce {}", urgency.word()),
        Action::Silent => "silent".to_owned(),
        Action::Drop => "drop".to_owned(),
    }];
    if !then.sound.is_empty() {
        parts.push(format!("sound {}", then.sound));
    }
    if !then.link.is_empty() {
        parts.push(format!("link {}", then.link));
    }
    if let Some(hook) = &then.hook {
        parts.push(format!("start {}", hook.command.join(" ")));
    }
    parts.join(", ")
}
