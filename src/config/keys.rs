//! The table of settings, and the rows a caller adds for the vendors.
//!
//! Must never read a value: this is what may be set, not what is.

/// How a setting's text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number, both ends included.
    Count {
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
    },
    /// A share, 0 to 1, written as a plain decimal.
    Share,
    /// A share of more than half, up to 1.
    Majority,
    /// US dollars, above 0, written as a plain decimal.
    Dollars,
    /// A time of at least a second, such as `90s` or `1h 30m`.
    Duration,
    /// One line of text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A file or folder; relative to the working folder, or to the folder of the YAML file that names it.
    Path,
    /// One provider, `NAME[=MODEL]`.
    Choice,
    /// Providers in order, `NAME[=MODEL]` separated by commas, or a YAML list.
    Choices,
    /// On when it holds any text.
    Switch,
    /// A key or token.
    Secret,
    /// An `http` or `https` URL.
    Url,
    /// A URL, or `HOST[:PORT]` as local servers spell it.
    Host {
        /// Port when the text names none.
        port: u16,
    },
}

/// One setting of our own.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Name of the variable.
    pub name: &'static str,
    /// Name in the YAML files; `None` when it can only be a variable.
    pub yaml: Option<&'static str>,
    /// How its text is read.
    pub kind: Kind,
    /// Built-in value; `None` when it is computed or absent.
    pub default: Option<&'static str>,
    /// What it does, in one line.
    pub about: &'static str,
}

/// Variable with the largest number of agents.
pub const MAX_AGENTS: &str = "ROUNDTABLE_MAX_AGENTS";
/// Variable with the number of agents when none is asked for.
pub const DEFAULT_AGENT_COUNT: &str = "ROUNDTABLE_DEFAULT_AGENT_COUNT";
/// Variable with the share of the panel from which it counts as agreed.
pub const EXIT_CONSENSUS: &str = "ROUNDTABLE_EXIT_CONSENSUS";
/// Variable with the change rate up to which a round counts as stable.
pub const EXIT_CONVERGENCE: &str = "ROUNDTABLE_EXIT_CONVERGENCE";
/// Variable with the median confidence at which an agreement ends any exchange.
pub const EXIT_CONFIDENCE: &str = "ROUNDTABLE_EXIT_CONFIDENCE";
/// Variable with the most rounds of an exchange.
pub const EXIT_MAX_ROUNDS: &str = "ROUNDTABLE_EXIT_MAX_ROUNDS";
/// Variable that says whether agents may search the web.
pub const WEB_SEARCH: &str = "ROUNDTABLE_WEB_SEARCH";
/// Variable with the most searches in one turn.
pub const WEB_SEARCH_MAX: &str = "ROUNDTABLE_WEB_SEARCH_MAX";
/// Variable with how much of what was found is read.
pub const WEB_SEARCH_CONTEXT: &str = "ROUNDTABLE_WEB_SEARCH_CONTEXT";
/// Variable with the domains to search, or to leave out.
pub const WEB_SEARCH_DOMAINS: &str = "ROUNDTABLE_WEB_SEARCH_DOMAINS";
/// Variable with how old a page may be.
pub const WEB_SEARCH_RECENCY: &str = "ROUNDTABLE_WEB_SEARCH_RECENCY";
/// Word for a setting that is to be on.
pub const ON: &str = "on";
/// Word for a setting that is to be off.
pub const OFF: &str = "off";
/// Variable with the most US dollars that a session may cost.
pub const MAX_COST: &str = "ROUNDTABLE_MAX_COST";
/// Variable with the most tokens that a session may take.
pub const MAX_TOKENS: &str = "ROUNDTABLE_MAX_TOKENS";
/// Variable with the longest that one run of a session may take.
pub const TIMEOUT: &str = "ROUNDTABLE_TIMEOUT";
/// Variable with the folder of the sessions.
pub const DATA_DIR: &str = "ROUNDTABLE_DATA_DIR";
/// Variable with the providers to use.
pub const PROVIDERS: &str = "ROUNDTABLE_PROVIDERS";
/// Variable with the moderator's provider.
pub const MODERATOR: &str = "ROUNDTABLE_MODERATOR";
/// Variable with the providers that step in for one that fails.
pub const FALLBACK: &str = "ROUNDTABLE_FALLBACK";
/// Variable with the mode when none is asked for.
pub const MODE: &str = "ROUNDTABLE_MODE";
/// Variable with how much the panel is asked for.
pub const FORMS: &str = "ROUNDTABLE_FORMS";
/// Word for forms as small as the models are.
pub const AUTO: &str = "auto";
/// Word for forms with every field.
pub const FULL: &str = "full";
/// Word for forms with a reason, a statement, the vote and a confidence.
pub const COMPACT: &str = "compact";
/// Variable with the folder of the reference documents.
pub const DOCUMENTS: &str = "ROUNDTABLE_DOCUMENTS";
/// Variable with the most personas that are asked at once.
pub const PERSONA_CONCURRENCY: &str = "ROUNDTABLE_PERSONA_CONCURRENCY";
/// Variable with the most debates that a server runs at the same time.
pub const MAX_DEBATES: &str = "ROUNDTABLE_MAX_DEBATES";
/// Variable with the most debates that a bench holds at the same time.
pub const MAX_JOBS: &str = "ROUNDTABLE_MAX_JOBS";
/// Variable with the most requests that a key may have in flight.
pub const MAX_CONCURRENCY: &str = "ROUNDTABLE_MAX_CONCURRENCY";
/// Variable with the token that clients of the HTTP server for assistants must bring.
pub const MCP_TOKEN: &str = "ROUNDTABLE_MCP_TOKEN";
/// Variable with the level down to which log lines are written.
pub const LOG: &str = "ROUNDTABLE_LOG";
/// Variable with how they are written.
pub const LOG_FORMAT: &str = "ROUNDTABLE_LOG_FORMAT";
/// Levels of log lines: none, then the gravest alone, and so on.
pub const LOG_LEVELS: [&str; 6] = [OFF, "error", "warn", "info", "debug", "trace"];
/// Formats of log lines.
pub const LOG_FORMATS: [&str; 2] = ["text", "json"];
/// Variable that switches colour off, see <https://no-color.org>.
pub const NO_COLOR: &str = "NO_COLOR";

/// Key of a policy's least agreement.
pub const POLICY_MIN_AGREEMENT: &str = "policy.min_agreement";
/// Key of the option that a policy expects to win.
pub const POLICY_EXPECT: &str = "policy.expect";
/// Key of a policy that takes no blocking objection.
pub const POLICY_NO_BLOCKING_DISSENT: &str = "policy.no_blocking_dissent";

/// More requests at once than this no setting allows.
const CONCURRENCY_CEILING: u32 = 10_000;

/// What every variable of ours starts with, the shared `NO_COLOR` apart.
pub(crate) const PREFIX: &str = "ROUNDTABLE_";

/// Every setting of our own. A YAML name is the variable in lower case, without `ROUNDTABLE_`.
pub const KEYS: &[Key] = &[
    Key {
        name: DEFAULT_AGENT_COUNT,
        yaml: Some("default_agent_count"),
        kind: Kind::Count { min: 2, max: 50 },
        default: Some("4"),
        about: "agents on the panel when nobody says how many, 2 to 50",
    },
    Key {
        name: MAX_AGENTS,
        yaml: Some("max_agents"),
        kind: Kind::Count { min: 2, max: 50 },
        default: Some("5"),
        about: "the most agents a panel may have, 2 to 50",
    },
    Key {
        name: MODE,
        yaml: Some("mode"),
        kind: Kind::Text,
        default: Some("collaborative"),
        about: "mode when nobody says which",
    },
    Key {
        name: FORMS,
        yaml: Some("forms"),
        kind: Kind::Word(&[AUTO, FULL, COMPACT]),
        default: Some(AUTO),
        about: "how much the panel is asked for: full, compact (a reason, a statement, the vote and a confidence), or auto: compact for small models on a server of your own",
    },
    Key {
        name: PROVIDERS,
        yaml: Some("providers"),
        kind: Kind::Choices,
        default: None,
        about: "only these providers, in seating order: NAME or NAME=MODEL, separated by commas",
    },
    Key {
        name: MODERATOR,
        yaml: Some("moderator"),
        kind: Kind::Choice,
        default: None,
        about: "who moderates: NAME or NAME=MODEL; otherwise the first provider",
    },
    Key {
        name: FALLBACK,
        yaml: Some("fallback"),
        kind: Kind::Choices,
        default: None,
        about: "who takes a seat's turn when its own model fails, in order: NAME or NAME=MODEL, separated by commas",
    },
    Key {
        name: EXIT_CONSENSUS,
        yaml: Some("exit_consensus"),
        kind: Kind::Majority,
        default: Some("1"),
        about: "share of the panel on one option from which it counts as agreed, above 0.5 and up to 1",
    },
    Key {
        name: EXIT_CONVERGENCE,
        yaml: Some("exit_convergence"),
        kind: Kind::Share,
        default: Some("0.15"),
        about: "share of seats that changed their option up to which a round counts as stable, 0 to 1",
    },
    Key {
        name: EXIT_CONFIDENCE,
        yaml: Some("exit_confidence"),
        kind: Kind::Share,
        default: None,
        about: "median confidence, 0 to 1, at which an agreement ends any exchange; never ends one alone",
    },
    Key {
        name: EXIT_MAX_ROUNDS,
        yaml: Some("exit_max_rounds"),
        kind: Kind::Count { min: 1, max: 10 },
        default: None,
        about: "the most rounds of an exchange, 1 to 10; otherwise what the mode says",
    },
    Key {
        name: WEB_SEARCH,
        yaml: Some("web_search"),
        kind: Kind::Word(&[ON, OFF]),
        default: None,
        about: "whether agents may search the web when they state a position, and personas asked alone: on or off",
    },
    Key {
        name: WEB_SEARCH_MAX,
        yaml: Some("web_search_max"),
        kind: Kind::Count { min: 1, max: 20 },
        default: Some("5"),
        about: "the most searches in one turn, 1 to 20; anthropic and openai keep to it",
    },
    Key {
        name: WEB_SEARCH_CONTEXT,
        yaml: Some("web_search_context"),
        kind: Kind::Word(&["low", "medium", "high"]),
        default: None,
        about: "how much of what was found is read: low, medium or high; openai and perplexity keep to it",
    },
    Key {
        name: WEB_SEARCH_DOMAINS,
        yaml: Some("web_search_domains"),
        kind: Kind::Text,
        default: None,
        about: "the only domains to search, or those to leave out, each with a - before it, separated by commas; anthropic and perplexity (3 at most) keep to both, openai to the first",
    },
    Key {
        name: WEB_SEARCH_RECENCY,
        yaml: Some("web_search_recency"),
        kind: Kind::Word(&["day", "week", "month", "year"]),
        default: None,
        about: "how old a page may be: day, week, month or year; perplexity keeps to it",
    },
    Key {
        name: MAX_COST,
        yaml: Some("max_cost"),
        kind: Kind::Dollars,
        default: None,
        about: "the most US dollars that a debate, or asking personas alone, may cost, such as 0.50; it ends before it would cost more",
    },
    Key {
        name: MAX_TOKENS,
        yaml: Some("max_tokens"),
        kind: Kind::Count { min: 1, max: u32::MAX },
        default: None,
        about: "the most tokens that a debate, or asking personas alone, may take, input and output together",
    },
    Key {
        name: TIMEOUT,
        yaml: Some("timeout"),
        kind: Kind::Duration,
        default: None,
        about: "the longest that one run of a debate may take, such as 90s or 10m",
    },
    Key {
        name: DOCUMENTS,
        yaml: Some("documents"),
        kind: Kind::Path,
        default: None,
        about: "folder of reference documents, which personas may search and read",
    },
    Key {
        name: PERSONA_CONCURRENCY,
        yaml: Some("persona_concurrency"),
        kind: Kind::Count { min: 1, max: 50 },
        default: Some("4"),
        about: "the most personas that are asked alone at the same time, 1 to 50",
    },
    Key {
        name: MAX_DEBATES,
        yaml: Some("max_debates"),
        kind: Kind::Count { min: 1, max: 1_000 },
        default: Some("16"),
        about: "the most debates that one server runs at the same time, 1 to 1000",
    },
    Key {
        name: MAX_JOBS,
        yaml: Some("max_jobs"),
        kind: Kind::Count { min: 1, max: 1_000 },
        default: Some("16"),
        about: "the most debates of a bench that may be held at the same time, 1 to 1000",
    },
    Key {
        name: MAX_CONCURRENCY,
        yaml: Some("max_concurrency"),
        kind: Kind::Count { min: 1, max: CONCURRENCY_CEILING },
        default: Some("100"),
        about: "the most requests at once that `ANTHROPIC_CONCURRENCY` and its like may allow, 1 to 10000",
    },
    Key {
        name: DATA_DIR,
        yaml: Some("data_dir"),
        kind: Kind::Path,
        default: None,
        about: "folder of the sessions; otherwise `roundtable` in the XDG data folder",
    },
    Key {
        name: MCP_TOKEN,
        yaml: None,
        kind: Kind::Secret,
        default: None,
        about: "token that clients of the MCP server must bring over HTTP; needed off loopback",
    },
    Key {
        name: LOG,
        yaml: Some("log"),
        kind: Kind::Word(&LOG_LEVELS),
        default: Some(OFF),
        about: "log lines on standard error, down to this level: off, error, warn, info, debug or trace",
    },
    Key {
        name: LOG_FORMAT,
        yaml: Some("log_format"),
        kind: Kind::Word(&LOG_FORMATS),
        default: Some("text"),
        about: "how log lines are written: text or json",
    },
    Key { name: NO_COLOR, yaml: None, kind: Kind::Switch, default: None, about: "any text switches colour off" },
];

/// The terms of a project's policy. Only its `roundtable.yaml` can set them: what binds a project is no matter of one
/// person's environment or file.
pub const POLICY: &[Key] = &[
    Key {
        name: POLICY_MIN_AGREEMENT,
        yaml: Some(POLICY_MIN_AGREEMENT),
        kind: Kind::Share,
        default: None,
        about: "share of the panel, 0 to 1, that must hold the winning option; what a debate is started with replaces it",
    },
    Key {
        name: POLICY_EXPECT,
        yaml: Some(POLICY_EXPECT),
        kind: Kind::Text,
        default: None,
        about: "option that must win, its text or its id; what a debate is started with replaces it",
    },
    Key {
        name: POLICY_NO_BLOCKING_DISSENT,
        yaml: Some(POLICY_NO_BLOCKING_DISSENT),
        kind: Kind::Switch,
        default: None,
        about: "`true` closes the gate while anyone's last ballot calls an objection blocking",
    },
];

/// What a vendor's variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VendorField {
    /// The key.
    ApiKey,
    /// Where requests go.
    BaseUrl,
    /// Where requests go, for a local server that is also named as `HOST[:PORT]`.
    Host {
        /// Port when the text names none.
        port: u16,
    },
    /// The model.
    Model,
    /// Requests a minute that its account allows.
    RequestsPerMinute,
    /// Tokens a minute that its account allows.
    TokensPerMinute,
    /// Requests at once that its account allows.
    Concurrency,
}

/// One setting of a vendor. Its YAML names are the variables in lower case.
#[derive(Debug, Clone)]
pub struct VendorKey {
    /// Name of the vendor, such as `anthropic`; together they are the names a provider setting may use.
    pub vendor: String,
    /// Variables, the canonical one first; within a layer the first that is set counts.
    pub names: Vec<String>,
    /// What it holds.
    pub field: VendorField,
    /// What it does, in one line.
    pub about: String,
}

/// A setting of either sort, as the layers are searched for it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) names: Vec<String>,
    pub(crate) yaml: Vec<String>,
    pub(crate) kind: Kind,
    pub(crate) default: Option<String>,
    pub(crate) about: String,
    pub(crate) vendor: Option<(String, VendorField)>,
    pub(crate) reach: Reach,
}

/// Which layers may set a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All of them.
    Everywhere,
    /// The project's file alone.
    Project,
}

/// Lists our settings, the terms of a policy, and then the vendors' settings.
pub(crate) fn rows(vendor_keys: &[VendorKey]) -> Vec<Row> {
    let own = KEYS.iter().map(|key| own_row(key, Reach::Everywhere));
    let policy = POLICY.iter().map(|key| own_row(key, Reach::Project));
    own.chain(policy).chain(vendor_keys.iter().map(vendor_row)).collect()
}

fn own_row(key: &Key, reach: Reach) -> Row {
    Row {
        names: vec![key.name.to_owned()],
        yaml: key.yaml.map(str::to_owned).into_iter().collect(),
        kind: key.kind,
        default: key.default.map(str::to_owned),
        about: key.about.to_owned(),
        vendor: None,
        reach,
    }
}

fn vendor_row(key: &VendorKey) -> Row {
    Row {
        names: key.names.clone(),
        yaml: key.names.iter().map(|name| name.to_ascii_lowercase()).collect(),
        kind: match key.field {
            VendorField::ApiKey => Kind::Secret,
            VendorField::BaseUrl => Kind::Url,
            VendorField::Host { port } => Kind::Host { port },
            VendorField::Model => Kind::Text,
            VendorField::RequestsPerMinute => Kind::Count { min: 1, max: 1_000_000 },
            VendorField::TokensPerMinute => Kind::Count { min: 1_000, max: 1_000_000_000 },
            VendorField::Concurrency => Kind::Count { min: 1, max: CONCURRENCY_CEILING },
        },
        default: None,
        about: key.about.clone(),
        vendor: Some((key.vendor.clone(), key.field)),
        reach: Reach::Everywhere,
    }
}

/// Finds the candidate that `name` is most likely a misspelling of; `None` when none is near.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let reach = (name.chars().count() / 3).max(1);
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}
