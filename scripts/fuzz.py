"""fuzz.py URL quick|full: schemathesis against a running server with demo data, once per actor.

First the scene: every operation once, with success (fuzz_scene.py). Then whatever the document allows and forbids, with
ids of things that exist, from the scene and from what each actor can see; otherwise nearly every path would name nothing.
Nothing is left out but what OUT names, with the reason.
"""

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from fuzz_scene import DAYS, Scene

PASSWORD = "uems-demo-2024!"
# The admin last: nobody else can deactivate a course or a person under the others.
ACTORS = ["student", "teacher", "admin"]
# Examples per operation and phase; seconds after which an actor's run is ended, and has failed. A token lasts 15 minutes.
SIZES = {"quick": (4, 300), "full": (60, 840)}
OUT = {"logout": "it ends the session the other requests need; it is tried last, by itself"}
# Values that a word of the document's own cannot describe: what this institution's rules ask for.
WORDS = {
    "code": ["CS990", "MA991"],
    "section": ["F1", "F2", "F3"],
    "name": ["Algebra of Fuzzing"],
    "year": [2025, 2026],
    "date": DAYS,
    "assignment_name": ["Essay", "Quiz"],
    "score": ["7.25", 12],
}
# Which kind of thing an id is, by the beginning of its address; the longest first.
KINDS = {
    "/grades/assignments": "assignment",
    "/grades/change-requests": "request",
    "/grades": "grade",
    "/attendance": "attendance",
    "/payments": "payment",
    "/charges": "charge",
    "/users": "user",
    "/courses": "course",
    "/enrollments": "course",
}
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "ignored_auth",
    "unsupported_method",
]


class Api:
    def __init__(self, url, token=None):
        self.base, self.token = f"{url}/api/v1", token

    def call(self, path, body=None):
        request = urllib.request.Request(self.base + path, data=body and json.dumps(body).encode())
        if body:
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def ids(self, path, key="id"):
        """Ids in a list, as far as the actor may see it."""
        try:
            return [item[key] for item in self.call(path)["items"]]
        except urllib.error.HTTPError as error:
            if error.code in (403, 404):
                return []
            raise


def sign_in(url, actor):
    return Api(url, Api(url).call("/auth/login", {"email": f"{actor}@uems.test", "password": PASSWORD})["access_token"])


def known(api, scene):
    """Ids of what exists, by the kind of thing; those of the scene first, which fit each other."""
    me = api.call("/auth/me")["id"]
    own = api.ids(f"/users/{me}/enrollments?page_size=20", "course_id")
    taught = api.ids(f"/courses?teacher_id={me}&page_size=5")
    # The first of these has the enrolments: an id of one fits no other section.
    courses = (own or taught or api.ids("/courses?page_size=1"))[:3] + api.ids("/courses?page_size=7")
    enrollments = api.ids(f"/users/{me}/enrollments?page_size=20")
    enrollments += api.ids(f"/courses/{courses[0]}/enrollments?page_size=10")
    people = [me, *api.ids("/users?page_size=10"), *api.ids(f"/courses/{courses[0]}/enrollments?page_size=5", "user_id")]
    seen = {"course": courses, "enrollment": enrollments, "user": people}
    return WORDS | scene | {what: scene[what] + ids[:5] for what, ids in seen.items()}


def kind(path, name):
    """What an id in an address or a body names."""
    name = name.split(".")[-1].split("[")[0]
    if name in ("id", "drop", "take"):
        return next((what for start, what in KINDS.items() if path.startswith(start)), None)
    if name in WORDS or name == "token":
        return name
    words = {"student": "user", "teacher": "user", "actor": "user", "subject": "user"}
    found = re.fullmatch(r"(\w+?)_ids?", name)
    return found and words.get(found[1], found[1])


def fields(document, schema, prefix="", depth=0):
    """Dotted paths of the fields of a body that hold ids, or one of WORDS."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].split("/")[-1]]
    for choice in schema.get("oneOf", []) + schema.get("anyOf", []) + schema.get("allOf", []):
        yield from fields(document, choice, prefix, depth)
    if schema.get("format") == "uuid" or prefix.split(".")[-1] in WORDS:
        yield prefix
    if depth < 4:
        for name, field in schema.get("properties", {}).items():
            yield from fields(document, field, f"{prefix}.{name}" if prefix else name, depth + 1)
        if isinstance(schema.get("items"), dict):
            yield from fields(document, schema["items"], f"{prefix}[*]", depth + 1)


def config(document, ids, token):
    """schemathesis.toml: where which ids go."""
    lines = [f'headers = {{ Authorization = "Bearer {token}" }}']
    lines += [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}" for name, values in ids.items() if values]
    unknown = set()
    for path, item in document["paths"].items():
        for operation in item.values():
            named = [f"{p['in']}.{p['name']}" for p in operation.get("parameters", []) if p["in"] in ("path", "query")]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                named += [f"body.{field}" for field in fields(document, content["schema"]) if field]
            bound = {}
            for name in dict.fromkeys(named):
                what = kind(path, name)
                if what and ids.get(what):
                    bound[name] = f'{{ dictionary = "{what}", probability = 0.7 }}'
                elif name.startswith("path.") and name.endswith("id"):
                    unknown.add(f"{name[5:]} of {path}")
            if bound:
                pairs = ", ".join(f"{json.dumps(name)} = {value}" for name, value in bound.items())
                lines.append(f'[[operations]]\ninclude-operation-id = "{operation["operationId"]}"\nparameters = {{ {pairs} }}')
    return "\n".join(lines) + "\n", sorted(unknown)


def schemathesis(url, seconds, *arguments):
    """Whether a run went well; its output goes where ours goes."""
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "--no-color", "--config-file", "schemathesis.toml", "run",
        f"{url}/api/v1/openapi.json", "--url", f"{url}/api/v1", "--workers", "1", "--warnings", "off",
        "--generation-deterministic", "--continue-on-failure", "--request-timeout", "35",
        "--checks", ",".join(CHECKS), *arguments,
    ]  # fmt: skip
    try:
        return subprocess.run(command, timeout=seconds, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        print(f"It took more than {seconds} s and was ended.")
        return False


def answers(url):
    """How often each operation answered with what, by the server's own count."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:
        lines = re.findall(r'^http_requests_total\{handler="/api/v1([^"]+)",method="(\w+)",status="(\d+)"\} (\d+)', answer.read().decode(), re.M)
    return {(method, path, status): int(count) for path, method, status, count in lines}


def reached(url, document, scene, before):
    """What was answered to each operation; says what never succeeded for anybody, and what did so in the scene alone."""
    counts = answers(url)
    operations = [(m.upper(), path) for path, item in document["paths"].items() for m in item if not path.startswith("/health")]
    never, scene_alone = [], []
    print("── What each operation answered, whoever asked")
    for method, path in sorted(operations, key=lambda operation: operation[::-1]):
        seen = {status: count - before.get((m, p, status), 0) for (m, p, status), count in counts.items() if (m, p) == (method, path)}
        print(f"{method:7}{path:55}{' '.join(sorted(status for status, count in seen.items() if count))}")
        if not any(status.startswith("2") and count for status, count in seen.items()):
            (scene_alone if (method, path) in scene.done else never).append(f"{method} {path}")
    print(f"Succeeded in the scene alone: {', '.join(scene_alone) or 'nothing'}")
    print(f"Never succeeded, so less was looked at: {', '.join(never) or 'nothing'}", flush=True)


def main():
    url, size = sys.argv[1:]
    examples, seconds = SIZES[size]
    document = Api(url).call("/openapi.json")
    for name, reason in OUT.items():
        print(f"Left out: {name}, because {reason}.")
    scene = Scene(url, {actor: sign_in(url, actor).token for actor in ACTORS})
    ids = scene.play(PASSWORD)
    print(f"── The scene: {len(scene.done)} operations, each with success", flush=True)
    before, failed = answers(url), []
    for actor in ACTORS:
        api = sign_in(url, actor)
        text, unknown = config(document, known(api, ids), api.token)
        Path("schemathesis.toml").write_text(text)
        print(f"── As {actor}@uems.test; only made-up values for: {', '.join(unknown) or 'nothing'}", flush=True)
        left_out = [part for name in OUT for part in ("--exclude-operation-id", name)]
        if not schemathesis(url, seconds, "--max-examples", str(examples), *left_out):
            failed.append(actor)
    print("── What was left out", flush=True)
    alone = [part for name in OUT for part in ("--include-operation-id", name)]
    if not schemathesis(url, seconds, "--max-examples", "4", "--phases", "coverage,fuzzing", *alone):
        failed.append("what was left out")
    reached(url, document, scene, before)
    sys.exit(f"Fuzzing found something: {', '.join(failed)}" if failed else 0)


main()
