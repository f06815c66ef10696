//! Closed sets of values that columns of the database hold and no answer shows.
//! The migrations state each once more, as a `CHECK`; `tests/columns.rs` compares.

use crate::shape::wire_enum;

wire_enum! {
    /// Where a user stands in an organization, `users.membership`.
    pub enum Membership {
        /// Asked to join.
        Invited = "invited",
        /// Joined.
        Active = "active",
        /// No longer there.
        Inactive = "inactive",
    }

    /// What starts the runs of a workflow, `workflow_definitions.kind`.
    pub enum WorkflowKind {
        /// Whoever names it.
        Direct = "direct",
        /// Something that happens, besides whoever names it.
        EventDriven = "event_driven",
    }

    /// How far a vendor is on the page for documents, `portals.status`.
    pub enum PortalStatus {
        /// The vendor may supply documents.
        Open = "open",
        /// What was supplied is being analysed.
        Analyzing = "analyzing",
        /// It has been.
        AnalysisComplete = "analysis_complete",
        /// The vendor is done.
        Submitted = "submitted",
        /// Nothing is taken any more.
        Closed = "closed",
    }

    /// Why an audit record was lost (2.8), `audit_losses.reason`.
    pub enum LossReason {
        /// The queue did not take it.
        NotSent = "not_sent",
        /// What the queue delivered is no record.
        Unreadable = "unreadable",
        /// The database refuses it.
        NotStorable = "not_storable",
        /// The database did not answer for as long as the queue tries.
        GivenUp = "given_up",
        /// The Worker broke while it answered; the call may have been nobody's.
        InstanceBroke = "instance_broke",
    }
}

impl Membership {
    /// Whether such a user may have a session (14).
    #[must_use]
    pub const fn may_sign_in(self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether assessments may be assigned to such a user (4.4).
    #[must_use]
    pub const fn may_be_assigned(self) -> bool {
        matches!(self, Self::Invited | Self::Active)
    }
}
