"""Turns files that were copied into a deployment's volume into the layout its instances read.

Usage: initialize.py PLAN.json

The plan: {"source": folder, "target": folder, "uid": 1001, "gid": 1001, "marker": ".ready",
  "files": [{"path": below source, "sha256": hex, "size": bytes, "target": below target,
             "unpack": "" | "tar" | "zip", "mode": "0444"}]}
"target", "uid", "gid", "marker", "unpack" and "mode" may be left out. An unpacked archive's "target" is a folder.

Every file is verified before anything is placed. One JSON line per step goes to standard output. A repeated run
continues where a broken one stopped. Standard library only: it runs with no network and no packages.
Exit codes: 0 done, 1 anything else, 2 checksum or size mismatch, 3 missing file, 4 disk; the last line says why.
"""

import errno
import hashlib
import json
import os
import posixpath
import shutil
import stat
import sys
import tarfile
import time
import zipfile

OTHER, MISMATCH, MISSING, DISK = 1, 2, 3, 4
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
CHUNK = 1024 * 1024


class Refused(Exception):
    def __init__(self, code, reason, path=""):
        super().__init__(reason)
        self.code = code
        self.path = path


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def inside(root, name):
    """The absolute path of `name` below `root`; names that would leave it are refused."""
    clean = posixpath.normpath(name.replace("\\", "/"))
    if clean in ("", ".", "..") or clean.startswith(("../", "/")) or "\0" in name:
        raise Refused(OTHER, "path leaves its folder: %r" % name, name)
    return os.path.join(root, clean)


def digest(path):
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            chunk = file.read(CHUNK)
            if not chunk:
                return sha.hexdigest()
            sha.update(chunk)


class Stage:
    def __init__(self, plan):
        self.plan = plan
        self.source = os.path.abspath(plan["source"])
        self.target = os.path.abspath(plan.get("target", os.path.dirname(self.source)))
        self.uid = int(plan.get("uid", 1001))
        self.gid = int(plan.get("gid", 1001))
        self.marker = inside(self.target, plan.get("marker", ".ready"))
        self.identity = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
        self.created = set()

    def already_done(self):
        try:
            with open(self.marker, encoding="utf-8") as file:
                return json.load(file).get("plan") == self.identity
        except (OSError, ValueError):
            return False

    def verify(self, entry):
        """Checks size and checksum; a file that an earlier run already placed is checked where it is now."""
        started = time.monotonic()
        path = inside(self.source, entry["path"])
        if not os.path.isfile(path) and not entry.get("unpack"):
            path = inside(self.target, entry["target"])
        if not os.path.isfile(path) or os.path.islink(path):
            raise Refused(MISSING, "file is missing: %s" % entry["path"], entry["path"])
        size = os.path.getsize(path)
        if size != int(entry["size"]):
            raise Refused(MISMATCH, "%s has %d bytes, expected %d" % (entry["path"], size, int(entry["size"])), entry["path"])
        found = digest(path)
        if found != entry["sha256"].lower():
            raise Refused(MISMATCH, "%s has checksum %s, expected %s" % (entry["path"], found, entry["sha256"]), entry["path"])
        say("verified", path=entry["path"], bytes=size, sha256=found, ms=elapsed(started))

    def place(self, entry):
        started = time.monotonic()
        path = inside(self.source, entry["path"])
        unpack = entry.get("unpack") or ""
        if unpack:
            count, total = self.unpack(path, unpack, inside(self.target, entry["target"]), entry)
            say("unpacked", path=entry["target"], bytes=total, files=count, sha256=entry["sha256"], ms=elapsed(started))
            return
        target = inside(self.target, entry["target"])
        if os.path.isfile(path):
            self.folder(os.path.dirname(target))
            # A content-addressed source may be wanted at several places: copy unless this is its last use.
            if self.last_use(entry):
                move(path, target)
            else:
                shutil.copyfile(path, target)
        self.own(target, int(str(entry.get("mode", "0444")), 8))
        say("placed", path=entry["target"], bytes=int(entry["size"]), sha256=entry["sha256"], ms=elapsed(started))

    def last_use(self, entry):
        same = [other for other in self.plan["files"] if other["path"] == entry["path"]]
        return same[-1] is entry

    def unpack(self, path, kind, target, entry):
        self.folder(target)
        mode = int(str(entry.get("mode", "0444")), 8)
        count = total = 0
        for name, size, reader in members(path, kind):
            file = inside(target, name)
            self.folder(os.path.dirname(file))
            with reader() as incoming, open(file, "wb") as outgoing:
                shutil.copyfileobj(incoming, outgoing, CHUNK)
            self.own(file, mode)
            count += 1
            total += size
        return count, total

    def folder(self, path):
        """Makes a folder and its parents below the target; they stay writable until `seal`."""
        missing = []
        while path != self.target and path not in self.created:
            missing.append(path)
            path = os.path.dirname(path)
        for folder in reversed(missing):
            if os.path.islink(folder):
                raise Refused(OTHER, "a link stands where a folder belongs: %s" % folder, folder)
            os.makedirs(folder, exist_ok=True)
            os.chmod(folder, 0o755)
            self.created.add(folder)

    def own(self, path, mode):
        if os.geteuid() == 0:
            os.lchown(path, self.uid, self.gid)
        os.chmod(path, mode)

    def seal(self):
        for folder in sorted(self.created, key=len, reverse=True):
            self.own(folder, 0o555)
        partial = self.marker + ".partial"
        with open(partial, "w", encoding="utf-8") as file:
            json.dump({"plan": self.identity, "files": len(self.plan["files"])}, file)
            file.flush()
            os.fsync(file.fileno())
        self.own(partial, 0o444)
        os.replace(partial, self.marker)
        self.own(self.target, 0o755)
        # After the marker: a run that breaks here must not look for sources that are gone.
        shutil.rmtree(self.source, ignore_errors=True)

    def run(self):
        started = time.monotonic()
        files = self.plan["files"]
        total = sum(int(entry["size"]) for entry in files)
        if self.already_done():
            shutil.rmtree(self.source, ignore_errors=True)
            say("done", files=len(files), bytes=total, ms=elapsed(started), repeated=True)
            return
        if os.path.lexists(self.marker):
            os.remove(self.marker)
        say("started", files=len(files), bytes=total)
        for entry in files:
            self.verify(entry)
        for entry in files:
            self.place(entry)
        self.seal()
        say("done", files=len(files), bytes=total, ms=elapsed(started))


def elapsed(started):
    return round((time.monotonic() - started) * 1000)


def move(source, target):
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copyfile(source, target)
        os.remove(source)


def members(path, kind):
    """Regular files of an archive as (name, size, opener). Links and devices are refused, folders follow from names."""
    if kind == "tar":
        with tarfile.open(path) as archive:
            for item in archive:
                if item.isdir():
                    continue
                if not item.isreg():
                    raise Refused(OTHER, "archive holds a link or device: %s" % item.name, item.name)
                yield item.name, item.size, lambda item=item: archive.extractfile(item)
    elif kind == "zip":
        with zipfile.ZipFile(path) as archive:
            for item in archive.infolist():
                if item.is_dir():
                    continue
                if stat.S_ISLNK(item.external_attr >> 16):
                    raise Refused(OTHER, "archive holds a link: %s" % item.filename, item.filename)
                yield item.filename, item.file_size, lambda item=item: archive.open(item)
    else:
        raise Refused(OTHER, "unknown archive kind: %r" % kind, path)


def main(arguments):
    if len(arguments) != 2:
        say("failed", code=OTHER, reason="usage: initialize.py PLAN.json")
        return OTHER
    try:
        with open(arguments[1], encoding="utf-8") as file:
            plan = json.load(file)
        Stage(plan).run()
        return 0
    except Refused as refused:
        code, reason, path = refused.code, str(refused), refused.path
    except FileNotFoundError as error:
        code, reason, path = MISSING, "file is missing: %s" % error.filename, str(error.filename)
    except OSError as error:
        code = DISK if error.errno in DISK_ERRORS else OTHER
        reason, path = "%s: %s" % (error.strerror, error.filename), str(error.filename or "")
    except (KeyError, TypeError, ValueError, AttributeError, tarfile.TarError, zipfile.BadZipFile) as error:
        code, reason, path = OTHER, "the plan or an archive is malformed: %s: %s" % (type(error).__name__, error), ""
    say("failed", code=code, reason=reason, path=path)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv))
