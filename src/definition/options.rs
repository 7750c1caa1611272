//! How a definition is judged: severities, prefixes, limits.

use serde::Serialize;

use super::diagnostic::{Rule, Severity};
use super::input;
use super::objects::object;
use crate::error::{Code, Error};
use crate::words::words;

/// The action prefixes of the reference.
pub const VALID_ACTION_PREFIXES: [&str; 10] = [
    "model.",
    "data.",
    "deploy.",
    "validate.",
    "notify.",
    "infra.",
    "security.",
    "monitor.",
    "config.",
    "test.",
];

/// The deepest nesting that any document may have; the JSON parser goes no further.
pub const DEEPEST: usize = 127;

/// How to judge a definition. Every field has a default.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default)]
pub struct ValidateOptions {
    /// Apply the semantic rules even after schema errors. Default `false`, as in the reference.
    pub collect_all: bool,
    /// Severities of the configurable rules.
    pub rules: RuleLevels,
    /// The prefixes an `action_id` may start with. Default [`VALID_ACTION_PREFIXES`].
    pub action_prefixes: Vec<String>,
    /// Bounds on the document and the report.
    pub limits: Limits,
}

impl Default for ValidateOptions {
    fn default() -> Self {
        Self {
            collect_all: false,
            rules: RuleLevels::default(),
            action_prefixes: VALID_ACTION_PREFIXES.map(str::to_owned).to_vec(),
            limits: Limits::default(),
        }
    }
}

impl ValidateOptions {
    /// Reads options from JSON; nothing means the defaults.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        if json.is_empty() {
            return Ok(Self::default());
        }
        let options: Self = input::read(json, "options", Code::BadOption)?;
        options.check()?;
        Ok(options)
    }

    /// Refuses what cannot be meant.
    pub fn check(&self) -> Result<(), Error> {
        if (1..=DEEPEST).contains(&self.limits.max_depth) {
            return Ok(());
        }
        let message = format!("options (limits.maxDepth): must be from 1 to {DEEPEST}");
        Err(Error::new(Code::BadOption, message))
    }
}

object!(strict ValidateOptions {
    ; collect_all = "collectAll", rules, action_prefixes = "actionPrefixes", limits
});

/// Severity of each configurable rule. The other rules are always errors.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default)]
pub struct RuleLevels {
    /// Default `error`.
    pub unknown_action_prefix: Level,
    /// Default `error`.
    pub missing_undo_api: Level,
    /// Default `warning`.
    pub duplicate_key: Level,
    /// Default `warning`.
    pub empty_undo_api: Level,
    /// Default `warning`.
    pub unknown_fan_out_policy: Level,
    /// Default `warning`.
    pub unknown_fan_out_branch: Level,
    /// Default `warning`.
    pub branch_in_two_groups: Level,
}

impl Default for RuleLevels {
    fn default() -> Self {
        Self {
            unknown_action_prefix: Level::Error,
            missing_undo_api: Level::Error,
            duplicate_key: Level::Warning,
            empty_undo_api: Level::Warning,
            unknown_fan_out_policy: Level::Warning,
            unknown_fan_out_branch: Level::Warning,
            branch_in_two_groups: Level::Warning,
        }
    }
}

impl RuleLevels {
    /// How grave a finding of this rule is; `None` where the rule is off.
    pub fn severity(&self, rule: Rule) -> Option<Severity> {
        let level = match rule {
            Rule::UnknownActionPrefix => self.unknown_action_prefix,
            Rule::MissingUndoApi => self.missing_undo_api,
            Rule::DuplicateKey => self.duplicate_key,
            Rule::EmptyUndoApi => self.empty_undo_api,
            Rule::UnknownFanOutPolicy => self.unknown_fan_out_policy,
            Rule::UnknownFanOutBranch => self.unknown_fan_out_branch,
            Rule::BranchInTwoGroups => self.branch_in_two_groups,
            Rule::InvalidJson
            | Rule::DocumentTooLarge
            | Rule::DocumentTooDeep
            | Rule::TooManySteps
            | Rule::Type
            | Rule::Required
            | Rule::MinLength
            | Rule::Minimum
            | Rule::Maximum
            | Rule::MinItems
            | Rule::UniqueItems
            | Rule::AdditionalProperties
            | Rule::DuplicateStepId
            | Rule::UnknownDependency
            | Rule::DependencyCycle => Level::Error,
        };
        match level {
            Level::Error => Some(Severity::Error),
            Level::Warning => Some(Severity::Warning),
            Level::Info => Some(Severity::Info),
            Level::Off => None,
        }
    }
}

object!(strict RuleLevels {
    ; unknown_action_prefix, missing_undo_api, duplicate_key, empty_undo_api,
    unknown_fan_out_policy, unknown_fan_out_branch, branch_in_two_groups
});

words! {
    /// A severity, or `off`.
    pub enum Level {
        /// Makes the definition invalid.
        Error = "error",
        /// Is reported as a warning.
        Warning = "warning",
        /// Is reported as information.
        Info = "info",
        /// Is not reported.
        Off = "off",
    }
}

/// Bounds on the document and the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default)]
pub struct Limits {
    /// The longest document, in bytes of UTF-8. Default 8 MiB.
    pub max_bytes: usize,
    /// The most steps. Default 100,000.
    pub max_steps: usize,
    /// The deepest nesting of arrays and objects, 1 to 127. Default 64.
    pub max_depth: usize,
    /// The most findings in one report. Default 1,000.
    pub max_diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 8 * 1024 * 1024,
            max_steps: 100_000,
            max_depth: 64,
            max_diagnostics: 1_000,
        }
    }
}

object!(strict Limits {
    ; max_bytes = "maxBytes", max_steps = "maxSteps", max_depth = "maxDepth",
    max_diagnostics = "maxDiagnostics"
});
