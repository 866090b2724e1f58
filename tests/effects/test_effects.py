"""Commands that change what runs, build, turn checks off or start servers; and the tables behind all of it."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from tests.kit import located

from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.effects.starts import dev_server, package_script
from immutable_delivery.effects.tables import compile_tables, load
from immutable_delivery.facts import Command, Fact, Fetch, Install, Phase, Scope, Unread, Variable
from immutable_delivery.references.packages import READERS
from immutable_delivery.source.text import Place, Span


def read(script: str, phase: Phase = "pipeline", shell: str = "sh") -> Interpreter:
    interpreter = Interpreter(shell=shell)
    interpreter.script(located(script), Scope(phase=phase), Place("f", Span(0, len(script))))
    return interpreter


def facts(script: str, phase: Phase = "pipeline") -> list[Fact]:
    return read(script, phase).finish()


def commands(script: str, phase: Phase = "pipeline") -> list[Command]:
    return [fact for fact in facts(script, phase) if isinstance(fact, Command)]


@pytest.mark.parametrize(
    ("script", "mutates", "verb", "target"),
    [
        ("kubectl -n prod exec -it web -- sh", "container", "exec", "web"),
        ("kubectl cp f pod:/x", "container", "cp", "pod:/x"),
        ("kubectl --context=x debug node/y", "container", "debug", "node/y"),
        ("kubectl set image deploy/web web=web:2", "workload", "set image", "deploy/web"),
        ("kubectl -n x rollout restart deploy/web", "workload", "rollout restart", "deploy/web"),
        ("kubectl delete pod web-1 --force", "workload", "delete pod", "web-1"),
        ("kubectl patch deploy web -p '{}'", "workload", "patch", "deploy"),
        ("kubectl replace --force -f x.yaml", "workload", "replace", ""),
        ("oc edit dc/web", "workload", "edit", "dc/web"),
        ("docker exec -u root web sh", "container", "exec", "web"),
        ("docker cp f web:/x", "container", "cp", "web:/x"),
        ("docker commit web img", "container", "commit", "web"),
        ("docker push x/y:latest", "tag", "push", "x/y:latest"),
        ("docker compose -f a.yml exec web sh", "container", "compose exec", "web"),
        ("docker compose pull", "workload", "compose pull", ""),
        ("docker-compose pull && echo", "workload", "pull", ""),
        ("docker service update --image x y", "workload", "service update", "y"),
        ("helm upgrade --install web chart --set image.tag=1", "workload", "upgrade", "web"),
        ("ssh -i k deploy@host 'systemctl restart x'", "host", "", "deploy@host"),
        ("scp -r dist host:/srv", "host", "", "host:/srv"),
        ("rsync -az --delete dist/ deploy@host:/srv", "host", "", "deploy@host:/srv"),
        ("ansible-playbook -i hosts site.yml", "host", "", ""),
        ("aws ecs update-service --service web --force-new-deployment", "workload", "ecs update-service", "web"),
        ("gcloud compute ssh vm --command ls", "host", "compute ssh", "vm"),
        ("sudo kubectl exec web ls", "container", "exec", "web"),
        ("skaffold run -p prod", "workload", "run", ""),
    ],
)  # fmt: skip
def test_commands_that_change_what_runs(script: str, mutates: str, verb: str, target: str) -> None:
    command = commands(script)[0]
    assert (command.mutates, command.verb, command.target) == (mutates, verb, target)
    place = command.places["target"].span if target else command.used_at.span
    assert script[place.start : place.end] == (target or script[place.start : place.end])


@pytest.mark.parametrize(
    "script",
    [
        "kubectl apply -f k8s/",
        "kubectl get pods",
        "kubectl rollout status deploy/web",
        "kubectl logs exec",
        "kubectl delete -f x.yaml",
        "kubectl replace -f x.yaml",
        "kubectl wait --for=condition=ready pod",
        "docker run --rm web exec",
        "docker ps; docker logs web",
        "docker login -u x; docker pull y",
        "docker compose up -d",
        "docker compose ps; docker compose down",
        "helm template x; helm lint y",
        "helm dependency build",
        "rsync -a src/ dst/",
        "rsync -r --exclude x src dst",
        "ssh-keygen -t rsa; ssh-add k; ssh-keyscan host",
        "ansible-galaxy install x; ansible-lint y",
        "aws ecs describe-services; aws s3 ls",
        "gcloud auth login; gcloud config set x y",
        "echo kubectl exec web",
        "git push; git tag v1",
        "terraform plan; terraform apply",
        "skaffold render; skaffold diagnose",
        "cp -r a b; mkdir -p c",
        "make -v; docker --version",
    ],
)
def test_commands_that_change_nothing_that_runs(script: str) -> None:
    found = commands(f"{script}; kubectl edit x")
    assert [command.mutates for command in found if command.mutates] == ["workload"]


@pytest.mark.parametrize(
    ("script", "builds"),
    [
        ("npm run build", "code"),
        ("npm --prefix web run build:prod", "code"),
        ("yarn build", "code"),
        ("pnpm run compile", "code"),
        ("npx webpack --mode production", "code"),
        ("vite build && tsc -p .", "code code"),
        ("mvn -B package; ./gradlew build -x test", "code code"),
        ("go build -o /app ./...", "code"),
        ("cargo build --release", "code"),
        ("make -j4; cmake .", "code code"),
        ("dotnet publish -c Release", "code"),
        ("python manage.py collectstatic --noinput", "code"),
        ("bundle exec rake assets:precompile", "code"),
        ("docker build -t x .", "image"),
        ("docker buildx build --push -t x .", "image"),
        ("docker compose up --build -d", "image"),
        ("gcloud run deploy web --source .", "image"),
        ("skaffold build", "image"),
    ],
)
def test_commands_that_build(script: str, builds: str) -> None:
    assert " ".join(command.builds for command in commands(script)) == builds


@pytest.mark.parametrize(
    "script",
    [
        "npm run lint",
        "npm test",
        "yarn start",
        "pnpm run deploy",
        "npx eslint .",
        "vite preview; webpack serve",
        "mvn --version; gradle -v",
        "go version; go vet ./...",
        "cargo fmt",
        "make --version",
        "dotnet --info; dotnet restore",
        "python manage.py migrate",
        "bundle exec rspec",
        "docker run x",
        "docker images",
        "docker compose up -d",
        "gcloud run deploy web --image x",
        "skaffold deploy",
    ],
)
def test_commands_that_build_nothing(script: str) -> None:
    found = commands(f"{script}; make all")
    assert [command.builds for command in found if command.builds] == ["code"]


@pytest.mark.parametrize(
    ("script", "target"),
    [
        ("cp -r /src/. /app", "/app"),
        ("cp -a /usr/src/app/* /var/www/html", "/var/www/html"),
        ("rsync -a /src/ /app/", "/app/"),
        ("tar xzf app.tgz -C /srv", "/srv"),
        ("tar -C /srv -xf app.tar", "/srv"),
        ("unzip -q app.zip -d /srv", "/srv"),
        ("cd /srv && tar xf /app.tar", "/srv"),
        ("cp -r -t /srv /src", "/srv"),
        ("rsync -a --include /data/ --exclude '/*' /src/ /app/", "/app/data"),
        ("cp -R /dist $TARGET", None),
    ],
)
def test_copies_of_code_at_start(script: str, target: str | None) -> None:
    (command,) = commands(script, "start")
    assert (command.mutates, command.target) == ("files", target)
    assert all(not other.mutates for other in commands(script, "build"))


@pytest.mark.parametrize(
    "script",
    [
        "cp a.conf /etc/a.conf",
        "cp /tpl /etc/x",
        "tar czf x.tgz /app",
        "tar tf x.tgz",
        "mkdir -p /app",
        "unzip -l x.zip",
        "cp -r /src",
        "chown -R x /app",
    ],
)
def test_other_files_at_start(script: str) -> None:
    assert commands(script, "start") == []


@pytest.mark.parametrize(
    ("script", "sources"),
    [
        ("cp -r /src/lib /src/*.js /app", ("/src/lib", "/src/")),
        ("cd /src && mv lib $X * /app", ("/src/lib", "/src")),
        ("tar -xf /app.tar -C /srv", ("/app.tar",)),
        ("tar -C /src -c . | tar xf - -C /srv", ("/src",)),
        ("unzip /app.zip -d /srv", ("/app.zip",)),
    ],
)
def test_where_copies_at_start_come_from(script: str, sources: tuple[str, ...]) -> None:
    found = [command for command in commands(script, "start") if command.mutates == "files"]
    assert [command.sources for command in found] == [sources]


def test_sudo_is_told_once() -> None:
    found = facts("sudo mkdir x && sudo apt-get install y && mkdir z && sudo -u a make", "build")
    told = [(type(f).__name__, f.sudo) for f in found if isinstance(f, Command | Install)]
    assert told == [("Command", True), ("Install", True), ("Command", True)]


@pytest.mark.parametrize(
    "script",
    [
        "export NODE_TLS_REJECT_UNAUTHORIZED=0",
        "PYTHONHTTPSVERIFY='0' python x.py",
        "export A=b GIT_SSL_NO_VERIFY=true",
        "npm config set strict-ssl false",
        "yarn config set strict-ssl false -g",
        "npm set strict-ssl=false",
        "git config --global http.sslVerify false",
        "pip config set global.trusted-host x",
        "conda config --set ssl_verify false",
        "echo sslverify=0 >> /etc/yum.conf",
        "sed -i 's/gpgcheck=1/gpgcheck=0/' /etc/yum.repos.d/x.repo",
        "printf '[x]\\ngpgcheck=0\\n' > /etc/yum.repos.d/x.repo",
        "cat <<EOF > /etc/yum.repos.d/x.repo\n[x]\ngpgcheck = 0\nEOF",
        "echo 'deb [trusted=yes] http://x ./' > /etc/apt/sources.list.d/x.list",
        "echo strict-ssl=false | tee ~/.npmrc",
        "env GOSUMDB=off go build",
    ],
)
def test_settings_that_turn_checks_off(script: str) -> None:
    found = [fact for fact in facts(script, "build") if isinstance(fact, Variable)]
    assert [bool(fact.bypassed_checks) for fact in found] == [True]


@pytest.mark.parametrize(
    "script",
    [
        "export NODE_TLS_REJECT_UNAUTHORIZED=1",
        "PYTHONHTTPSVERIFY=1 python x.py",
        "export A=b",
        "npm config set strict-ssl true",
        "yarn config set registry x",
        "npm config get strict-ssl",
        "git config --global user.name false",
        "pip config set global.index-url x",
        "conda config --set ssl_verify true",
        "echo sslverify=1 >> /etc/yum.conf",
        "echo gpgcheck=0",
        "echo gpgcheck=0 > notes.txt",
        "cat <<EOF > /etc/yum.repos.d/x.repo\n[x]\ngpgcheck = 1\nEOF",
        "echo 'deb [signed-by=/k] http://x ./' > /etc/apt/sources.list.d/x.list",
        "grep sslverify=0 /etc/yum.conf",
        "env GOFLAGS=-mod=mod go build",
    ],
)
def test_settings_that_turn_nothing_off(script: str) -> None:
    assert not [fact for fact in facts(script, "build") if isinstance(fact, Variable)]


DEVELOPMENT = """
npm run dev|npm run start:dev|yarn dev|pnpm run watch|bun run dev|nodemon app.js|npx nodemon|node --watch app.js|vite
npx vite --host|next dev|ng serve --host 0.0.0.0|webpack serve|webpack --watch|react-scripts start|tsx watch a.ts
ts-node-dev a.ts|bun --hot a.ts|gatsby develop|flask run --debug|flask --debug run|python manage.py runserver 0:80
python3 -u ./src/manage.py runserver|uvicorn app:app --reload --host 0|gunicorn --reload app:app|rails server -e development
rails s --environment=development|php -S 0.0.0.0:80|php artisan serve|air|air -c .air.toml|go run .|cargo watch -x run
dotnet watch run|mvn spring-boot:run|./mvnw spring-boot:run|./gradlew bootRun|hugo server|jekyll serve|watchexec a
fastapi dev app.py|symfony server:start|mix phx.server|skaffold dev|quarkus dev
"""

DEPLOYED = """
npm start|npm run serve|yarn start|pnpm run preview|bun run start|node app.js|npx serve|node --max-old-space-size=4096 app.js
vite build|vite preview|next start|ng build|webpack build|webpack|react-scripts build|tsx a.ts
ts-node a.ts|bun a.ts|gatsby serve|flask run|flask db upgrade|python manage.py migrate|python3 app.py
gunicorn app:app -w 4|uvicorn app:app --workers 4|hypercorn app:app|rails server -e production|rails db:migrate
puma -e production|php-fpm -F|php artisan migrate|./air-quality|go build .|cargo build --release|dotnet app.dll
java -jar app.jar|mvn package|./gradlew build|hugo|jekyll build|nginx -g daemon|fastapi run app.py
docker-entrypoint.sh mysqld|redis-server|mix release|skaffold deploy|quarkus build|celery -A x worker|caddy run
"""


def split(table: str) -> list[str]:
    return [line for row in table.strip().splitlines() for line in row.split("|")]


@pytest.mark.parametrize("line", split(DEVELOPMENT))
def test_development_servers(line: str) -> None:
    assert dev_server(line.split()) == line
    assert read(f"exec {line}", "start").dev_server == line


@pytest.mark.parametrize("line", split(DEPLOYED))
def test_servers_for_deployment(line: str) -> None:
    assert dev_server(line.split()) == ""
    assert read(f"exec {line}", "start").dev_server == ""


def test_development_servers_behind_wrappers() -> None:
    script = "set -e; migrate && exec poetry run flask run --debug"
    assert read(script, "start").dev_server == "flask run --debug"
    assert read("FLASK_DEBUG=1 flask run", "start").dev_server == "flask run"
    assert dev_server([]) == ""


@pytest.mark.parametrize(
    ("argv", "script"),
    [
        ("npm start", "start"),
        ("npm run dev -- --port 1", "dev"),
        ("npm --prefix web run build", "build"),
        ("npm t", "test"),
        ("yarn dev", "dev"),
        ("yarn run dev", "dev"),
        ("pnpm serve", "serve"),
        ("bun run x", "x"),
        ("/usr/bin/npm run x", "x"),
        ("npm ci", ""),
        ("yarn install", ""),
        ("yarn", ""),
        ("npm run", ""),
        ("npx serve", ""),
        ("bun app.ts", ""),
        ("node start", ""),
        ("", ""),
    ],
)
def test_scripts_of_package_json(argv: str, script: str) -> None:
    assert package_script(argv.split()) == script


def test_programs_that_can_be_followed() -> None:
    found = read(". ./env.sh; sh -e /opt/a.sh x; ./b; python3 -u c.py; entry.sh; exec app", "start")
    ran = [(p.path.text, p.interpreter, p.is_last) for p in found.programs]
    assert ran == [
        ("/opt/a.sh", "sh", False), ("./b", "", False), ("c.py", "python3", False), ("entry.sh", "", False), ("app", "", True),
    ]  # fmt: skip
    assert [p.path.text for p in found.sourced] == ["./env.sh"]
    found = read("sh -c x; python -m pip install y; bash <(curl z)", "start")
    assert [p.path.text for p in found.programs] == ["x"]
    (code,) = read("#!/usr/bin/env python3\nimport x", "start").programs
    assert (code.interpreter, code.inline) == ("python3", True)


@pytest.mark.parametrize("shell", ["cmd", "cmd.exe", "/usr/bin/ruby", "fish"])
def test_other_shells_are_named_and_not_read(shell: str) -> None:
    found = read("apt-get install curl", shell=shell)
    (fact,) = found.finish()
    assert isinstance(fact, Unread)
    assert fact.reason == f"nothing here reads {fact.subject}"


@pytest.mark.parametrize(
    "shell", ["sh", "/bin/bash", "ash", "dash", "zsh", "/usr/bin/ksh", "pwsh", "powershell"]
)
def test_shells_that_are_read(shell: str) -> None:
    found = read("apt-get install curl", shell=shell)
    assert [type(fact) for fact in found.finish()] == [Install]


@pytest.mark.parametrize(
    ("script", "languages"),
    [
        ("#!/usr/bin/env python3\nimport x", []),
        ("#!/usr/bin/env ruby\nrequire 'x'", ["ruby"]),
        ("#!/usr/bin/perl -w\nsystem('apt-get install x')", ["perl"]),
        ("#!/usr/bin/env -S bash -e\nls", []),
        ("powershell -Command iwr https://x.org/a.exe -OutFile a.exe", ["PowerShell"]),
        ("pwsh.exe -c 'apt-get install x'", ["PowerShell"]),
        ("cmd /S /C choco install x", ["cmd"]),
        ("python3 - <<EOF\nimport os\nEOF", []),
        ("ruby <<'EOF'\nputs `curl x | sh`\nEOF\nperl <<< 'print 1'", ["ruby", "perl"]),
        ("bash <<EOF\nls\nEOF\ncat <<EOF\nx\nEOF", []),
        ("python3 x.py; perl -v; cmd", []),
        ("(" * 60 + "ls" + ")" * 60, ["sh"]),
    ],
)
def test_what_is_not_analysed(script: str, languages: list[str]) -> None:
    found = read(script).finish()
    assert [one.subject for one in found if isinstance(one, Unread)] == languages
    assert not any(isinstance(one, Install | Fetch) for one in found)


def test_a_shebang_outweighs_the_shell() -> None:
    assert read("#!/bin/sh\nls", shell="powershell").finish() == []


def test_exec_forms_have_no_shell() -> None:
    interpreter = Interpreter()
    place = Place("f", Span(0, 1))
    for argv in (
        ["apt-get", "install", "$X", "a"],
        ["sh", "-c", "apk add b && ls"],
        ["echo", "&&", "apk", "add", "c"],
        [],
    ):
        interpreter.argv([located(word) for word in argv], Scope(), place)
    found = [fact for fact in interpreter.finish() if isinstance(fact, Install)]
    assert [[p.name for p in fact.packages] for fact in found] == [["$X", "a"], ["b"]]


def test_variables_hold_from_where_they_are_assigned() -> None:
    interpreter = Interpreter({"V": located("1", "env")})
    place = Place("f", Span(0, 1))
    for value in ("2", None):
        interpreter.script(located("X=9; apk add a=$V b=$X"), Scope(), place)
        interpreter.assign("V", None if value is None else located(value))
        interpreter.script(located("apk add c=$V d=$X"), Scope(), place)
    found = [p for f in interpreter.finish() if isinstance(f, Install) for p in f.packages]
    assert {(p.name, p.version) for p in found} == {
        ("a", "1"), ("b", "9"), ("c", "2"), ("d", None), ("a", "2"), ("c", None),
    }  # fmt: skip


def test_the_compiled_tables_are_those_of_the_yaml() -> None:
    package = files("immutable_delivery")
    compiled = package.joinpath("_compiled", "commands.json").read_text("utf-8")
    assert (
        compile_tables(package.joinpath("tables", "commands.yaml").read_text("utf-8")) == compiled
    )


def test_every_row_of_the_tables_is_well_formed() -> None:
    tables = load()
    sections = ("managers", "fetchers", "interpreters", "tools")
    names = {name for section in sections for row in tables.data[section] for name in row["names"]}
    for name in names:
        manager = tables.role(name).manager
        if manager is not None:
            readers = {manager.reads, *(verb.reads for verb in manager.verbs)} - {""}
            assert readers <= READERS.keys(), name
            assert {verb.action for verb in manager.verbs} <= {
                "install",
                "upgrade",
                "refresh",
                "run",
                "",
            }
    assert tables.wrappers["sudo"][0].assigns
    assert json.dumps(tables.data)


def test_a_configuration_extends_the_tables() -> None:
    extension = {
        "managers": [
            {"names": "fetchpkg", "ecosystem": "os", "reads": "equals", "verbs": {"get": "install"}}
        ],
        "wrappers": [{"run": "with-proxy", "values": "-p"}],
        "bypassing_variables": {"NO_CHECK": "1"},
        "dev_servers": ["mydev serve"],
        "keyrings": "mykeys",
    }
    tables = load().merge(extension)
    interpreter = Interpreter(tables=tables)
    place = Place("f", Span(0, 1))
    interpreter.script(
        located("NO_CHECK=1 with-proxy -p x fetchpkg get a=1 b; mydev serve"), Scope(), place
    )
    found = interpreter.finish()
    (install,) = [fact for fact in found if isinstance(fact, Install)]
    assert [(p.name, p.pin) for p in install.packages] == [("a", "exact"), ("b", "none")]
    assert [fact.name for fact in found if isinstance(fact, Variable)] == ["NO_CHECK"]
    assert interpreter.dev_server == "mydev serve"
    assert load().role("fetchpkg").manager is None
    assert tables.role("apt-get").manager is not None


def test_a_setting_that_is_only_printed_turns_nothing_off() -> None:
    assert not [
        f for f in facts("echo strict-ssl=false .npmrc", "build") if isinstance(f, Variable)
    ]
