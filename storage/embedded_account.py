"""The account that the embedded PostgreSQL runs as.

PostgreSQL refuses to run as root. Started by anybody else, it runs as that account. Started by root, it runs as
whoever owns the home (so that ``sudo milepost ...`` in somebody's checkout leaves nothing he cannot open), and in
root's own home as the account ``milepost``, made if it does not exist.
"""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import pwd

ACCOUNT = "milepost"
FALLBACK = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server: ``uid`` and ``gid``, both None where it is the account we run as ourselves."""

    uid: int | None
    gid: int | None

    @property
    def is_other(self) -> bool:
        """Say whether the server runs as another account than we do."""
        return self.uid is not None

    def take(self, path: Path) -> None:
        """Give ``path`` to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def make_folder(self, folder: Path, mode: int) -> None:
        """Make ``folder`` for this account, if it is not there yet; a folder that is there stays as it is."""
        if not folder.exists():
            missing_parents = [parent for parent in folder.parents if not parent.exists()]
            folder.mkdir(mode=mode, parents=True, exist_ok=True)
            for made in (*missing_parents, folder):
                self.take(made)

    def make_file(self, file: Path) -> None:
        """Make an empty ``file`` for this account, if it is not there yet."""
        with contextlib.suppress(FileExistsError):
            os.close(os.open(file, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self.take(file)

    def owns_alone(self, folder: Path) -> bool:
        """Say whether ``folder`` is a real folder, this account's, and closed to everybody else."""
        try:
            facts = folder.lstat()
        except OSError:
            return False
        owner = os.geteuid() if self.uid is None else self.uid
        return stat.S_ISDIR(facts.st_mode) and facts.st_uid == owner and not facts.st_mode & 0o077

    def run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a program as this account and return what it said, errors included."""
        return subprocess.run(  # noqa: S603 - the programs of the wheel
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            user=self.uid,
            group=self.gid,
            extra_groups=[] if self.is_other else None,
            cwd="/",
            env=server_environment(),
            check=False,
        )


def server_environment() -> dict[str, str]:
    """Return the environment for PostgreSQL's programs: ours, without what would steer them or is our secret."""
    unwanted = ("PG", "LC_", "LANG", "MILEPOST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return kept | {"LC_ALL": "C"}


def account_for(home: Path) -> Account:
    """Return the account that runs the server of ``home``."""
    if os.geteuid() != 0:
        return Account(None, None)
    place = home / "postgres"
    while not place.exists():
        place = place.parent
    if owner := place.stat().st_uid:
        with contextlib.suppress(KeyError):  # a number without a name, which initdb does not accept
            return Account(owner, pwd.getpwuid(owner).pw_gid)
    entry = _find(ACCOUNT) or _make(ACCOUNT) or _find(FALLBACK)
    if entry is None:
        raise PermissionError(
            f"PostgreSQL does not run as root, and an account '{ACCOUNT}' could not be made; make it (useradd --system "
            f"{ACCOUNT}), or run Milepost as another account"
        )
    return Account(entry.pw_uid, entry.pw_gid)


def let_pass(account: Account, target: Path) -> None:
    """Let ``account`` reach ``target``: permit searching, but not listing, the folders on the way to it.

    Only where it could not pass, only the search bit, and only as root: PostgreSQL runs as another account then and
    must reach its data and its programs by their paths.
    """
    for folder in target.resolve().parents:
        facts = folder.stat()
        if facts.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif facts.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not facts.st_mode & needed:
            folder.chmod(stat.S_IMODE(facts.st_mode) | needed)


def let_read(programs: Path) -> None:
    """Let every account run the wheel's ``programs``, if a strict umask kept them to the one that installed them."""
    if (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in (programs.parent, *programs.parent.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _find(name: str) -> "pwd.struct_passwd | None":
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make(name: str) -> "pwd.struct_passwd | None":
    """Make a system account that nobody can sign in with; None if this machine has no way to."""
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", name],
        ["adduser", "-S", "-D", "-H", name],  # BusyBox, as in Alpine
    ):
        if shutil.which(command[0]):
            # Two at once: the second is told that the account exists, and finds it.
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603
            if entry := _find(name):
                return entry
    return None
