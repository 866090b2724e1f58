"""What the two paths of a mount tell where nothing in the repository does: one row per test and its exceptions."""

from __future__ import annotations

import pytest

from immutable_delivery.links.conventions import Held, Paths, convention

CODE = """
./run.sh:/run.sh                       a program
./data/run.sh:/work/run.sh             a program, wherever it lies
/srv/app.jar:/app/app.jar              what is compiled
./plugin.so:/usr/lib/x/plugin.so
./seed.jar:/etc/seed.jar               configuration is never compiled
./node_modules:/app/node_modules       packages
./x:/usr/lib/python3/site-packages/x
./x:/srv/vendor/bundle
./hooks.d:/docker-entrypoint.d         hook folders, and one thing in them
./10-x:/etc/cont-init.d/10-x
./tool:/usr/local/bin/tool
./jobs:/etc/cron.daily
./site:/usr/share/nginx/html           known code paths
./site:/usr/local/apache2/htdocs/shop
./war:/usr/local/tomcat/webapps
./data:/opt/airflow/dags               run, whatever the source is called
./x:/opt/shop/standalone/deployments
./src:/anywhere                        source words
./html:/var/www/html
./www:/opt/shop
~/code:/workspace/src
$PWD/src:/x
${ROOT}/dist:/x
./my-plugins:/thing/plugins            plugin folders: both ends
./mods:/game/mods
./custom_components:/x/custom_components
"""
LIKELY = """
/srv/app:/app
/srv/app:/usr/src/shop
./here:/code
./x:/home/deploy/app
./x:/opt/shop/backend
./x:/app/src
./api:/app/api                         the same name on both sides
$PWD:/app
${SHOP_ROOT}:/app
${WWW_DIR}:/var/www
"""
STATE = """
./x:/                                  the machine's
/etc/localtime:/etc/localtime:ro
./zone:/usr/share/zoneinfo/Europe
./x:/host/x
./x:/hostfs
./src:/usr/src
./src:/usr/src/linux-headers
/usr:/app                              host-path's case
/opt/tool/run.sh:/opt/tool/run.sh      agents that inspect the host
./init.sh:/docker-entrypoint-initdb.d/init.sh
./certbot:/var/www/html/.well-known
./acme/x.sh:/x.sh
./settings.py:/x/settings.py           configuration in a script language
./local.conf.js:/app/local.conf.js
./x.js:/app/config/x.js
./app.json:/app/app.json               other files
./.env:/app/.env
./page.html:/app/page.html
./x:/opt/game/bin                      game data
./uploads:/usr/share/nginx/html/uploads
./data:/usr/share/nginx/html           state that is served
./uploads:/app/uploads
./logs/src:/app/src
./my-data:/app
./x.backup:/app
${APP_DATA_DIR}/plugins:/app/plugins
${VOLUMES}data:/app
./src:/data/src                        state by its target
./x:/app/config
${SHOP}:/app                           any variable may be state
${X}/y:/app
./x:/app/lib
./lib2:/app/lib
/srv/api:/app/api
./x:/opt/shop                          needs a source word
./x:/srv
/opt/stacks:/opt/stacks
./plugins:/thing/x
./x:/thing/plugins
./home:/app
"""


def rows(table: str) -> list[tuple[str, str]]:
    pairs = [line.split("  ")[0].strip() for line in table.strip().splitlines()]
    return [(pair.split(":/")[0], "/" + pair.split(":/")[1].partition(":")[0]) for pair in pairs]


@pytest.mark.parametrize(("source", "target"), rows(CODE))
def test_code_is_known_by_its_paths(source: str, target: str) -> None:
    found = convention(Paths(source, target))
    assert found is not None
    assert found.evidence
    assert not found.likely


@pytest.mark.parametrize(("source", "target"), rows(LIKELY))
def test_a_usual_folder_alone_is_likely(source: str, target: str) -> None:
    found = convention(Paths(source, target))
    assert found is not None
    assert found.likely


@pytest.mark.parametrize(("source", "target"), rows(STATE))
def test_state_configuration_and_the_machine_are_no_code(source: str, target: str) -> None:
    assert convention(Paths(source, target)) is None


def test_a_tracked_folder_that_is_half_programs_is_code_under_any_target() -> None:
    tracked = Paths("./tools", "/home/me/tools", held=Held(files=4, programs=2, pages=0))
    found = convention(tracked)
    assert found is not None
    assert not found.likely
    assert convention(Paths("./tools", "/home/me/tools")) is None


@pytest.mark.parametrize(
    "paths",
    [
        Paths("./tools", "/home/me/tools", held=Held(files=5, programs=2, pages=3)),
        Paths("./tools", "/var/lib/tools", held=Held(files=2, programs=2, pages=0)),
        Paths("./tools", "/etc/tools", held=Held(files=2, programs=2, pages=0)),
    ],
)
def test_tracked_programs_are_no_code_where_they_are_few_or_the_target_is_state(
    paths: Paths,
) -> None:
    assert convention(paths) is None


def test_a_tracked_folder_without_programs_and_pages_is_no_code() -> None:
    assert convention(Paths("./src", "/app", held=Held(files=3, programs=0, pages=0))) is None
    assert convention(Paths("./src", "/app", held=Held(files=3, programs=0, pages=1))) is not None


def test_a_usual_folder_over_tracked_programs_is_certain() -> None:
    found = convention(Paths("./shop", "/app", held=Held(files=9, programs=2, pages=1)))
    assert found is not None
    assert not found.likely


@pytest.mark.parametrize("image", ["nextcloud:30.0.2", "docker.io/linuxserver/wordpress", "moodle"])
def test_an_image_that_fills_its_own_folder_keeps_state_there(image: str) -> None:
    assert convention(Paths("./www", "/var/www/html", image)) is None
    assert convention(Paths("./www", "/var/www/html", "php:8.3")) is not None
