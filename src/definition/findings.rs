//! The one place where findings are collected, weighed and bounded.

use super::diagnostic::{Diagnostic, Rule, Severity};
use super::options::ValidateOptions;

/// Suggestions cost more than findings: only so many are worked out for one report.
const SUGGESTIONS: usize = 100;

pub(crate) struct Findings<'o> {
    options: &'o ValidateOptions,
    most: usize,
    list: Vec<Diagnostic>,
    valid: bool,
    truncated: bool,
}

impl<'o> Findings<'o> {
    /// Findings for a report.
    pub fn new(options: &'o ValidateOptions) -> Self {
        Self {
            options,
            most: options.limits.max_diagnostics,
            list: Vec::new(),
            valid: true,
            truncated: false,
        }
    }

    /// Keeps the verdict alone: no finding is ever built.
    pub fn verdict_only(options: &'o ValidateOptions) -> Self {
        Self {
            most: 0,
            ..Self::new(options)
        }
    }

    /// Notes that `rule` was broken. `build` is called only for findings that are kept; its second
    /// question is whether suggestions are still worked out.
    pub fn add(&mut self, rule: Rule, build: impl FnOnce(bool) -> Diagnostic) {
        let Some(severity) = self.options.rules.severity(rule) else {
            return;
        };
        self.valid &= severity != Severity::Error;
        if self.list.len() >= self.most {
            self.truncated = true;
            return;
        }
        let mut finding = build(self.list.len() < SUGGESTIONS);
        finding.severity = severity;
        self.list.push(finding);
    }

    /// Whether no error was found so far.
    pub fn valid(&self) -> bool {
        self.valid
    }

    /// The findings, whether there were more, and the verdict.
    pub fn finish(self) -> (Vec<Diagnostic>, bool, bool) {
        (self.list, self.truncated, self.valid)
    }
}
