"""What commands do on hosts and in containers, which images they name, and what they put into workloads."""

from __future__ import annotations

import pytest

from immutable_delivery.effects.interpreter import Interpreter
from immutable_delivery.facts import Command, Install, Scope
from immutable_delivery.source.located import LocatedText
from immutable_delivery.source.text import Place, Span


def read(script: str) -> Interpreter:
    interpreter = Interpreter(shell="bash")
    place = Place("deploy.sh", Span(0, len(script)))
    interpreter.script(LocatedText.literal(script, place), Scope(phase="pipeline"), None)
    return interpreter


def commands(script: str) -> list[Command]:
    return [fact for fact in read(script).finish() if isinstance(fact, Command) and fact.mutates]


@pytest.mark.parametrize(
    ("script", "effect"),
    [
        ("ssh web uptime", "reads"),
        ("ssh web 'docker ps; docker logs shop | tail'", "reads"),
        ("ssh web 'cd /srv && git pull && systemctl restart shop'", "changes"),
        ("ssh web systemctl restart shop", "reads"),
        ("ssh web 'docker stop web; docker pause x'", "reads"),
        ("ssh web docker run --rm -v /srv:/srv debian du -s /srv", "reads"),
        ("ssh web docker run -d debian sleep 9", "changes"),
        ("ssh web 'rm -rf /tmp/x && echo 1 > /tmp/y'", "reads"),
        ("ssh web 'cp /tmp/x /srv/x'", "changes"),
        ("kubectl exec web -- pg_dump shop > backup.sql", "reads"),
        ("ssh web ./deploy.sh", "unknown"),
        ("ssh web", ""),
        ("ssh -t web bash", "enters"),
        ("ssh web <<'EOF'\ncd /srv\ndocker compose up -d\nEOF", "changes"),
        ("ssh web sudo bash -s <<EOF\nuptime\nEOF", "reads"),
        ("ssh web 'echo 1 > /etc/flag'", "changes"),
        ("ssh web 'ls > /dev/null 2>&1'", "reads"),
        ("kubectl -n shop exec deploy/web -- cat /etc/hosts", "reads"),
        ("kubectl exec web -c shop -- sh -c 'pip install x'", "changes"),
        ("kubectl exec -it web -- sh", "enters"),
        ("kubectl exec web -- bin/console migrate", "unknown"),
        ("docker exec db psql -c 'select 1'", "reads"),
        ("docker exec web curl -fsS localhost/health", "reads"),
        ("docker exec web curl -o /app/x https://x.example/x", "changes"),
        ("docker compose exec -T web sed -i s/a/b/ /app/x", "changes"),
        ("docker exec web tool --version", "reads"),
        ("scp $FILE $HOST:$FOLDER", "copies"),
        ("scp $FILE $HOST:", "copies"),
        ("scp $FILE $HOST:/srv/app", "changes"),
        ("scp $JAR $HOST:$FOLDER", "changes"),
        ("scp ${{ env.FILE }} ./run.sh $HOST:$FOLDER", "changes"),
        ("rsync -a db/_data/ web:/srv", "data"),
        ("rsync -a ./ web:/srv/backup-$(date +%F)", "data"),
        ("scp backup.sh web:/srv", "changes"),
    ],
)
def test_what_is_run_elsewhere_tells_what_it_does(script: str, effect: str) -> None:
    assert [command.effect for command in commands(script)] == [effect]


def test_a_command_that_runs_others_elsewhere_tells_of_them_alone() -> None:
    script = "ssh web 'docker compose pull && kubectl set image deploy/web web=a:1'"
    assert [(one.tool, one.mutates) for one in commands(script)] == [("ssh", "host")]


def test_variables_of_here_are_not_those_of_there() -> None:
    installs = read("cd a; ssh web 'cd /srv'; pip install ./x").finish()
    assert [fact.packages[0].spec for fact in installs if isinstance(fact, Install)] == ["./x"]


@pytest.mark.parametrize(
    ("script", "deploys", "deployment"),
    [
        ("kubectl set image deploy/web web=shop/web:latest", "shop/web:latest", "moving"),
        ("kubectl set image deploy/web web=shop/web:1.2.3", "shop/web:1.2.3", "fixed"),
        ("kubectl set image deploy/web web=shop/web:$TAG", None, "unknown"),
        ("kubectl set image deploy/web a=shop/a:1.2.3 web=shop/web", "shop/web", "moving"),
        ("helm upgrade web ./chart --set a=b,image.tag=latest", "latest", "moving"),
        ("helm upgrade web ./chart --set image.tag=1.2.3,a=b", "1.2.3", "fixed"),
        ("helm upgrade web ./chart --set replicas=2", "", ""),
        ("helm upgrade web ./chart --set-string web.imageTag=$CI_COMMIT_SHA", None, "unknown"),
        ("gcloud run deploy web --image=eu.gcr.io/shop/web", "eu.gcr.io/shop/web", "moving"),
        ("argocd app set web --revision main", "main", "moving"),
        ("argocd app set web -p image.tag=stable", "stable", "moving"),
        ("aws lambda update-function-code --function-name f --image-uri shop/f:1.2.3", "shop/f:1.2.3", "fixed"),
    ],
)  # fmt: skip
def test_what_is_put_into_a_workload(script: str, deploys: str | None, deployment: str) -> None:
    assert [(one.deploys, one.deployment) for one in commands(script)] == [(deploys, deployment)]


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ("docker pull alpine", ["alpine"]),
        ("sudo podman run --rm -it -v a:/b -e X=y alpine:3.20 sh -c 'echo alpine'", ["alpine:3.20"]),
        ("docker run --pull always --name web -p 80:80 shop/web:1 --image other", ["shop/web:1"]),
        ("docker -H ssh://web run -d shop/web", ["shop/web"]),
        ("docker run $OPTIONS shop/web", ["shop/web"]),
        ("docker run --rm $root_args -v a:/b shop/web", ["shop/web"]),
        ("docker run $IMAGE sh", ["$IMAGE"]),
        ("kubectl set image deploy/web a=x/a:1 b=x/b:2", ["x/a:1", "x/b:2"]),
        ("kubectl run --rm tmp --image=busybox -- sh", ["busybox"]),
        ("ssh web 'docker pull shop/web'", ["shop/web"]),
        ("skopeo inspect docker://a/b", []),
        ("gcloud run deploy web --image shop/web", ["shop/web"]),
        ("docker build -t shop/web .", []),
    ],
)  # fmt: skip
def test_images_that_commands_name(script: str, named: list[str]) -> None:
    assert [one.written.text for one in read(script).images] == named
