//! `completions`: the script that lets a shell complete commands, flags, modes, personas and providers.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;

use crate::app::{App, vendor_keys};
use crate::cli::args::Cli;
use crate::cli::args::setup::ShellArg;
use crate::cli::output;
use crate::error::Failure;

pub(crate) fn completions(shell: ShellArg) -> Result<(), Failure> {
    let shell = match shell {
        ShellArg::Bash => Shell::Bash,
        ShellArg::Zsh => Shell::Zsh,
        ShellArg::Fish => Shell::Fish,
    };
    let mut command = with_names(Cli::command());
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    output::result(&String::from_utf8_lossy(&script))
}

/// The command line with the names that its arguments take here and now.
fn with_names(command: Command) -> Command {
    // A shell sources this wherever it starts: a configuration that cannot be used must not keep it from completing the rest.
    let app = crate::cli::configured::app(Vec::new()).ok();
    let modes: Vec<String> = app.iter().flat_map(App::modes).map(|mode| mode.name).collect();
    let personas: Vec<String> = app.iter().flat_map(App::personas).map(|persona| persona.name).collect();
    let mut vendors: Vec<String> = vendor_keys().into_iter().map(|key| key.vendor).collect();
    vendors.dedup();
    let one_of = |names: &[String]| {
        let names = names.to_vec();
        move |argument: Arg| {
            if names.is_empty() { argument } else { argument.value_parser(PossibleValuesParser::new(names)) }
        }
    };
    command
        .mut_subcommand("start", |start| {
            start
                .mut_arg("mode", one_of(&modes))
                .mut_arg("provider", one_of(&vendors))
                .mut_arg("moderator", one_of(&vendors))
                .mut_arg("fallback", one_of(&vendors))
        })
        .mut_subcommand("providers", |providers| providers.mut_arg("names", one_of(&vendors)))
        .mut_subcommand("list", |list| list.mut_arg("mode", one_of(&modes)))
        .mut_subcommand("ask", |ask| ask.mut_arg("persona", one_of(&personas)).mut_arg("provider", one_of(&vendors)))
        .mut_subcommand("personas", |of_personas| {
            of_personas
                .mut_subcommand("show", |show| show.mut_arg("name", one_of(&personas)))
                .mut_subcommand("check", |check| check.mut_arg("names", one_of(&personas)))
        })
        .mut_subcommand("modes", |of_modes| {
            of_modes
                .mut_subcommand("show", |show| show.mut_arg("name", one_of(&modes)))
                .mut_subcommand("check", |check| check.mut_arg("names", one_of(&modes)))
        })
}
