#!/usr/bin/env python3
"""A driver for `dashboard`: each deployment is a folder, and a small web server that shows it.

It speaks engine-driver/1 (docs/drivers.md). `workspaces.py VERB` reads a request as JSON from
standard input and writes one answer as JSON to standard output. `workspaces.py serve` does the same
for one request per line, several at once, and sends a notice when a server has ended. A suspended
deployment is stopped with SIGSTOP.

A folder contains a mark (which engine, which deployment) before it gets its name, and its server
has the same mark in its environment. So the driver finds everything again after a crash, without
notes of its own, and never touches anything that lacks the mark.
"""
import concurrent.futures, json, os, shutil, signal, socket, subprocess, sys, threading
import time

MARK = ".workspace.json"


def done(request, **more):
    return {"call": request["call"], "outcome": "done", **more}


def running(request, progress, **more):
    return {**done(request, progress=progress, pollMs=20, **more), "outcome": "running"}


def failed(request, kind, message):
    error = {"class": kind, "message": message}
    return {"call": request["call"], "outcome": "failed", "error": error}


# Finding folders and servers

def root(request):
    return request["provider"]["root"]


def read(path):
    try:
        with open(path) as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def folders(request):
    """Yields the path and the mark of every folder that has a mark."""
    names = os.listdir(root(request)) if os.path.isdir(root(request)) else []
    for name in sorted(names):
        path = os.path.join(root(request), name)
        mark = read(os.path.join(path, MARK))
        if mark:
            yield path, mark


def own(request):
    """Returns the path of the folder with the mark of this request, or None."""
    wanted = (request["owner"], request["key"])
    return next((path for path, mark in folders(request)
                 if (mark["owner"], mark["key"]) == wanted), None)


def servers(request):
    """Yields the number and the state of every process with this mark."""
    entry = ("WORKSPACE=%(owner)s/%(key)s" % request).encode()
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % number, "rb") as file:
                if entry not in file.read().split(b"\0"):
                    continue
            with open("/proc/%s/stat" % number) as file:
                yield int(number), file.read().rpartition(") ")[2][0]
        except OSError:
            pass  # It has ended, or belongs to another user.


def observed(request):
    """Returns the observed state: the answer to `status`, and the basis of every other verb."""
    path = own(request)
    if path is None:
        return {"power": "absent"}
    states = [state for _, state in servers(request) if state not in "ZX"]
    power = "off" if not states else "suspended" if set(states) <= set("Tt") else "running"
    port = read(os.path.join(path, ".port"))
    return {"power": power, "key": request["key"], "owner": request["owner"],
            "ip": "127.0.0.1:%d" % port if port else None}


def answers(address):
    try:
        host, port = address.split(":")
        socket.create_connection((host, int(port)), timeout=1).close()
        return True
    except (OSError, AttributeError):
        return False


# Verbs

def describe(request):
    capabilities = {"suspend": True, "publish": True, "list": True, "serve": True}
    return done(request, name="workspaces", protocols=[1], capabilities=capabilities)


def validate(request):
    folder = request["provider"].get("root", "")
    if os.path.isabs(folder) and os.path.isdir(folder) and os.access(folder, os.W_OK):
        return done(request)
    return failed(request, "permanent", "config.root must be a writable folder")


def make_folder(request, path, template, extra):
    """Creates a folder with its mark in one step: other processes see all of it or nothing."""
    draft = os.path.join(root(request), ".draft-" + request["key"])
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(template, draft) if template else os.mkdir(draft)
    with open(os.path.join(draft, MARK), "w") as file:
        json.dump({"owner": request["owner"], "key": request["key"], **extra}, file)
    os.rename(draft, path)


def create(request):
    path = own(request)
    if path is None:
        path = os.path.join(root(request), request["name"])
        if os.path.lexists(path):
            return failed(request, "notOurs", "%s exists and does not carry our mark" % path)
        template = request.get("service", {}).get("template")
        if request.get("publication"):
            template = os.path.join(root(request), ".published-" + request["publication"]["key"])
        if template and not os.path.isdir(template):
            return failed(request, "permanent", "there is no folder %s to copy" % template)
        make_folder(request, path, template, {"name": request["name"]})
    if not any(True for _ in servers(request)):
        start(request, path)
        return running(request, 50)
    if request.get("end") == "suspended":
        return suspend(request) if answers(observed(request)["ip"]) \
            or observed(request)["power"] == "suspended" else running(request, 75)
    return ready(request)


def start(request, path):
    """Starts the server in its own session without our streams, so that it outlives this call."""
    mark = "%(owner)s/%(key)s" % request
    subprocess.Popen(
        [sys.executable, "-S", "-E", os.path.abspath(__file__), "_serve", path,
         str(request.get("port") or 0)],
        env={**os.environ, "WORKSPACE": mark}, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def tell(request, number):
    for process, _ in servers(request):
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass


def suspend(request):
    if observed(request)["power"] == "absent":
        return failed(request, "notFound", "it does not exist any more")
    tell(request, signal.SIGSTOP)
    if observed(request)["power"] == "suspended":
        return done(request)
    return running(request, 90)


def ready(request):
    """Makes sure that it runs and answers; does not recreate a folder that has vanished."""
    now = observed(request)
    if now["power"] == "absent":
        return failed(request, "notFound", "its folder is gone")
    if now["power"] == "off":
        return failed(request, "notFound", "its server has ended")
    tell(request, signal.SIGCONT)
    return done(request) if answers(now["ip"]) else running(request, 90)


def delete(request):
    tell(request, signal.SIGKILL)
    path = own(request)
    if any(state not in "ZX" for _, state in servers(request)):
        return running(request, 50)
    if path:
        # Renamed first: a half-removed folder must not look like another driver's.
        trash = os.path.join(root(request), ".trash-" + request["key"])
        os.rename(path, trash)
        shutil.rmtree(trash)
    return done(request)


def status(request):
    return done(request, observed=observed(request))


def list_own(request):
    items = [{"key": mark["key"], "owner": mark["owner"], "name": mark.get("name")}
             for _, mark in folders(request) if mark["owner"] == request["owner"]]
    return done(request, items=items, complete=True)


def publish(request):
    """Copies the template as it is now; deployments are created from the copy."""
    path = os.path.join(root(request), ".published-" + request["key"])
    if not os.path.isdir(path):
        template = request.get("service", {}).get("template")
        make_folder(request, path, template, {"published": True})
    return done(request)


def unpublish(request):
    path = os.path.join(root(request), ".published-" + request["key"])
    shutil.rmtree(path, ignore_errors=True)
    return done(request)


# Serving

def serve():
    """Answers one request per line until standard input ends."""
    lock = threading.Lock()

    def say(answer):
        with lock:
            print(json.dumps(answer), flush=True)

    def one(line):
        try:
            request = json.loads(line)
            call, verb = request["call"], request["verb"]
        except (ValueError, KeyError, TypeError):
            return  # Without a call id, nobody could match the answer.
        if verb not in VERBS:
            return say({"call": call, "outcome": "failed",
                        "error": {"class": "bug", "message": "unknown verb " + verb}})
        seen.update({(request.get("owner"), request.get("key")): request})
        say(answer(request, VERBS[verb]))

    seen = {}
    threading.Thread(target=watch, args=(seen, say), daemon=True).start()
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        for line in sys.stdin.buffer:
            threads.submit(one, line)


def watch(seen, say):
    """Sends a notice when the server of a known deployment has ended."""
    ran = set()
    while True:
        for mark, request in list(seen.items()):
            try:
                power = observed(request)["power"] if all(mark) else None
            except (OSError, KeyError, TypeError):
                continue
            if power == "off" and mark in ran:
                say({"notice": {"owner": mark[0], "key": mark[1],
                                "message": "its server has ended"}})
            ran.add(mark) if power == "running" else ran.discard(mark)
            if power == "absent":
                seen.pop(mark, None)
        time.sleep(1)


# The web server of a folder

def serve_folder(path, port):
    listener = socket.create_server(("127.0.0.1", int(port)))
    draft = os.path.join(path, ".port-draft")
    with open(draft, "w") as file:
        file.write(str(listener.getsockname()[1]))
    os.rename(draft, os.path.join(path, ".port"))
    while True:
        client = listener.accept()[0]
        client.settimeout(1)
        try:
            client.recv(4096)
            text = "\n".join(sorted(os.listdir(path)))
            client.sendall(("HTTP/1.0 200 OK\r\n\r\n%s\n" % text).encode())
        except OSError:
            pass
        client.close()


VERBS = {"describe": describe, "validate": validate, "create": create, "suspend": suspend,
         "resume": ready, "ready": ready, "delete": delete, "status": status, "list": list_own,
         "publish": publish, "unpublish": unpublish}


def answer(request, verb):
    try:
        return verb(request)
    except FileNotFoundError as error:
        return failed(request, "permanent", str(error))
    except OSError as error:
        return failed(request, "transient", str(error))
    except (KeyError, TypeError) as error:
        return failed(request, "bug", "the request lacks %s" % error)


def main():
    if sys.argv[1:2] == ["_serve"]:
        return serve_folder(*sys.argv[2:])
    if sys.argv[1:] == ["serve"]:
        return serve()
    if len(sys.argv) != 2 or sys.argv[1] not in VERBS:
        print("verbs: " + " ".join(VERBS), file=sys.stderr)
        return 64
    try:
        request = json.load(sys.stdin)
        request["call"]
    except (ValueError, KeyError, TypeError):
        print("standard input must hold one request as JSON", file=sys.stderr)
        return 64
    print(json.dumps(answer(request, VERBS[sys.argv[1]])))


if __name__ == "__main__":
    sys.exit(main())
