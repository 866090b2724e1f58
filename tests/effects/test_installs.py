"""Package managers: what is installed, and how much what is written fixes."""

from __future__ import annotations

import pytest
from tests.kit import located

from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.facts import Fetch, Install, Package, Scope
from immutable_delivery.references.packages import requirements
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place, Span, Text

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SHA = "a" * 64


def read(
    *scripts: str, files: dict[str, str] | None = None, **variables: str | None
) -> Interpreter:
    given = {name: None if v is None else located(v, "env") for name, v in variables.items()}
    interpreter = Interpreter(given, MemoryFiles(files) if files is not None else None)
    for number, script in enumerate(scripts):
        interpreter.layer()
        interpreter.script(located(script, f"f{number}"), Scope(), Place(f"f{number}", Span(0, 1)))
    return interpreter


PROJECT = {
    "pyproject.toml": '[project]\nname = "web"\ndependencies = ["flask>=3", "rich==13.1.0"]\n',
    "lib/setup.cfg": "[metadata]\nname = lib\n[options]\ninstall_requires =\n    attrs>=20\n    idna==3.7\n[options.extras_require]\nx =\n    y\n",
    "requirements.txt": "flask==3.0.0\n",
}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("pip install .", ".:local flask:partial rich:exact"),
        ("pip install -e '.[web]'", ".[web]:local flask:partial rich:exact"),
        ("uv pip install ./lib", "lib:local attrs:partial idna:exact"),
        ("pip install -c requirements.txt .", ".:local flask:exact rich:exact"),
        ("pip install --no-deps .", ".:local"),
        ("pip install -c https://x/c.txt a", "a:unknown https://x/c.txt:none"),
    ],
)
def test_a_project_says_what_it_needs(script: str, expected: str) -> None:
    (found,) = installs(script, files=PROJECT)
    assert " ".join(map(said, found.packages)) == expected


def test_what_a_requirement_file_has_fixed_is_not_taken_anew() -> None:
    *_, found = installs("pip install -r requirements.txt", "pip install .", files=PROJECT)
    assert " ".join(map(said, found.packages)) == ".:local"


def installs(
    *scripts: str, files: dict[str, str] | None = None, **variables: str | None
) -> list[Install]:
    found = read(*scripts, files=files, **variables).finish()
    return [fact for fact in found if isinstance(fact, Install)]


def said(package: Package) -> str:
    """Return a package as `name:pin`, with what is special of it."""
    pin = "local" if package.local else "unknown" if package.pin is None else package.pin
    return f"{package.name or '?'}:{pin}"


def packages(script: str, **variables: str | None) -> str:
    found = installs(script, files=None, **variables)
    return " ".join(said(package) for install in found for package in install.packages)


LOOSE = [
    # Operating systems
    ("apt-get install -y curl", "curl:none"),
    ("apt install curl=", "curl:none"),
    ("aptitude -y install curl=7.*", "curl:partial"),
    ("apt-get install curl/stable", "curl:alias"),
    ("apt-get -o Debug::x=1 -qqy install curl libc6:i386", "curl:none libc6:i386:none"),
    ("apt-get install -y --reinstall --only-upgrade curl", "curl:none"),
    ("apt-get -y=false install curl", "curl:none"),
    ("apt-get build-dep -y foo", "foo:none"),
    ("apk add --no-cache flex", "flex:none"),
    ("apk add --root /x --repositories-file /y a", "a:none"),
    ("apk add -t .deps 'a~1' 'b>1' c@edge d=~1", "a:partial b:partial c:alias d:partial"),
    ("apk add curl>8", "curl:none"),
    ("yum install -y java-11-openjdk httpd-devel", "java-11-openjdk:none httpd-devel:none"),
    ("dnf install --enablerepo crb -y dotnet-sdk-8.0 glibc.i686", "dotnet-sdk-8.0:none glibc:none"),
    ("dnf5 install 'perl(Foo)' @dev perl-5.16*", "perl(Foo):none @dev:none perl:partial"),
    ("dnf module install -y nodejs:18", "nodejs:partial"),
    ("microdnf group install 'Dev Tools'", "Dev Tools:none"),
    ("tdnf install -y foo-12", "foo:partial"),
    ("zypper -n in --from repo 'a>=2' httpd", "a:partial httpd:none"),
    ("pacman -Sy --noconfirm a", "a:none"),
    ("brew install node@20 wget", "node:partial wget:none"),
    ("emerge -q foo; opkg install bar; snap install baz", "foo:none bar:none baz:none"),
    # Python
    ("pip install foo 'bar>=1' 'baz==1.*' 'qux~=1.0' 'quux[x]<2'", "foo:none bar:partial baz:partial qux:partial quux:partial"),
    ("pip install --timeout 5 --retries 3 --cert f --report g foo", "foo:none"),
    ("pip install -U pip setuptools", "pip:none setuptools:none"),
    ("/venv/bin/pip install foo", "foo:none"),
    ("python3.11 -W x -m pip install foo", "foo:none"),
    ("python -mpip install foo", "foo:none"),
    ("pip3.12 install git+https://github.com/x/y", "y:none"),
    ("pip install 'foo @ git+https://x/y@main'", "foo:alias"),
    ("pip install https://x/archive/master.zip", "master.zip:alias"),
    ("pip download foo; pip wheel bar; easy_install baz", "foo:none bar:none baz:none"),
    ("pipx install poetry; pipx run cowsay moo; pipx inject a b", "poetry:none cowsay:none b:none"),
    ("uv pip install --system foo; uv add bar; uv tool install baz; uvx ruff@latest check", "foo:none bar:none baz:none ruff:alias"),
    ("uvx --from 'httpie>=3' http; uv run --with rich app.py; uv python install 3.12", "httpie:partial rich:none toolchain:partial"),
    ("poetry add requests@^2 a; pdm add b; pipenv install black", "requests:partial a:none b:none black:none"),
    ("conda install -y -c conda-forge pandas=2 'x>=1' y", "pandas:partial x:partial y:none"),
    ("mamba create -n e python=3.9; micromamba install -y z", "python:partial z:none"),
    # JavaScript
    ("npm install express", "express:none"),
    ("npm i -g a@latest b@^4 c@4 d@next 'e@>=0.1' f@1.x", "a:alias b:partial c:partial d:alias e:partial f:partial"),
    ("npm add @scope/name; npm install --registry https://x sax", "@scope/name:none sax:none"),
    ("npm install git+https://x/y.git user/repo g@npm:h", "y:none repo:none g:none"),
    ("npm install user/repo#semver:^5 user/two#main", "repo:partial two:alias"),
    ("npx -y create-app@latest x --y; npm exec -- b; bunx c; pnpm dlx d; yarn dlx e", "create-app:alias b:none c:none d:none e:none"),
    ("yarn add a; yarn global add b@1; pnpm add -g c; bun add d; yarn set version berry", "a:none b:partial c:none d:none yarn:alias"),
    ("corepack prepare pnpm@latest --activate; volta install node@18; nvm install --lts; n stable", "pnpm:alias node:partial toolchain:alias toolchain:alias"),
    # Others
    ("gem install bundler; gem i a:latest; gem install b -v '~> 6'", "bundler:none a:alias b:partial"),
    ("gem install --no-document bundler", "bundler:none"),
    ("go install a.com/b@latest c.com/d@v1 e.com/f@main g.com/h", "a.com/b:alias c.com/d:partial e.com/f:alias g.com/h:none"),
    ("go get -tool foobar@latest; go run a.com/b@upgrade x", "foobar:alias a.com/b:alias"),
    ("cargo install ripgrep; cargo binstall a@1; cargo install b --version ^0.1", "ripgrep:none a:partial b:partial"),
    ("cargo install --git https://x/y; cargo install --git https://x/z --branch main", "y:none z:alias"),
    ("composer self-update 2.7.1; composer self-update --2; composer self-update; npm i -g npm@10.2.0", "composer:exact composer:alias composer:none npm:exact"),
    ("rustup default nightly; rustup toolchain install 1.70; rustup-init --default-toolchain stable", "toolchain:alias toolchain:partial toolchain:alias"),
    ("composer require a/b c/d:^1 e/f:dev-main; composer create-project x/y app", "a/b:none c/d:partial e/f:alias x/y:none"),
    ("pecl install redis xdebug-beta; install-php-extensions gd imagick", "redis:none xdebug:alias imagick:none"),
    ("luarocks install lpeg; cpanm Foo::Bar~1 Baz; cpan Qux", "lpeg:none Foo::Bar:partial Baz:none Qux:none"),
    ("mix local.hex --force; mix local.rebar; mix archive.install hex phx_new", "hex:none rebar:none phx_new:none"),
    ("R -e 'install.packages(c(\"a\",\"b\"), repos=\"https://x\")'; install2.r c", "a:none b:none c:none"),
    ("Rscript -e \"remotes::install_github('u/r')\"", "u/r:none"),
    ("dotnet tool install -g x; nuget install y; choco install z", "x:none y:none z:none"),
    ("helm plugin install https://github.com/x/y; kubectl krew install ctx", "y:none ctx:none"),
    ("asdf install ruby latest; mise use node@20; sdk install gradle; nvm install 18", "ruby:alias node:partial gradle:none toolchain:partial"),
    ("opam install dune; cabal install pandoc; code --install-extension ms.x", "dune:none pandoc:none ms.x:none"),
]  # fmt: skip

FIXED = [
    # Operating systems
    ("apt-get install -y curl=8.5.0-2 -t bookworm", "curl:exact"),
    ("apt install ./x.deb /tmp/y.deb", "x.deb:local y.deb:local"),
    ("apt-get install -y --print-uris curl; apt-get -s install x", ""),
    ("apt-get remove install; apt-get purge -y x; apt-cache search y", ""),
    ("apt-get install -y vim- curl=1", "curl:exact"),
    ("apt-get -f install -y; apt-get install --fix-broken", ""),
    ("dpkg -i x.deb; dpkg -l y; dpkg --add-architecture i386", "x.deb:local"),
    ("apk add --no-cache flex=2.6.4-r1 -X https://x", "flex:exact"),
    ("apk add ./x.apk y.apk; apk del z; apk info a", "x.apk:local y.apk:local"),
    ("apk add --virtual .deps a=1-r0 '!b'", "a:exact"),
    ("yum install -y java-11-openjdk-11.0.12.0.7-0.el7 gcc-c++-1.1.1", "java-11-openjdk:exact gcc-c++:exact"),
    ("dnf install -y openssl-1:1.1.1k rpm-sign-4.16.1.3 x.rpm", "openssl:exact rpm-sign:exact x.rpm:local"),
    ("dnf5 remove x; dnf clean all; dnf config-manager --add-repo y; dnf list z", ""),
    ("microdnf install -y tomcat-9.0.1", "tomcat:exact"),
    ("rpm -i x.rpm; rpm -qa; rpm --import k; rpm -e y", "x.rpm:local"),
    ("notdnf install openssl; echo apt-get install x; : yum install y", ""),
    ("zypper install -y tomcat=9.0.39 a-1.2-3 x.rpm; zypper rm y", "tomcat:exact a:exact x.rpm:local"),
    ("pacman -S a=1.2-3; pacman -Rns b; pacman -Qs c; pacman -U x.pkg.tar.zst", "a:exact x.pkg.tar.zst:local"),
    # Python
    ("pip install foo==1.2.3 bar===1 'baz[x]==1.0,<2'", "foo:exact bar:exact baz:exact"),
    ("pip install --prefix /opt --trusted-host h --index-url https://x a==1", "a:exact"),
    ("pip install . '.[dev]' -e ./x foo/bar y.whl z.tar.gz", ".:local .[dev]:local foo/bar:local y.whl:local z.tar.gz:local x:local"),
    (f"pip install git+https://x/y@{COMMIT} https://x/y-1.0.tgz#sha256={SHA}", "y:digest y-1.0.tgz:digest"),
    ("pip install 'foo @ git+https://x/y@v1.2.0'", "foo:exact"),
    ("pip install --help; pip --version; pip list; pip uninstall x; pip freeze", ""),
    ("python -m venv x; python setup.py install; python -c 'pip install x'", ""),
    ('pipx install --python "$(which python)" poetry==1.8.5; pipx run a==1', "poetry:exact a:exact"),
    ("uv pip install foo==1; uv tool install ruff@0.1.2; uvx --from 'httpie==3.2' http", "foo:exact ruff:exact httpie:exact"),
    ("uv python install 3.12.4; uv venv; uv run app.py; uv lock", "toolchain:exact"),
    ("poetry add x@1.2.3 y==2.0; poetry build; poetry config z true", "x:exact y:exact"),
    ("conda install numpy=1.26.4 scipy==1.2 a=1=py_0; conda clean -a; conda activate b", "numpy:exact scipy:exact a:exact"),
    # JavaScript
    ("npm install express@4.1.1 -g @s/d@1.2.3-beta.1 e@v1.2.3", "express:exact @s/d:exact e:exact"),
    ("npm install p.tgz ./folder ../f ~/g /h file:../l", "p.tgz:local folder:local f:local g:local h:local l:local"),
    (f"npm install git+https://x/y.git#v1.0.27 a/b#{COMMIT} c@npm:d@1.0.0", "y:exact b:digest c:exact"),
    ("npm run --crazy install; npm test; npm prune; npm start; npm uninstall x", ""),
    ("npx -y a@1.2.3 --b c; npx --no-install x; npx -p e@1.0.0 f; npx --version", "a:exact e:exact"),
    ("yarn add a@1.0.0; yarn build; yarn run add; yarn remove b; yarn dlx c@1.2.3 d", "a:exact c:exact"),
    ("pnpm add a@1.0.0; pnpm run add b; pnpm store prune; bun add c@1.2.3; bun run d", "a:exact c:exact"),
    ("corepack enable; corepack prepare yarn@3.2.1 --activate; nvm use 18; nvm install 18.12.1", "yarn:exact toolchain:exact"),
    # Others
    ("gem install bundler:2.0.1 -- --use-system-libraries=true; gem i a:1", "bundler:exact a:exact"),
    ("gem install bundler --version='2.0.1'; gem install ./x.gem; gem sources -a y", "bundler:exact x.gem:local"),
    (f"go install a.com/b@v1.2.3 c.com/d@{COMMIT} ./x .", "a.com/b:exact c.com/d:digest ./x:local .:local"),
    ("go run main.go; go install -tags netgo cmd/x ./...; go build -o a b.com/c; go run a.com/b@v1.2.3 -f x", "main.go:local cmd/x:local ./...:local a.com/b:exact"),
    ("cargo install rg --version 13.0.0 --locked; cargo install a@1.2.3; cargo build; cargo install --path .", "rg:exact a:exact"),
    (f"cargo install --git https://x/y --rev {COMMIT}; cargo install --git https://x/z --tag v1.0.0", "y:digest z:exact"),
    ("rustup toolchain install 1.70.0 nightly-2024-01-01; rustup target add x; rustup component add y", "toolchain:exact toolchain:exact"),
    ("composer require a/b:1.2.3 c/d 2.0.1; composer create-project x/y app 9.0.0; composer dump-autoload", "a/b:exact c/d:exact x/y:exact"),
    ("pecl install redis-5.3.7; docker-php-ext-install pdo; install-php-extensions xdebug-3.1.5", "redis:exact xdebug:exact"),
    ("luarocks install lpeg 1.0.2-1; cpanm Foo::Bar@1.2.3; cpanm --installdeps .", "lpeg:exact Foo::Bar:exact .:local"),
    ("mix local.hex 2.0.0 --force; mix archive.install hex phx_new 1.7.0; mix test", "hex:exact phx_new:exact"),
    ("Rscript -e \"remotes::install_version('x', version='1.2'); remotes::install_github('u/r@v1.0.0')\"", "x:exact u/r:exact"),
    ("dotnet add package X --version 1.2.3; nuget install Z -Version 1.2; choco install a --version 1.0 -y", "X:exact Z:exact a:exact"),
    ("helm plugin install https://x/y --version v1.0.0; asdf install nodejs 18.1.0; mise install go@1.21.0", "y:exact nodejs:exact go:exact"),
    ("sdk install java 17.0.1-tem; pyenv install 3.11.4; opam install lwt.5.6.1; cabal install pandoc-2.1", "java:exact toolchain:exact lwt:exact pandoc:exact"),
    ("if x; then :; fi; make install; ./configure install; docker run x apt-get install y", ""),
]  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), LOOSE)
def test_packages_that_can_change(script: str, expected: str) -> None:
    assert packages(script) == expected


@pytest.mark.parametrize(("script", "expected"), FIXED)
def test_packages_that_are_fixed_or_none(script: str, expected: str) -> None:
    assert packages(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("apt-get install -y $PKG", "?:unknown"),
        ("apt-get install curl=$V lib$X-dev $(cat p)", "curl:unknown ?:unknown ?:unknown"),
        ("apt-get install lib$X=1.2", "?:exact"),
        ("pip install foo==$V", "foo:unknown"),
        ("npm install e@$V @s/$X", "e:unknown ?:unknown"),
        ("dnf install -y git-core-${V}", "?:unknown"),
        ("go install a.com/b@${V}", "a.com/b:unknown"),
        ("cat p | xargs apk add", "?:unknown"),
        ("gem install a -v $V", "a:unknown"),
        ("apt-get install --never-heard-of curl", "curl:unknown"),
        ("apt-get install --never-heard-of curl=1", "curl:exact"),
        ("gem install a:1 --use-system-libraries true", "a:exact true:unknown"),
        ("npm install --never-heard-of x curl", "curl:none"),
        ("pip install -r $FILE -c $OTHER a", "a:unknown ?:unknown"),
        ("pip install $DIR/x.whl -e $DIR", "x.whl:local ?:unknown"),
    ],
)
def test_what_a_variable_hides_is_unknown(script: str, expected: str) -> None:
    assert packages(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("PK='curl git=1'; apt-get install $PK", "curl:none git:exact"),
        ("apt-get install -y curl=$V", "curl:exact"),
        ("apt-get install -y $LIST", "a:none b:exact"),
        ("dnf -y install git-core-${V}", "git-core:exact"),
        ("go install a.com/b@${W:-latest}", "a.com/b:alias"),
        ("npm install e@${V%.*}", "e:exact"),
        ("for p in a b=1; do apk add $p; done", "a:none b:exact"),
        ("echo a b=1-r0 | xargs apk add", "a:none b:exact"),
    ],
)
def test_variables_are_resolved(script: str, expected: str) -> None:
    assert packages(script, V="2.51.0-2.fc42", LIST="a b=2") == expected


@pytest.mark.parametrize(
    "script",
    [
        "apt-get upgrade -y",
        "apt-get -y dist-upgrade",
        "apt full-upgrade",
        "apk upgrade --no-cache",
        "apk -U upgrade",
        "yum -y update",
        "dnf upgrade-minimal -y",
        "zypper dup",
        "zypper -n patch",
        "pacman -Syu --noconfirm",
        "brew upgrade",
        "npm update",
        "yarn upgrade",
        "gem update --system",
        "bundle update",
        "cargo update",
        "rustup update",
        "composer update",
        "poetry update",
        "conda update --all",
        "pipx upgrade-all",
        "choco upgrade -y all",
    ],
)
def test_upgrades_of_everything(script: str) -> None:
    assert [(fact.action, fact.packages) for fact in installs(script)] == [("upgrade", ())]


@pytest.mark.parametrize(
    "script",
    [
        "apt-get upgrade curl=1",
        "yum update curl-1.2.3",
        "apk add --upgrade curl=1",
        "apt-get update",
        "apk update",
        "zypper ref",
        "zypper -n patch --cve=CVE-2024-3094",
        "pacman -Sy",
        "yum makecache",
        "pip install -U pip==1",
        "npm install -g npm@1.2.3",
        "bundle install",
        "brew update",
        "rustup show",
        "composer install",
        "poetry lock",
        "cargo fetch",
        "conda list",
        "apt list --upgradable",
        "gem list",
        "yarn info",
        "dnf check-update",
        "apt-get -s upgrade",
    ],
)
def test_what_is_no_upgrade(script: str) -> None:
    found = installs(f"{script}; apt-get upgrade")
    assert [fact.action for fact in found if fact.action == "upgrade"] == ["upgrade"]


@pytest.mark.parametrize(
    "script",
    [
        "apt-get update",
        "apt-get update && rm -rf /var/lib/apt/lists/*",
        "apk update; echo done",
        "zypper refresh",
        "apt-get update && pip() { :; }",
        "yum makecache",
    ],
)
def test_a_refresh_alone(script: str) -> None:
    assert [
        fact.alone
        for fact in installs("ls", script, "apt-get install a")
        if fact.action == "refresh"
    ] == [True]


@pytest.mark.parametrize(
    "script",
    [
        "apt-get update && apt-get install -y a",
        "apt-get update; apt-get upgrade",
        "apt-get update && ./install.sh",
        "apt-get update && make deps",
        "apt-get update && npx playwright install-deps",
        "apk update && apk add a",
    ],
)
def test_a_refresh_that_is_used(script: str) -> None:
    assert [fact.alone for fact in installs(script) if fact.action == "refresh"] == [False]


@pytest.mark.parametrize(
    "script",
    [
        "npm ci --only=production",
        "yarn --frozen-lockfile",
        "yarn install --immutable",
        "pnpm i --frozen-lockfile",
        "pnpm fetch",
        "bun install --frozen-lockfile",
        "uv sync --frozen",
        "uv sync --locked",
        "UV_FROZEN=1 uv sync",
        "export UV_LOCKED=true; uv sync",
        "pdm sync",
        "pipenv install --deploy",
        "bundle install --deployment",
        "BUNDLE_FROZEN=true bundle install",
        "bundle config set --global frozen true && bundle install",
        "bundle config set frozen 1; bundle",
        "cargo install --locked rg@13.0.0",
        "dotnet restore --locked-mode",
        "go mod download",
        "mix deps.get --check-locked",
        "deno install --frozen",
    ],
)
def test_frozen_installs(script: str) -> None:
    assert [fact.frozen for fact in installs(script)] == [True]


@pytest.mark.parametrize(
    "script",
    [
        "npm install",
        "yarn",
        "yarn install --no-lockfile",
        "pnpm install",
        "pnpm i --no-frozen-lockfile",
        "bun install",
        "uv sync",
        "uv add x",
        "UV_FROZEN=0 uv sync",
        "UV_LOCKED=false uv sync",
        "pdm install",
        "pipenv install",
        "bundle install",
        "BUNDLE_FROZEN=false bundle install",
        "bundle config set frozen false; bundle install",
        "bundle",
        "cargo install rg",
        "dotnet restore",
        "go install a.com/b@v1.2.3",
        "mix deps.get",
        "poetry install",
    ],
)
def test_installs_that_are_not_frozen(script: str) -> None:
    assert [fact.frozen for fact in installs(script)] == [False]


@pytest.mark.parametrize(
    ("script", "files", "lock"),
    [
        ("npm install", "package.json package-lock.json", "package-lock.json"),
        ("npm install --prefix web", "web/package-lock.json", "web/package-lock.json"),
        ("cd web && yarn", "web/yarn.lock", "web/yarn.lock"),
        ("npm install", "package.json", ""),
        ("npm install express", "package-lock.json", ""),
        ("bundle install", "Gemfile Gemfile.lock", "Gemfile.lock"),
        ("composer install", "composer.lock", "composer.lock"),
        ("poetry install -C api", "api/poetry.lock", "api/poetry.lock"),
    ],
)
def test_lock_files_beside_the_manifest(script: str, files: str, lock: str) -> None:
    (fact,) = installs(script, files=dict.fromkeys(files.split(), ""))
    assert fact.lock_file == lock


@pytest.mark.parametrize("script", ["composer install", "poetry install", "mix deps.get"])
def test_managers_that_honour_their_lock(script: str) -> None:
    files = dict.fromkeys(("composer.lock", "poetry.lock", "mix.lock"), "")
    assert installs(script, files=files)[0].frozen
    assert not installs(script, files={})[0].frozen


@pytest.mark.parametrize(
    ("script", "bypassed"),
    [
        ("apt-get install -y --allow-unauthenticated a", "--allow-unauthenticated"),
        ("apt-get --force-yes install a", "--force-yes"),
        (
            "apt-get -o Acquire::AllowInsecureRepositories=true update",
            "-o Acquire::AllowInsecureRepositories=true",
        ),
        ("yum install --nogpgcheck a", "--nogpgcheck"),
        ("dnf --setopt=sslverify=0 install a", "--setopt=sslverify=0"),
        ("zypper --no-gpg-checks install a", "--no-gpg-checks"),
        ("apk add --allow-untrusted a", "--allow-untrusted"),
        ("pip install --trusted-host h a", "--trusted-host"),
        ("pip3 install --trusted-host=h a", "--trusted-host=h"),
        ("rpm -i --nosignature a.rpm", "--nosignature"),
        ("npm install --strict-ssl=false a", "--strict-ssl=false"),
        ("conda install -k a", "-k"),
        ("go get -insecure a.com/b@v1.0.0", "-insecure"),
        ("choco install a --ignore-checksums", "--ignore-checksums"),
    ],
)
def test_checks_turned_off(script: str, bypassed: str) -> None:
    (fact,) = installs(script)
    assert fact.bypassed_checks == (bypassed,)
    place = fact.places["bypassed_checks"].span
    assert script[place.start : place.end].startswith(bypassed.split(maxsplit=1)[0])


@pytest.mark.parametrize(
    "script",
    [
        "apt-get install -y --no-install-recommends a",
        "apt-get -o Acquire::Retries=3 update",
        "apt-get install --allow-downgrades a",
        "yum install --enablerepo x a",
        "dnf --setopt=install_weak_deps=False install a",
        "dnf --setopt=sslverify=1 install a",
        "zypper --gpg-auto-import-keys install a",
        "apk add --no-cache --force a",
        "pip install --index-url https://h a",
        "rpm -i --force a.rpm",
        "npm install --strict-ssl=true a",
        "conda install -y a",
        "go get -u a.com/b@v1.0.0",
        "choco install a -y",
    ],
)
def test_options_that_turn_nothing_off(script: str) -> None:
    assert installs(script)[0].bypassed_checks == ()


@pytest.mark.parametrize(
    "source",
    [
        "echo 'deb http://snapshot.debian.org/archive/debian/20240101T000000Z x main' > /etc/apt/sources.list",
        "sed -i 's|http://archive.ubuntu.com|https://snapshot.ubuntu.com/ubuntu/20240101T000000Z|' /etc/apt/sources.list",
        "cat <<EOF > /etc/apt/sources.list.d/x.sources\nURIs: https://snapshot.debian.org/archive\nEOF",
        "printf 'Server=https://archive.archlinux.org/repos/2024/01/01/$repo' | tee /etc/pacman.d/mirrorlist",
    ],
)
def test_snapshots_fix_what_follows(source: str) -> None:
    before, after = installs("apt-get install a", source, "apt-get install b")
    assert (before.snapshot, after.snapshot) == (False, True)


@pytest.mark.parametrize(
    "source",
    [
        "curl -O https://snapshot.debian.org/x",
        "echo 'deb http://deb.debian.org/debian x main' > /etc/apt/sources.list",
        "apt-get update --snapshots",
        "wget snapshot.ubuntu.com",
    ],
)
def test_what_is_no_snapshot(source: str) -> None:
    assert not installs(source, "apt-get install b")[-1].snapshot


def test_requirement_files_are_judged_at_their_own_lines() -> None:
    files = {
        "app/requirements.txt": "a==1\nb>=2  # c\n-r more/dev.txt\n-c pins.txt\nd\n--index-url https://x\n",
        "app/more/dev.txt": f"e==1 \\\n  --hash=sha256:{SHA}\n-e .\ngit+https://x/y@main#egg=f\n",
        "app/pins.txt": "D==4\n",
    }
    (fact,) = installs("cd app && pip install -r requirements.txt", files=files)
    assert [said(package) for package in fact.packages] == [
        "a:exact", "b:partial", "d:exact", "e:digest", ".:local", "f:alias",
    ]  # fmt: skip
    written_at = [files[p.place.file][p.place.span.start : p.place.span.end] for p in fact.packages]
    assert written_at == ["a==1", "b>=2", "d", "e==1", ".", "git+https://x/y@main#egg=f"]
    assert fact.reads == ("app/requirements.txt", "app/pins.txt", "app/more/dev.txt")


def test_requirement_files_that_are_not_there_are_unknown() -> None:
    (fact,) = installs("pip install -r /tmp/r.txt", files={})
    assert [said(package) for package in fact.packages] == ["?:unknown"]


def test_hashes_make_an_install_hashed() -> None:
    files = {"r.txt": f"a==1 --hash=sha256:{SHA}\n", "s.txt": "a==1\n"}
    assert installs("pip install -r r.txt", files=files)[0].hashed
    assert installs("pip install --require-hashes -r s.txt", files=files)[0].hashed
    assert not installs("pip install -r s.txt", files=files)[0].hashed


@pytest.mark.parametrize(
    "text",
    [
        "-r r.txt\n",
        "a==1 \\\n",
        "#\n\n  \n",
        "a @ \n",
        "-e\n",
        "--hash=x\n",
        "[x]\n",
        "\x00",
        "a;b\n-c\n",
        "-r\n",
    ],
)
def test_odd_requirement_files_do_no_harm(text: str) -> None:
    for package in requirements.packages(Text("r.txt", text)):
        span = package.place.span
        assert text[span.start : span.end] == package.spec
    installs("pip install -r r.txt", files={"r.txt": text})


def test_packages_from_addresses_are_fetches_too() -> None:
    script = f"pip install git+https://x/y@main https://x/z-1.0.tgz; npm i a/b#{COMMIT}; yum install https://x/latest.rpm"
    fetches = [fact for fact in read(script).finish() if isinstance(fact, Fetch)]
    assert [(f.tool, f.source_type, f.pin) for f in fetches] == [
        ("pip", "git", "alias"), ("pip", "url", "exact"), ("npm", "git", "digest"), ("yum", "url", "alias"),
    ]  # fmt: skip
    places = [fetch.place_of("revision").span for fetch in fetches]
    assert [script[span.start : span.end] for span in places] == ["main", "1.0", COMMIT, "latest"]


def test_every_place_is_the_argument_itself() -> None:
    script = (
        "apt-get update && apt-get -y install curl=1 \\\n  'git' && sudo pip install -U \"x>=1\""
    )
    found = installs(script)
    used = [script[f.used_at.span.start : f.used_at.span.end] for f in found]
    assert used == ["apt-get update", "apt-get -y install", "pip install"]
    items = [p.place.span for fact in found for p in fact.packages]
    assert [script[span.start : span.end] for span in items] == ["curl=1", "git", "x>=1"]
    assert [fact.sudo for fact in found] == [False, False, True]
    assert [fact.command for fact in found] == ["apt-get update", "apt-get install", "pip install"]


def test_a_loop_tells_the_same_thing_once() -> None:
    assert len(installs("for i in a b c; do apt-get update; apt-get install x; done")) == 2


def test_manifests_without_a_lock_are_judged_at_their_own_lines() -> None:
    package = '{\n "name": "x",\n "scripts": {"a": "b"},\n "dependencies": {"a": "^1.0.0", "b": "2.0.0", "@s/c": "file:../c"},\n'
    package += ' "devDependencies": {\n  "d": "latest", "e": "github:u/r#main"\n }\n}'
    (fact,) = installs("npm install", files={"package.json": package})
    assert [said(p) for p in fact.packages] == [
        "a:partial",
        "b:exact",
        "@s/c:local",
        "d:alias",
        "e:alias",
    ]
    assert [package[p.place.span.start : p.place.span.end] for p in fact.packages][:2] == [
        "^1.0.0",
        "2.0.0",
    ]
    locked = {"package.json": package, "package-lock.json": "{}"}
    assert installs("npm install", files=locked)[0].packages == ()
    assert installs("npm ci", files={"package.json": package})[0].packages == ()


@pytest.mark.parametrize("mark", ["workspace:*", "catalog:"])
def test_the_versions_of_a_member_stand_in_the_lock_of_its_workspace(mark: str) -> None:
    package = f'{{"dependencies": {{"a": "^1.0.0"}}, "devDependencies": {{"b": "{mark}"}}}}'
    (fact,) = installs("pnpm install", files={"package.json": package})
    assert {p.pin for p in fact.packages if not p.local} == {None}


def test_gemfiles_without_a_lock_are_judged_at_their_own_lines() -> None:
    gemfile = 'source "https://x"\ngem "a"\n  gem \'b\', \'1.2.3\', require: false\ngem "c", "~> 6" # d\n# gem "e"\n'
    gemfile += (
        f'gem "f", git: "https://x", ref: "{COMMIT}"\ngem("g", github: "a/b")\ngem "h", path: "h"\n'
    )
    (fact,) = installs("bundle install", files={"Gemfile": gemfile})
    assert [said(p) for p in fact.packages] == [
        "a:none", "b:exact", "c:partial", "f:digest", "g:none", "h:local",
    ]  # fmt: skip
    texts = [gemfile[p.place.span.start : p.place.span.end] for p in fact.packages]
    assert texts[:3] == ['"a"', "'b', '1.2.3'", '"c", "~> 6"']


def test_an_archive_may_be_old() -> None:
    (fact,) = installs("apt-get -o Acquire::Check-Valid-Until=false install a")
    assert not fact.bypassed_checks


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("conda env create", "environment.yml"),
        ("mamba env update --file=env.yaml", "env.yaml"),
        ("micromamba create -y -n x -f deps.yml", "deps.yml"),
    ],
)
def test_conda_environments_are_read(command: str, path: str) -> None:
    environment = (
        "name: x\nchannels:\n- conda-forge\ndependencies:\n- numpy  # fast\n- 'scipy>=1'\n"
        "- conda-forge::zlib=1.3.1\n- pip:\n  - flask\n  - jinja2==3.1.4\n- gdal=3.9\nvariables:\n- no\n"
    )
    (fact,) = installs(command, files={path: environment})
    assert [(package.spec, package.pin) for package in fact.packages] == [
        ("numpy", "none"),
        ("scipy>=1", "partial"),
        ("conda-forge::zlib=1.3.1", "exact"),
        ("flask", "none"),
        ("jinja2==3.1.4", "exact"),
        ("gdal=3.9", "partial"),
    ]
    assert {package.place.file for package in fact.packages} == {path}


def test_a_file_of_a_package_is_no_package_without_a_version() -> None:
    assert packages("conda install ./pkg.conda other.tar.bz2 numpy") == (
        "./pkg.conda:local other.tar.bz2:local numpy:none"
    )


def test_names_of_one_family_refresh_for_each_other() -> None:
    assert not installs("apt update && apt-get install -y curl")[0].alone
    assert installs("apt update")[0].alone
    assert not installs("dnf makecache && yum install -y curl")[0].alone


def test_an_unknown_part_of_a_name_hides_no_version() -> None:
    script = (
        "apt-get install -y postgresql-${MAJOR} php${V}-fpm curl${V} $X; yum install -y httpd-${V}"
    )
    assert packages(script, MAJOR=None, V=None, X=None).split() == [
        "postgresql-${MAJOR}:none", "php${V}-fpm:none", "?:unknown", "?:unknown", "?:unknown",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "fetched"),
    [
        ("npx serve", None),
        ("npx -y serve", True),
        ("npx serve@14.2.3", True),
        ("pnpm dlx serve", True),
        ("uvx ruff", True),
        ("uv run --with rich app.py", True),
        ("deno run -A https://x.example/v1.2.3/a.ts", True),
        ("deno run npm:serve", True),
        ("deno run -A main.ts", False),
        ("go run ./cmd/x", False),
        ("go run x.example/y@v1.2.3", True),
    ],
)
def test_runners_fetch_what_they_run(script: str, fetched: bool | None) -> None:
    assert installs(script)[0].fetches is fetched


def test_runners_start_programs_that_install() -> None:
    found = installs("npx -y playwright@1.49.0 install --with-deps chromium")
    assert [one.command for one in found] == ["npx", "playwright install"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("apk add x==1.2.3-r0", "x:exact"),
        ("apk add x=1.2.3-r0", "x:exact"),
        ("pip install -r https://x.example/main/r.txt", "https://x.example/main/r.txt:alias"),
        ("pip install -r https://x.example/r.txt", "https://x.example/r.txt:none"),
        ("pip install -r r.txt", "?:unknown"),
        ("nuget install packages.config", "packages.config:local"),
        ("choco install packages.config", "packages.config:local"),
        ("nuget install some.package", "some.package:none"),
    ],
)
def test_lists_and_versions_written_otherwise(script: str, expected: str) -> None:
    assert packages(script) == expected
