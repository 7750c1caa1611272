//! The rules by name, and how grave what they find is.

use crate::words::words;

words! {
    /// The name of a rule, stable over releases.
    #[derive(PartialOrd, Ord)]
    pub enum Rule {
        /// The text is not JSON.
        InvalidJson = "invalid_json",
        /// The document is longer than `limits.maxBytes`.
        DocumentTooLarge = "document_too_large",
        /// Arrays and objects are nested deeper than `limits.maxDepth`.
        DocumentTooDeep = "document_too_deep",
        /// There are more steps than `limits.maxSteps`.
        TooManySteps = "too_many_steps",
        /// A value has the wrong JSON type.
        Type = "type",
        /// A required key is missing.
        Required = "required",
        /// A string is empty.
        MinLength = "min_length",
        /// A number is too small.
        Minimum = "minimum",
        /// A number is too large.
        Maximum = "maximum",
        /// An array is empty.
        MinItems = "min_items",
        /// An array names one thing twice.
        UniqueItems = "unique_items",
        /// An object has keys that the schema does not know.
        AdditionalProperties = "additional_properties",
        /// Two steps share an id.
        DuplicateStepId = "duplicate_step_id",
        /// An `action_id` starts with none of the known prefixes.
        UnknownActionPrefix = "unknown_action_prefix",
        /// A step cannot be undone.
        MissingUndoApi = "missing_undo_api",
        /// A step's `undo_api` is the empty string.
        EmptyUndoApi = "empty_undo_api",
        /// A step depends on a step that does not exist.
        UnknownDependency = "unknown_dependency",
        /// Steps wait for each other in a circle.
        DependencyCycle = "dependency_cycle",
        /// A fan-out group has a policy that is none of the three.
        UnknownFanOutPolicy = "unknown_fan_out_policy",
        /// A fan-out group names a branch that is no step.
        UnknownFanOutBranch = "unknown_fan_out_branch",
        /// A step is a branch of two fan-out groups.
        BranchInTwoGroups = "branch_in_two_groups",
        /// A JSON object has one key twice.
        DuplicateKey = "duplicate_key",
    }
}

impl Rule {
    /// Whether it speaks of what a definition means; the other rules speak of how it is written.
    pub fn is_semantic(self) -> bool {
        match self {
            Rule::DuplicateStepId
            | Rule::UnknownActionPrefix
            | Rule::MissingUndoApi
            | Rule::EmptyUndoApi
            | Rule::UnknownDependency
            | Rule::DependencyCycle
            | Rule::UnknownFanOutPolicy
            | Rule::UnknownFanOutBranch
            | Rule::BranchInTwoGroups => true,
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
            | Rule::DuplicateKey => false,
        }
    }
}

words! {
    /// How grave a finding is. Only an `error` makes a definition invalid.
    pub enum Severity {
        /// The definition must not run.
        Error = "error",
        /// The definition may run, but probably does not mean what it says.
        Warning = "warning",
        /// Worth knowing.
        Info = "info",
    }
}
