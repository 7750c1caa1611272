//! The interface `validation`.

use super::Component;
use super::convert::{Answer, Out, Taken, names, names_out, record_out, records};
use super::interfaces::validation as host;
use crate::definition::{Report, ValidateOptions, is_valid, validate_text, validate_value};
use crate::entropy;

/// The core's types by the names of the interface.
mod own {
    pub use crate::definition::diagnostic::{
        Diagnostic, Edit, Fix, Related, Report, Rule, Severity, SourcePosition, SourceRange,
    };
    pub use crate::definition::options::{Level, Limits, RuleLevels, ValidateOptions};
}

impl host::Guest for Component {
    fn default_options() -> host::ValidateOptions {
        ValidateOptions::default().out()
    }

    fn validate_text(
        document: String,
        options: Option<host::ValidateOptions>,
    ) -> Answer<host::Report> {
        judged(validate_text, &document, options)
    }

    fn validate_value(
        document: String,
        options: Option<host::ValidateOptions>,
    ) -> Answer<host::Report> {
        judged(validate_value, &document, options)
    }

    fn is_valid(document: String) -> bool {
        is_valid(document.as_bytes(), &ValidateOptions::default())
    }

    fn seed(seed: u32) {
        entropy::seed(seed);
    }
}

fn judged(
    judge: fn(&[u8], &ValidateOptions) -> Report,
    document: &str,
    options: Option<host::ValidateOptions>,
) -> Answer<host::Report> {
    let options: Option<ValidateOptions> = options.taken()?;
    let options = options.unwrap_or_default();
    options.check()?;
    Ok(judge(document.as_bytes(), &options).out())
}

names_out! {
    Rule {
        InvalidJson, DocumentTooLarge, DocumentTooDeep, TooManySteps, Type, Required, MinLength,
        Minimum, Maximum, MinItems, UniqueItems, AdditionalProperties, DuplicateStepId,
        UnknownActionPrefix, MissingUndoApi, EmptyUndoApi, UnknownDependency, DependencyCycle,
        UnknownFanOutPolicy, UnknownFanOutBranch, BranchInTwoGroups, DuplicateKey
    }
    Severity { Error, Warning, Info }
}

names! {
    Level { Error, Warning, Info, Off }
}

records! {
    ValidateOptions { collect_all, rules, action_prefixes, limits }
    RuleLevels {
        unknown_action_prefix, missing_undo_api, duplicate_key, empty_undo_api,
        unknown_fan_out_policy, unknown_fan_out_branch, branch_in_two_groups
    }
    Limits { max_bytes, max_steps, max_depth, max_diagnostics }
}

record_out! {
    SourcePosition { line, column, offset }
    SourceRange { start, end }
    Fix { title, edits }
    Diagnostic { rule, severity, message, pointer, step_id, range, help, related, fixes; path, anchor }
    Report { valid, diagnostics, truncated, errors }
}

impl Out<host::Related> for own::Related {
    fn out(self) -> host::Related {
        host::Related {
            message: self.message,
            pointer: self.path.pointer(),
            range: self.range.out(),
        }
    }
}

impl Out<host::Edit> for own::Edit {
    fn out(self) -> host::Edit {
        host::Edit {
            pointer: self.path.pointer(),
            replace: self.replace.out(),
            remove: self.remove,
            rename: self.rename,
        }
    }
}
