//! `list_agents`: who can debate, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::PersonaFile;
use crate::debate::mode::Perspectives;
use crate::error::Failure;
use crate::mcp::answer::{Answer, Success};
use crate::mcp::arguments;
use crate::mcp::call::Call;
use crate::mcp::tools::{Effect, Row, answering, check_mode};

pub(super) const TOOL: Row = Row {
    name: "list_agents",
    title: "List modes, personas and providers",
    about: "\
Lists the modes with what each is best for and which personas it seats, the personas that ask_persona takes, and the providers \
with the variable that sets each one up. \
Seats are filled with personas in order and with the providers that are set up in turn. With session, lists that session's agents.",
    effect: Effect::Reads,
    input: arguments::input::<Arguments>,
    output: arguments::output::<Agents>,
    run: |call, arguments| answering(call, arguments, list),
};

/// Whose agents.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Arguments {
    /// Only this mode.
    mode: Option<String>,
    /// The agents of this session: its id, a unique prefix, its name, or @ for the latest.
    session: Option<String>,
}

/// Who can debate, and how.
#[derive(Debug, Serialize, JsonSchema)]
struct Agents {
    /// The agents of the session; empty where none was named.
    agents: Vec<Agent>,
    /// The modes.
    modes: Vec<Mode>,
    /// The personas that ask_persona takes.
    personas: Vec<Persona>,
    /// The providers.
    providers: Vec<Provider>,
}

/// An agent of a session.
#[derive(Debug, Serialize, JsonSchema)]
struct Agent {
    seat: u32,
    id: String,
    name: String,
    provider: String,
    model: String,
}

/// A mode.
#[derive(Debug, Serialize, JsonSchema)]
struct Mode {
    name: String,
    /// What happens in it.
    summary: String,
    /// The kind of question it fits.
    best_for: String,
    /// Who sits, in seating order.
    personas: Vec<String>,
    /// Whether start_roundtable's perspectives may replace them.
    takes_perspectives: bool,
}

/// A persona that can be asked alone.
#[derive(Debug, Serialize, JsonSchema)]
struct Persona {
    name: String,
    title: String,
    /// What it looks at.
    description: String,
}

/// A provider.
#[derive(Debug, Serialize, JsonSchema)]
struct Provider {
    name: String,
    /// Whether it can be asked.
    usable: bool,
    /// The variable that makes it usable.
    variable: String,
    /// The model it would be asked for.
    model: String,
}

async fn list(call: Call, given: Arguments) -> Result<Answer, Failure> {
    let app = call.app(&[])?;
    let agents = match given.session {
        Some(session) => app.load(&session)?.agents.into_iter().map(agent).collect(),
        None => Vec::new(),
    };
    if let Some(mode) = &given.mode {
        check_mode(&app, mode)?;
    }
    let is_wanted = |mode: &Mode| given.mode.as_ref().is_none_or(|wanted| *wanted == mode.name);
    let modes = app.modes().into_iter().filter_map(|listed| listed.result.ok()).map(mode).filter(is_wanted).collect();
    let provider = |vendor: crate::app::VendorStatus| Provider {
        name: vendor.name.to_owned(),
        usable: vendor.usable,
        variable: vendor.variable.to_owned(),
        model: vendor.model,
    };
    let personas = app.personas().into_iter().filter_map(|listed| listed.result.ok()).map(persona).collect();
    let agents = Agents { agents, modes, personas, providers: app.vendors().into_iter().map(provider).collect() };
    Answer::new(&agents, agents.in_words(), Success::Yes)
}

fn agent(agent: crate::debate::agent::Agent) -> Agent {
    Agent {
        seat: agent.seat.0,
        id: agent.id,
        name: agent.name,
        provider: agent.voice.provider,
        model: agent.voice.model,
    }
}

fn mode(mode: crate::debate::mode::Mode) -> Mode {
    Mode {
        name: mode.mode,
        summary: mode.summary,
        best_for: mode.best_for,
        personas: mode.panel.personas.into_iter().map(|persona| persona.name).collect(),
        takes_perspectives: mode.panel.perspectives == Perspectives::Open,
    }
}

fn persona(persona: PersonaFile) -> Persona {
    Persona { name: persona.name, title: persona.title, description: persona.description }
}

impl Agents {
    fn in_words(&self) -> String {
        let agents = self.agents.iter().map(|agent| {
            format!("seat {}: {} ({}), {} · {}", agent.seat, agent.name, agent.id, agent.provider, agent.model)
        });
        let modes = self.modes.iter().map(|mode| {
            let whose = if mode.takes_perspectives { "; takes perspectives" } else { "" };
            format!(
                "mode {}: {} Best for {}. Personas: {}{whose}",
                mode.name,
                mode.summary,
                mode.best_for.trim_end_matches('.'),
                mode.personas.join(", ")
            )
        });
        let personas = self
            .personas
            .iter()
            .map(|persona| format!("persona {}: {}, {}", persona.name, persona.title, persona.description));
        let providers = self.providers.iter().map(|provider| {
            let state = if provider.usable { "set up".to_owned() } else { format!("set {}", provider.variable) };
            format!("provider {}: {state}, {}", provider.name, provider.model)
        });
        agents.chain(modes).chain(personas).chain(providers).collect::<Vec<_>>().join("\n")
    }
}
