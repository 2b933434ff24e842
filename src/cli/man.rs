//! `man`: the manual pages, drawn from the same source as `--help`.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::cli::args::{AFTER_HELP, Cli};
use crate::cli::output;
use crate::error::Failure;

/// A manual page: the name of its file, and its text.
type Page = (String, Vec<u8>);

pub(crate) fn man(folder: Option<&Path>) -> Result<(), Failure> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let cannot = |error: io::Error| Failure::internal(format!("cannot draw the manual pages: {error}"));
    let Some(folder) = folder else {
        let (_, page) = page(&command).map_err(cannot)?;
        return output::result(&String::from_utf8_lossy(&page));
    };
    let mut pages = Vec::new();
    draw(&command, &mut pages).map_err(cannot)?;
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    for (name, page) in pages {
        let path = folder.join(name);
        fs::write(&path, page).map_err(|error| unwritable(&path, &error))?;
        output::result(&format!("{}\n", path.display()))?;
    }
    Ok(())
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot write {}: {error}", path.display())).with_hint("give --dir a folder of your own")
}

/// Draws the page of a command, and those of the commands below it.
fn draw(command: &Command, pages: &mut Vec<Page>) -> io::Result<()> {
    pages.push(page(command)?);
    command.get_subcommands().filter(|below| !below.is_hide_set()).try_for_each(|below| draw(below, pages))
}

fn page(command: &Command) -> io::Result<Page> {
    let source = concat!("roundtable ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(source).manual("Roundtable");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        man.render_options_section(&mut text)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    endings(&mut text)?;
    Ok((man.get_filename(), text))
}

/// Every command ends as every other does, so each page tells it.
fn endings(text: &mut Vec<u8>) -> io::Result<()> {
    let mut section = Roff::new();
    section.control("SH", ["EXIT STATUS"]);
    for paragraph in AFTER_HELP.split("\n\n") {
        section.control("PP", []);
        section.text([roman(paragraph)]);
    }
    section.to_writer(text)
}
