//! The modes that come with the program.

/// The modes that come with the program, as name and source, in the order in which they are listed.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("collaborative", include_str!("../../modes/collaborative.yaml")),
    ("adversarial", include_str!("../../modes/adversarial.yaml")),
    ("socratic", include_str!("../../modes/socratic.yaml")),
    ("expert-panel", include_str!("../../modes/expert-panel.yaml")),
    ("devils-advocate", include_str!("../../modes/devils-advocate.yaml")),
    ("delphi", include_str!("../../modes/delphi.yaml")),
    ("red-team-blue-team", include_str!("../../modes/red-team-blue-team.yaml")),
    ("vote", include_str!("../../modes/vote.yaml")),
    ("council", include_str!("../../modes/council.yaml")),
    ("premortem", include_str!("../../modes/premortem.yaml")),
    ("six-hats", include_str!("../../modes/six-hats.yaml")),
    ("oxford", include_str!("../../modes/oxford.yaml")),
];

/// Whether a mode of this name comes with the program.
pub fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|(built_in, _)| *built_in == name)
}
