"""Where the embedded servers of one root keep their data, and as which user they run.

An ordinary user: everything under `<root>/.local/`. Root: Postgres refuses to run as root, so both servers run as an
unprivileged user, with their data in `/tmp/saathi-<hash of root>` owned by that user, because the way to `<root>` may
be closed to it. No parent directory's owner or mode is ever changed.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHARED = Path("/tmp")  # a constant: the servers must be found again by a process with another TMPDIR
USERS = ("saathi", "postgres", "nobody")  # the first that exists runs the servers when we are root
LONGEST_SOCKET_DIRECTORY = 85  # bytes; sun_path holds 104 (macOS) or 108 (Linux), and the socket's name comes on top
LOG_KEPT_BYTES = 10_000_000


class LocalServerError(Exception):
    """No embedded server: one line naming the fault and the remedy, then the end of its log if there is one."""


@dataclass(frozen=True, slots=True)
class Place:
    """One root's home for its servers. `user` is set only when we are root and must step down."""

    name: str
    home: Path
    run: Path
    user: pwd.struct_passwd | None

    def directory(self, name: str) -> Path:
        """Make `home/name` if absent, private to the servers' user."""
        return self._make(self.home / name)

    def write(self, path: Path, text: str) -> None:
        """Write a file as the servers' user: root must not follow a link that user could have laid."""
        code, printed = self.command(["/bin/sh", "-c", 'printf %s "$1" > "$0"', path, text])
        if code != 0:
            raise LocalServerError(f"cannot write {path}: {printed.strip()}")

    def command(self, words: Sequence[str | Path], *, timeout_s: float = 90.0) -> tuple[int, str]:
        """Run one program to its end as the servers' user; answers exit code and all it printed.

        Its environment is bare, so that PGDATA and the like of the caller mean nothing to it. A file, not a pipe,
        takes the output: a daemon that inherits a pipe would keep us waiting for its end.
        """
        with tempfile.TemporaryFile() as printed:
            try:
                done = subprocess.run(
                    [str(word) for word in words],
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=subprocess.STDOUT,
                    cwd=self.home,
                    env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                    timeout=timeout_s,
                    check=False,
                    umask=0o077,
                    user=self.user.pw_uid if self.user else None,
                    group=self.user.pw_gid if self.user else None,
                    extra_groups=[] if self.user else None,
                )
                code = done.returncode
            except subprocess.TimeoutExpired:
                code = -1
            printed.seek(0)
            return code, printed.read().decode(errors="replace")

    def reachable(self, package: Path, tree: str, program: str) -> Path:
        """`package/tree` itself if the servers' user can run `program` in it, else a copy of it inside home.

        A virtual environment below /root (mode 0700) is closed to that user, and we do not open it. The copy keeps the
        libraries that the wheel put beside the package at the same distance, for that is where the programs look.
        """
        if self._runs(package / tree / program):
            return package / tree
        made = (package / tree / program).stat()
        copy = self.home / "programs" / f"{package.name}-{made.st_size}-{made.st_mtime_ns}"
        if not copy.exists():
            self.directory("programs")
            half = copy.with_name(copy.name + ".half")
            shutil.rmtree(half, ignore_errors=True)
            for part in (f"{package.name}/{tree}", f"{package.name}/.dylibs", f"{package.name}.libs"):
                if (package.parent / part).exists():
                    shutil.copytree(package.parent / part, half / part, symlinks=True)
            for path in (half, *half.rglob("*")):
                self._own(path)
            half.rename(copy)
        if not self._runs(copy / package.name / tree / program):
            raise LocalServerError(
                f"cannot run {program} from {copy} as {self._whom()}: is {SHARED} mounted noexec? "
                "Set DATABASE_URL and REDIS_URL to servers of your own, or run as an ordinary user"
            )
        return copy / package.name / tree

    def fresh_log(self, path: Path) -> Path:
        """The log file to append to; an overgrown one is set aside first (one is kept)."""
        if path.exists() and path.stat().st_size > LOG_KEPT_BYTES:
            path.replace(path.with_name(path.name + ".1"))
        return path

    def _runs(self, program: Path) -> bool:
        try:
            return self.command([program, "--version"])[0] == 0
        except (PermissionError, FileNotFoundError):
            return False

    def _make(self, path: Path) -> Path:
        path.mkdir(mode=0o700, exist_ok=True)
        self._own(path)
        return path

    def _own(self, path: Path) -> None:
        if self.user and path.lstat().st_uid != self.user.pw_uid:
            os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)

    def _whom(self) -> str:
        return self.user.pw_name if self.user else "this user"


def locate(root: Path) -> Place:
    """Say where the servers of `root` live, without making anything. `root` is absolute and resolved."""
    if any(ugly in str(root) for ugly in '"$`\\\n'):
        raise LocalServerError(
            f"the path {root} holds one of \" $ ` \\ or a newline, which the servers' own tools "
            "cannot take: move the project elsewhere"
        )
    name = "saathi-" + hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    if os.geteuid() == 0:
        home = SHARED / name
        return Place(name, home, home / "run", _server_user(home))
    home = root / ".local"
    run = home / "run"
    if len(os.fsencode(run)) > LONGEST_SOCKET_DIRECTORY or any(ugly in str(run) for ugly in "',"):
        run = SHARED / name
    return Place(name, home, run, None)


def prepare(root: Path) -> Place:
    """`locate`, and make the directories; a directory in /tmp that somebody else made first is refused."""
    place = locate(root)
    for directory in (place.home, place.run):
        owners = {0, place.user.pw_uid} if place.user else {os.geteuid()}
        if directory.is_symlink() or (directory.exists() and directory.lstat().st_uid not in owners):
            raise LocalServerError(f"{directory} belongs to somebody else: remove it and try again")
        place._make(directory)
        if directory != root / ".local" and stat.S_IMODE(directory.stat().st_mode) != 0o700:
            directory.chmod(0o700)
    if place.user:
        (root / ".local" / "place").write_text(f"{place.home}\n")
    return place


def package_directory(package: str) -> Path:
    """Where an installed package lies, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LocalServerError(
            f"the package {package.replace('_', '-')} is not installed: run `make setup`, "
            "or set DATABASE_URL and REDIS_URL to servers of your own"
        )
    return Path(next(iter(spec.submodule_search_locations)))


def log_tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, indented, to follow an error's first line."""
    if not log.exists():
        return ""
    return "".join(f"\n    {line}" for line in log.read_text(errors="replace").splitlines()[-lines:])


def _server_user(home: Path) -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_name in USERS and entry.pw_uid != 0}
    if not known:
        raise LocalServerError(
            f"running as root needs one of the users {', '.join(USERS)} to run Postgres: add one, "
            "or set DATABASE_URL and REDIS_URL to servers of your own"
        )
    # The data decides: a user added since (say, by installing a Postgres) must not lock us out of what we wrote.
    owner = home.lstat().st_uid if home.exists() else 0
    by_data = [entry for entry in known.values() if entry.pw_uid == owner]
    return by_data[0] if by_data else next(known[name] for name in USERS if name in known)
