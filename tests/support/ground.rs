//! Small and read-only file systems that are real: mounted for one test, in a namespace of its own.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Set in the process that has been started within the namespace.
const INSIDE: &str = "ROUNDTABLE_TEST_MAY_MOUNT";

/// What a test that needs file systems of its own can do.
pub(crate) enum Ground {
    /// It may mount them.
    Here,
    /// It has been run where it may, and has passed.
    Elsewhere,
    /// There is no place on this machine where it may.
    Nowhere,
}

/// A file system that goes away with this value.
pub(crate) struct Mount(PathBuf);

impl Ground {
    /// Runs the test of this name where it may mount, or finds that this is the place.
    pub(crate) fn of(test: &str) -> Self {
        if std::env::var_os(INSIDE).is_some() {
            return Self::Here;
        }
        if succeeds("unshare", &["-rm", "true"]) {
            let mut command = Command::new("unshare");
            command.arg("-rm").arg(std::env::current_exe().unwrap()).args([test, "--exact", "--nocapture"]);
            let output = command.env(INSIDE, "yes").output().unwrap();
            let told = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && told.contains("1 passed"),
                "in a namespace: {told}\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
            return Self::Elsewhere;
        }
        let folder = tempfile::tempdir().unwrap();
        if Mount::try_small(folder.path(), "64k").is_some() { Self::Here } else { Self::Nowhere }
    }
}

impl Mount {
    /// Mounts an empty file system of this size, such as `600k`, over a folder.
    pub(crate) fn small(folder: &Path, size: &str) -> Self {
        Self::try_small(folder, size).unwrap()
    }

    fn try_small(folder: &Path, size: &str) -> Option<Self> {
        let options = format!("size={size}");
        let is_there = succeeds("mount", &["-t", "tmpfs", "-o", &options, "tmpfs", folder.to_str().unwrap()]);
        is_there.then(|| Self(folder.to_owned()))
    }

    /// Makes a folder and all in it read-only, to the superuser as well.
    pub(crate) fn read_only(folder: &Path) -> Self {
        let path = folder.to_str().unwrap();
        assert!(succeeds("mount", &["--bind", path, path]));
        let mount = Self(folder.to_owned());
        assert!(succeeds("mount", &["-o", "remount,bind,ro", path]));
        mount
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        succeeds("umount", &["-l", self.0.to_str().unwrap()]);
    }
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}
