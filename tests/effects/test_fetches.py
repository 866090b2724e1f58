"""Downloads and clones: what comes, what fixes it, what checks it, what runs it."""

from __future__ import annotations

import pytest
from tests.kit import located

from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.facts import Fetch, Scope
from immutable_delivery.references.urls import of_ref, of_url
from immutable_delivery.source.text import Place, Span

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SHA = "ab" * 32


def fetches(*scripts: str, **variables: str | None) -> list[Fetch]:
    given = {name: None if v is None else located(v, "env") for name, v in variables.items()}
    interpreter = Interpreter(given)
    for number, script in enumerate(scripts):
        interpreter.layer()
        interpreter.script(located(script, f"f{number}"), Scope(), Place(f"f{number}", Span(0, 1)))
    return [fact for fact in interpreter.finish() if isinstance(fact, Fetch)]


@pytest.mark.parametrize(
    ("script", "how"),
    [
        ("curl -fsSL https://x/i.sh | sh", "pipe"),
        ("curl https://x/i.sh | sudo -E bash -s -- a b", "pipe"),
        ("wget -qO- https://x/i.sh | bash -", "pipe"),
        ("curl https://x | python3 - --version 1", "pipe"),
        ("curl https://x | perl -; true", "pipe"),
        ("curl https://x | tee i.sh | sh", "pipe"),
        ("curl https://x | sed s/a/b/ | sh", "pipe"),
        ("curl https://x.gz | gunzip | sh", "pipe"),
        ("(curl https://x || exit 1) | sh", "pipe"),
        ("curl https://x | env A=b sh", "pipe"),
        ("aws s3 cp s3://b/k - | sh", "pipe"),
        ("bash <(curl -s https://x) --a", "substitution"),
        (". <(curl https://x)", "substitution"),
        ('sh -c "$(curl -fsSL https://x)"', "substitution"),
        ('eval "$(wget -qO- https://x)"', "substitution"),
        ("eval `curl https://x`", "substitution"),
        ('S=$(curl https://x); eval "$S"', "substitution"),
        ("$(curl https://x)", "substitution"),
        ('bash <<< "$(curl https://x)"', "pipe"),
        ('S=$(curl https://x); echo "$S" | sh', "pipe"),
        ('python -c "$(curl https://x)"', "substitution"),
        ("wget https://x/i.sh && sh i.sh", "file"),
        ("curl https://x > i && chmod +x i && ./i", "file"),
        ("curl -o /tmp/i https://x; bash -x /tmp/i a", "file"),
        ("curl -sSLo i.py https://x; python3 -u i.py", "file"),
        ("wget -P /tmp https://x/i.sh; sh /tmp/i.sh", "file"),
        ("cd /tmp && wget https://x/i.sh && sh /tmp/i.sh", "file"),
        ("curl https://x -o a; mv a /opt/b; sh /opt/b", "file"),
        ("curl https://x | install -m 755 /dev/stdin /opt/b && /opt/b", "file"),
        ("curl -o /usr/local/bin/t https://x; chmod +x /usr/local/bin/t; t init", "file"),
        ("wget https://x/i.sh -O - > i.sh; source ./i.sh", "file"),
        ("curl -o x.jar https://x; java -jar x.jar", "file"),
        ("aws s3 sync s3://b/app /app && python /app/main.py", "file"),
        ("cd /app && rclone copy store:app . && python main.py", "file"),
        ("rsync -a build@host:/srv/app/ /app/ && /app/run", "file"),
        ("scp host:/srv/app.jar /app/ && java -jar /app/app.jar", "file"),
        ("mc mirror store/b/app /app && node /app/server.js", "file"),
        ("aws s3api get-object --bucket b --key x.jar /opt/x.jar; java -jar /opt/x.jar", "file"),
        ('curl -o "$D/i.sh" https://x; sh ${D}/i.sh', "file"),
        ("sudo sh -c 'curl -o /tmp/i https://x && sh /tmp/i'", "file"),
        ('curl -o i https://x; sh i; echo "abc i" | sha256sum -c', "file"),
    ],
)  # fmt: skip
def test_downloads_that_run_unseen(script: str, how: str) -> None:
    (fetch,) = fetches(script)
    assert (fetch.executed, fetch.verified) == (how, False)
    assert "executed" in fetch.places


@pytest.mark.parametrize(
    "script",
    [
        'curl -o i.sh https://x && echo "abc  i.sh" | sha256sum -c - && sh i.sh',
        "curl -o i.sh https://x; echo abc i.sh > sums; shasum -a 256 -c sums; sh i.sh",
        "wget https://x/i.sh; [ \"$(sha256sum i.sh | cut -d' ' -f1)\" = abc ] && sh i.sh",
        "wget https://x/i.sh https://x/i.sh.asc && gpg --verify i.sh.asc && sh i.sh",
        "wget https://x/i.sh; sha256sum i.sh | grep -q abc; sh i.sh",
        "wget https://x/i.sh; cosign verify-blob --signature s i.sh; sh i.sh",
        "wget https://x/i.sh; minisign -Vm i.sh -P k; sh i.sh",
        "wget https://x/i.sh; openssl dgst -sha256 -verify k -signature s i.sh && sh i.sh",
        'wget https://x/i.sh; sha256sum -c <<< "abc i.sh"; sh i.sh',
        "wget https://x/i.sh; sha256sum -c <<EOF\nabc i.sh\nEOF\nsh i.sh",
        f"curl https://raw.githubusercontent.com/x/y/{COMMIT}/i.sh | sh",
        "curl -o i https://x; echo done; sh j; bash /other/k; ./k",
        "curl -o /tmp/i https://x; cat /tmp/i; chmod +x /tmp/i; ls -l /tmp/i",
        "curl -o /usr/local/bin/t https://x; chmod +x /usr/local/bin/t; t --version",
        "curl https://x | jq .a > f; sh g",
        "curl https://x > data.csv; python process.py data.csv",
        "curl https://x/y-1.2.tgz | tar xz; cd y && ./configure && make",
        "wget https://x/i.sh; # sh i.sh",
        "wget https://x/i.sh; echo sh i.sh",
        "curl -o i https://x; docker build -f i .",
        "aws s3 cp s3://b/config.json . && ./server",
        "aws s3 cp s3://b/config.json /app/ && /app/server",
        "aws s3 sync s3://b/models /app/models && /app/server",
        "rsync -a host:/etc/app.conf /app && /app/server",
        'ID=$(curl https://x/api | jq .id); ${CLIENT} push "restarting $ID"',
    ],
)  # fmt: skip
def test_downloads_that_do_not_run_or_are_checked(script: str) -> None:
    found = fetches(f"{script}\ncurl https://last.example/i | sh")
    assert [fetch.executed for fetch in found if fetch.executed] == ["pipe"]


def test_layers_of_a_stage_share_their_files() -> None:
    (fetch,) = fetches("curl -o /tmp/i.sh https://x", "ls", "sh /tmp/i.sh")
    assert fetch.executed == "file"
    assert fetch.places["executed"].file == "f2"
    (checked,) = fetches("curl -o i.sh https://x", "echo 'abc i.sh' | sha256sum -c", "sh i.sh")
    assert (checked.executed, checked.verified) == ("", True)


@pytest.mark.parametrize(
    "script",
    [
        "curl -fsS https://x/health || exit 1",
        "curl http://localhost:8080/install.sh | sh",
        "wget -qO- http://127.0.0.1/x",
        "curl -X POST https://x -d a -o f",
        "curl -I https://x > f",
        "wget --spider https://x",
        "curl https://x -o /dev/null",
        "curl http://169.254.169.254/latest/meta-data -o f",
        "curl https://x | grep -q ok",
        "curl https://x | jq -r .tag > version",
        "V=$(curl https://x/latest | cut -d, -f1)",
        "wget https://x/SHA256SUMS https://x/a.sha256",
        "curl --version; wget --help; git --version; git status",
        "aws s3 cp build s3://b/k --recursive; aws s3 ls; gsutil cp a gs://b",
        "aws s3 cp s3://a/k s3://b/k; rclone sync a:x b:x; mc mirror /data store/b; s3cmd put f s3://b",
        "rsync -a /src/ deploy@host:/app; scp app.jar host:/srv; rsync -a a b; rsync --list-only host:/x y",
        "git clone /src/x; git clone . y; git submodule update --init",
    ],
)
def test_what_brings_nothing_in(script: str) -> None:
    assert fetches(script) == []


@pytest.mark.parametrize(
    ("script", "verified"),
    [
        ("curl https://x/gpg | apt-key add -", False),
        ("curl https://x/k | gpg --dearmor -o /usr/share/keyrings/x.gpg", False),
        ("curl -o /etc/apt/keyrings/x https://x/y", False),
        ("wget -O /etc/apk/keys/x.pub https://x/y", False),
        ("curl -fsSLo /tmp/k.asc https://x/k.asc && apt-key add /tmp/k.asc", False),
        ("rpm --import https://x/key", False),
        ("apt-key adv --fetch-keys https://x/key", False),
        ("apt-key adv --keyserver k.example --recv-keys 0x0A1B2C3D", False),
        (f"gpg --keyserver k.example --recv-keys {COMMIT}", True),
        ("curl -o k.asc https://x/k; echo 'abc  k.asc' | sha256sum -c; gpg --import k.asc", True),
        ("wget https://x/k.asc; gpg --show-keys k.asc | grep 0A1B2C3D && apt-key add k.asc", True),
        (
            "wget https://x/k.asc && gpg -n --import --import-options import-show k.asc | grep -q 0A1B",
            True,
        ),
        (
            "wget https://x/k.asc && gpg --import-options=import-minimal,show-only --import k.asc | grep -q 0A1B",
            True,
        ),
        (
            "wget https://x/k.asc && gpg -n --import --import-options import-minimal k.asc | grep -q 0A1B",
            False,
        ),
    ],
)
def test_keys_from_the_network(script: str, verified: bool) -> None:
    (fetch,) = fetches(script)
    assert (fetch.key, fetch.verified) == (True, verified)


@pytest.mark.parametrize(
    "script",
    [
        "wget https://x/a.asc https://x/a && gpg --verify a.asc a",
        "wget https://x/SHASUMS.asc && gpg --decrypt SHASUMS.asc > SHASUMS",
        "rpm --import /etc/pki/key; gpg --import k.asc; gpg --recv-keys $KEY; apt-key add -",
    ],
)
def test_signatures_and_files_of_the_image_are_no_keys(script: str) -> None:
    assert not [fetch for fetch in fetches(script) if fetch.key]


@pytest.mark.parametrize(
    ("script", "urls"),
    [
        ("curl -LO https://x/y.tgz", "https://x/y.tgz"),
        ("curl -sSL --retry 3 -H 'A: b' https://x/y --output z", "https://x/y"),
        ("curl x.com/y > z", "x.com/y"),
        ("wget -q --header 'A: b' https://x/y -O /tmp/z", "https://x/y"),
        ("wget https://x/a https://x/b", "https://x/a https://x/b"),
        ("curl -O https://x/a -O https://x/b", "https://x/a https://x/b"),
        ("curl -o a https://x/a; curl --url https://x/b -O", "https://x/a https://x/b"),
        ("for f in a b; do curl -O https://x/$f; done", "https://x/a https://x/b"),
        ("aria2c -x 4 https://x/y", "https://x/y"),
        ("gsutil cp gs://b/y .; gcloud storage cp gs://b/z z", "gs://b/y gs://b/z"),
        ("aws s3 cp --region eu s3://b/k /tmp/k", "s3://b/k"),
        (
            "rsync -az deploy@host:/srv/app/ /app; scp host:/a.jar /b.jar",
            "deploy@host:/srv/app/ host:/a.jar",
        ),
        (
            "rsync -a rsync://host/m /m; mc cp store/b/k /k; s3cmd get s3://b/k k",
            "rsync://host/m store/b/k s3://b/k",
        ),
        ("aws s3api get-object --bucket b --key tool.jar /opt/tool.jar", "tool.jar"),
        ("gh release download v1 -R o/tool; hf download org/model f.bin", "o/tool org/model"),
        ("curl https://x/y.yaml | kubectl apply -f -", "https://x/y.yaml"),
        ("curl https://x/i.tar | docker load", "https://x/i.tar"),
        ("curl -L https://x/y.gz | gunzip > /usr/bin/y", "https://x/y.gz"),
        ("svn co https://x/trunk; hg clone https://x/z", "https://x/trunk https://x/z"),
        ("git clone https://x/y", "https://x/y"),
        ("git -C /x clone git@github.com:a/b.git d", "git@github.com:a/b.git"),
        ("git remote add o https://x/y; git pull o main", "https://x/y"),
    ],
)
def test_downloads_and_where_they_come_from(script: str, urls: str) -> None:
    assert [fetch.url for fetch in fetches(script)] == urls.split()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("git clone https://x/y", "none"),
        ("git clone --depth 1 -b main https://x/y", "alias main"),
        ("git clone --branch=v1.2.3 https://x/y z", "exact v1.2.3"),
        ("git clone -b $V https://x/y", "unknown"),
        (f"git clone https://x/y && cd y && git checkout {COMMIT}", f"digest {COMMIT}"),
        (f"git clone https://x/y /z && git -C /z checkout -q {COMMIT} && make", f"digest {COMMIT}"),
        ("git clone https://x/y && cd y && git checkout tags/v1.2", "exact tags/v1.2"),
        (f"git clone https://x/y && git -C y reset --hard {COMMIT}", f"digest {COMMIT}"),
        ("git clone https://x/y && cd y && git checkout origin/dev", "alias dev"),
        ("git clone https://x/y && cd y && git checkout -- file", "none"),
        (f"git init && git remote add origin https://x/y && git fetch --depth 1 origin {COMMIT} && git checkout FETCH_HEAD", f"digest {COMMIT}"),
        ("git pull", "alias"),
        ("git pull origin main", "alias main"),
        ("git fetch && git reset --hard origin/main", "alias main"),
        ("git submodule update --remote", "alias --remote"),
        ("svn export -r 123 https://x/y", "digest 123"),
        ("hg clone -u v1.2 https://x/y", "exact v1.2"),
    ],
)  # fmt: skip
def test_revisions_of_repositories(script: str, expected: str) -> None:
    (fetch,) = fetches(script)
    pin = "unknown" if fetch.pin is None else fetch.pin
    assert f"{pin} {fetch.revision or ''}".strip() == expected
    assert fetch.verified is (None if pin == "unknown" else pin == "digest")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("gh release download -R o/tool -p '*.tgz'", "alias the latest release"),
        ("gh release download v1.2.3 -R o/tool", "exact v1.2.3"),
        ('gh release download "$V" -R o/tool', "None None"),
        ("hf download org/model", "alias the main branch"),
        ("huggingface-cli download org/model --revision main", "alias main"),
        (f"hf download org/model --revision {COMMIT}", f"digest {COMMIT}"),
    ],
)
def test_what_is_taken_by_name_moves_where_no_revision_is_given(script: str, expected: str) -> None:
    (fetch,) = fetches(script)
    assert (f"{fetch.pin} {fetch.revision}", fetch.verified) == (expected, "digest" in expected)


@pytest.mark.parametrize(
    ("script", "bypassed"),
    [
        ("curl -k https://x -o f", "-k"),
        ("curl -fsSkL https://x", "-k"),
        ("curl --insecure https://x > f", "--insecure"),
        ("wget --no-check-certificate https://x/y", "--no-check-certificate"),
        ("git -c http.sslVerify=false clone https://x/y", "-c http.sslVerify=false"),
        ("git clone --config http.sslVerify=0 https://x/y", "-c http.sslVerify=0"),
        ("aws --no-verify-ssl s3 cp s3://b/k f", "--no-verify-ssl"),
        ("aria2c --check-certificate=false https://x", "--check-certificate=false"),
        ("svn --trust-server-cert co https://x", "--trust-server-cert"),
    ],
)
def test_checks_turned_off(script: str, bypassed: str) -> None:
    assert fetches(script)[0].bypassed_checks == (bypassed,)


@pytest.mark.parametrize(
    "script",
    [
        "curl --cacert x https://x -o f",
        "curl -fsSL https://x -o k",
        "curl --pinnedpubkey k https://x > f",
        "wget --ca-certificate k https://x/y",
        "git -c core.autocrlf=false clone https://x/y",
        "aws s3 cp s3://b/k f",
        "aria2c --check-certificate=true https://x",
        "svn co https://x",
    ],
)
def test_downloads_that_check(script: str) -> None:
    assert fetches(script)[0].bypassed_checks == ()


@pytest.mark.parametrize(
    "url",
    [
        "https://user:secret@x/y",
        "https://ghp_0123456789abcdef@github.com/x/y",
        "https://$TOKEN@github.com/x/y",
        "https://x/y?access_token=abc",
        "https://oauth2:${T}@gitlab.com/x/y",
    ],
)
def test_credentials_in_urls(url: str) -> None:
    assert fetches(f'git clone "{url}"')[0].credentials


@pytest.mark.parametrize(
    "url",
    [
        "https://x/y",
        "https://git@github.com/x/y",
        "git@github.com:x/y.git",
        "https://x/y?ref=token",
        "ssh://deploy@x/y",
    ],
)
def test_urls_without_credentials(url: str) -> None:
    assert not fetches(f'git clone "{url}"')[0].credentials


@pytest.mark.parametrize(
    "script",
    [
        "V=$(curl -s https://api.github.com/repos/a/b/releases/latest | grep tag_name) && curl -LO https://x/$V/y",
        "curl -LO https://dl.k8s.io/release/$(curl -Ls https://dl.k8s.io/release/stable.txt)/kubectl",
        "curl -LO https://github.com/a/b/releases/latest/download/y-$(uname -m)",
        "wget https://raw.githubusercontent.com/a/b/master/$F",
    ],
)
def test_versions_that_the_network_tells_move(script: str) -> None:
    fetch = fetches(script)[-1]
    assert (fetch.url, fetch.pin) == (None, "alias")


@pytest.mark.parametrize(
    ("script", "pin"),
    [
        ("V=$(cat version) && curl -LO https://x/$V/y", "none"),
        ("curl -LO https://x/$(uname -m)/y", "none"),
        ("wget https://x/stable/f-${V}.tgz", "none"),
        ("curl -LO https://github.com/a/b/releases/download/$V/f.tar.gz", "none"),
        ("curl -LO https://github.com/a/b/archive/$V.tar.gz", None),
        ("curl -LO $BASE/f.tar.gz", None),
    ],
)
def test_no_checksum_hides_in_what_is_unknown_but_for_commits(script: str, pin: str | None) -> None:
    fetch = fetches(script)[-1]
    assert (fetch.url, fetch.pin) == (None, pin)


def test_downloads_are_placed_at_the_url() -> None:
    script = "curl -fsSL 'https://x/v1.2.3/y.tgz' \\\n -o y && wget https://x/$V/z.tgz"
    first, second = fetches(script, V="2.0.1")
    assert script[first.used_at.span.start : first.used_at.span.end] == "https://x/v1.2.3/y.tgz"
    revision = first.places["revision"].span
    assert script[revision.start : revision.end] == "v1.2.3"
    assert (second.url, second.pin) == ("https://x/2.0.1/z.tgz", "exact")
    assert second.places["revision"].file == "env"


def test_a_download_made_elsewhere_is_followed() -> None:
    interpreter = Interpreter()
    place = Place("f", Span(0, 1))
    fact = Fetch(used_at=place, extent=place, tool="ADD", url="https://x/i.sh", pin="none")
    interpreter.add(fact, "/tmp/i.sh")
    interpreter.script(located("sh /tmp/i.sh"), Scope(), place)
    (fetch,) = interpreter.finish()
    assert isinstance(fetch, Fetch)
    assert (fetch.tool, fetch.executed) == ("ADD", "file")


FIXED = [
    (f"https://raw.githubusercontent.com/x/y/{COMMIT}/i.sh", "digest"),
    (f"https://github.com/x/y/archive/{COMMIT}.tar.gz", "digest"),
    (f"git+https://github.com/x/y@{COMMIT}#egg=y", "digest"),
    (f"https://github.com/x/y.git#{COMMIT}:folder", "digest"),
    (f"https://github.com/x/y.git?tag=v1&checksum={COMMIT}", "digest"),
    ("https://raw.githubusercontent.com/x/y/v1.2.3/i.sh", "exact"),
    ("https://github.com/x/y/releases/download/jq-1.6/jq-linux64", "exact"),
    ("https://github.com/x/y/archive/refs/tags/v1.2.tar.gz", "exact"),
    ("https://download.docker.com/linux/static/stable/x86_64/docker-20.10.9.tgz", "exact"),
    ("https://x.org/pool/main/c/curl/curl_7.88-1_amd64.deb", "exact"),
    ("https://dl.google.com/go/go1.16.linux-amd64.tar.gz", "exact"),
    ("https://x/boost_1_70_0.tar.gz", "exact"),
    ("https://x/linux-6609375_latest.zip", "exact"),
    ("https://github.com/x/y.git#v1.2:dir", "exact"),
    ("git+ssh://git@github.com:npm/npm.git#v1.0.27", "exact"),
    ("https://github.com/x/y.git?tag=v1.2.3", "exact"),
    ("https://x/snapshot/20240101/y.tgz", "exact"),
]

MOVING = [
    ("https://raw.githubusercontent.com/x/y/master/i.sh", "alias"),
    ("https://raw.githubusercontent.com/x/y/refs/heads/main/i.sh", "alias"),
    ("https://github.com/x/y/releases/latest/download/z", "alias"),
    ("https://github.com/x/y/archive/master.tar.gz", "alias"),
    ("https://github.com/x/y/archive/1.x.zip", "alias"),
    ("https://gitlab.com/a/b/-/raw/master/x.sh", "alias"),
    ("https://deb.nodesource.com/setup_14.x", "alias"),
    ("https://x/y/lastSuccessfulBuild/z.zip", "alias"),
    ("https://repo.continuum.io/Miniconda3-latest-Linux-x86_64.sh", "alias"),
    ("https://x/google-chrome-stable_current_amd64.deb", "alias"),
    ("https://x/release/stable.txt", "alias"),
    ("git+https://github.com/x/y@main", "alias"),
    ("https://github.com/x/y.git#main", "alias"),
    ("https://sh.rustup.rs", "none"),
    ("https://packages.microsoft.com/config/ubuntu/20.04/prod.deb", "none"),
    ("https://github.com/x/y.git", "none"),
]


@pytest.mark.parametrize(("url", "pin"), FIXED + MOVING)
def test_what_an_address_says_of_its_content(url: str, pin: str) -> None:
    address = of_url(url)
    assert address.pin == pin
    revision = address.revision
    assert url[revision.start : revision.start + len(revision.text)] == revision.text


@pytest.mark.parametrize(
    ("ref", "pin"),
    [
        (COMMIT, "digest"),
        (SHA, "digest"),
        ("v1.2.3", "exact"),
        ("release-1.21.0", "exact"),
        ("0a1b2c3", "exact"),
        ("2024-01-31", "exact"),
        ("refs/tags/v1.2.3-rc.1+x", "exact"),
        ("kustomize/v3.6.1", "exact"),
        ("main", "alias"),
        ("v1", "alias"),
        ("1.x", "alias"),
        ("release-1.2", "alias"),
        ("refs/heads/v1.2.3", "alias"),
        ("stable-2.0", "alias"),
        ("HEAD", "alias"),
        ("", "none"),
    ],
)
def test_git_references(ref: str, pin: str) -> None:
    assert of_ref(ref) == pin


@pytest.mark.parametrize(
    "url",
    ["", "#", "@", "://", "https://", "git+", "a" * 100_000, "https://" + "/a" * 50_000, "\0"],
)
def test_odd_addresses_do_no_harm(url: str) -> None:
    of_url(url)
    of_url(url, git=True)


SUM = "0" * 64


@pytest.mark.parametrize(
    ("check", "verified"),
    [
        ("curl -o /s.sha256 https://x.example/f.sha256 && sha256sum -c /s.sha256", False),
        ("curl -o /s.sha256 https://y.example/f.sha256 && sha256sum -c /s.sha256", True),
        ("curl -O https://x.example/SHASUMS.asc && gpg -d -o SHASUMS SHASUMS.asc && grep f SHASUMS | sha256sum -c", True),
        ("curl -O https://x.example/SHASUMS && gpg --verify k SHASUMS && grep f SHASUMS | sha256sum -c", True),
        ("curl -O https://x.example/SHASUMS && grep f SHASUMS | sha256sum -c", False),
        (f"echo '{SUM}  f' | sha256sum -c", True),
        (f"echo '{SUM}  other' | sha256sum -c", False),
        (f"echo '{SUM} *f' | sha256sum -c || true", False),
        (f"echo '{SUM} *f' | sha256sum -c || exit 1", True),
    ],
)  # fmt: skip
def test_what_a_checksum_proves(check: str, verified: bool) -> None:
    script = f"curl -o f https://x.example/f && {check}\nsh f"
    assert [
        fetche.verified for fetche in fetches(script) if fetche.url == "https://x.example/f"
    ] == [verified]


def test_the_newest_tag_of_the_day_is_checked_out() -> None:
    script = "git clone https://x.example/y.git y && cd y && git checkout $(git describe --tags)"
    (fetch,) = fetches(script)
    assert fetch.pin == "alias"
