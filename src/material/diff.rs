//! Changes as git tells them.
//!
//! Must never hand a range to a shell, or let one become an option of git's.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::debate::log::material::{Material, Origin};
use crate::material::error::MaterialError;
use crate::material::gather::{decoded, limited};

/// Longest range, in bytes.
const RANGE_BYTES_MAX: usize = 200;
/// What begins the changes of each file but the first. Lines of a file stand behind `+`, `-` or a space.
const BETWEEN_FILES: &[u8] = b"\ndiff --git ";
/// How much of what git complains about is read, in bytes.
const COMPLAINT_BYTES_MAX: u64 = 4_096;
/// What a project may set that would run a program of its choice, or change what is told.
const SETTINGS: [&str; 4] = ["core.fsmonitor=false", "core.quotePath=false", "core.safecrlf=false", "color.ui=false"];

/// Runs `git diff RANGE` in `folder`, and adds what is to be known of how it was read to `warnings`. The variables named in
/// `hidden`, which hold keys, are not passed on.
///
/// # Errors
/// The range is none, git cannot be run or refuses, or it tells no change. Also fails on more bytes than a text may
/// have, and on what cannot be decoded.
pub fn diff(
    range: &str,
    folder: &Path,
    hidden: &[&str],
    warnings: &mut Vec<String>,
) -> Result<Material, MaterialError> {
    if !is_range(range) {
        return Err(MaterialError::Range { given: range.to_owned() });
    }
    let name = format!("git diff {range}");
    let mut child = spawn(range, folder, hidden)?;
    let complaint = child.stderr.take().map(|stderr| {
        thread::spawn(move || {
            let mut told = Vec::new();
            let mut stderr = stderr;
            stderr.by_ref().take(COMPLAINT_BYTES_MAX).read_to_end(&mut told).ok();
            // Read to its end, so that git does not wait for a reader.
            std::io::copy(&mut stderr, &mut std::io::sink()).ok();
            told
        })
    });
    let told = child.stdout.take().map_or(Ok(Vec::new()), |stdout| limited(stdout, &name));
    let status = child.wait().map_err(|source| MaterialError::NoGit { source })?;
    let complaint = complaint.and_then(|reader| reader.join().ok()).unwrap_or_default();
    let told = told?;
    if !status.success() {
        return Err(refusal(&String::from_utf8_lossy(&complaint)));
    }
    let mut text = String::new();
    for section in sections(&told) {
        let decoded = decoded(section, &section_name(&name, section))?;
        warnings.extend(decoded.warning(&section_name(&name, section)));
        text.push_str(&decoded.text);
    }
    if text.trim().is_empty() {
        return Err(MaterialError::NoChange { name });
    }
    Ok(Material::new(name, Origin::Diff, &text))
}

/// Cuts changes before each file's: they are told in the encodings of the files.
fn sections(told: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = told.windows(BETWEEN_FILES.len()).enumerate();
    let mut cuts: Vec<usize> =
        starts.filter(|(_, window)| *window == BETWEEN_FILES).map(|(place, _)| place + 1).collect();
    cuts.insert(0, 0);
    cuts.push(told.len());
    let bounds: Vec<[usize; 2]> = cuts.windows(2).map(|pair| [pair[0], pair[1]]).collect();
    bounds.into_iter().map(|[from, to]| &told[from..to])
}

/// Names a section by the file that its first line tells.
fn section_name(name: &str, section: &[u8]) -> String {
    let first = section.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let file = String::from_utf8_lossy(first).rsplit_once(" b/").map(|(_, file)| file.to_owned());
    file.map_or_else(|| name.to_owned(), |file| format!("{name}: {file}"))
}

/// Whether git can only take it for a revision or a range of them.
fn is_range(range: &str) -> bool {
    let is_sign = |c: char| c.is_alphanumeric() || "._/~^@{}-+:=#,".contains(c);
    !range.is_empty() && range.len() <= RANGE_BYTES_MAX && !range.starts_with('-') && range.chars().all(is_sign)
}

fn spawn(range: &str, folder: &Path, hidden: &[&str]) -> Result<Child, MaterialError> {
    let mut command = Command::new("git");
    command.arg("--no-pager");
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.args(["diff", "--no-color", "--no-ext-diff", "--no-textconv", "--end-of-options", range, "--"]);
    command.current_dir(folder).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
    for name in hidden {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|source| MaterialError::NoGit { source })
}

fn refusal(complaint: &str) -> MaterialError {
    // Outside of a repository git takes what it is given for files to compare.
    let complained = complaint.to_lowercase();
    if complained.contains("not a git repository") || complained.contains("could not access") {
        return MaterialError::NoRepository;
    }
    let told = complaint.lines().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
    MaterialError::Git { told: crate::debate::text::clip(told, 200) }
}

#[cfg(test)]
mod tests {
    use super::is_range;

    fn check(range: &str, expected: bool) {
        assert_eq!(is_range(range), expected, "{range}");
    }

    #[test]
    fn a_range_cannot_become_an_option_or_a_command() {
        for range in ["HEAD", "main...HEAD", "HEAD~3", "v1.2..v1.3", "HEAD^2", "@{upstream}", "feature/x-1"] {
            check(range, true);
        }
        for range in ["", "-O/etc/passwd", "--output=x", "--no-index", "HEAD; rm", "a b", "$(id)", "`id`", "a\nb"] {
            check(range, false);
        }
        check(&"a".repeat(201), false);
    }
}
