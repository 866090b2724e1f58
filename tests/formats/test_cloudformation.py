"""CloudFormation: values through functions, parameters and nested stacks; containers, machines, registries, sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar

import pytest
from tests.kit import read_files, text_at

from immutable_delivery.facts import (
    Build,
    Command,
    Container,
    Fact,
    Fetch,
    Image,
    Install,
    Mount,
    Resource,
    Source,
    Start,
    Unread,
    Variable,
)
from immutable_delivery.formats import cloudformation

T = TypeVar("T", bound=Fact)

PATH = "stack.yaml"
HEAD = 'AWSTemplateFormatVersion: "2010-09-09"\n'


def facts(files: str | Mapping[str, str]) -> list[Fact]:
    held = {PATH: files} if isinstance(files, str) else files
    found, ctx = read_files(cloudformation, held)
    assert not ctx.troubles
    return [one for one in found if isinstance(one, Fact)]


def of(kind: type[T], files: str | Mapping[str, str]) -> list[T]:
    return [one for one in facts(files) if isinstance(one, kind)]


def task(image: str, above: str = "", *, more: str = "") -> str:
    return (
        f"{HEAD}{above}Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n"
        f"      ContainerDefinitions:\n      - Name: web\n        Image: {image}\n{more}"
    )


def resource(kind: str, properties: str, above: str = "", metadata: str = "") -> str:
    inner = "".join(f"      {line}\n" for line in properties.splitlines())
    beside = f"    Metadata:\n{metadata}" if metadata else ""
    return f"{HEAD}{above}Resources:\n  Web:\n    Type: {kind}\n{beside}    Properties:\n{inner}"


@pytest.mark.parametrize(
    ("path", "content", "claimed"),
    [
        (PATH, task("a"), True),
        ("a.template", task("a"), True),
        ("cdk.out/Shop.template.json", '{"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}', True),
        ("a.json", '{"Res\\u006furces": {"A": {"Type": "AWS::SQS::Queue"}}}', True),
        (PATH, "Resources:\n  A:\n    Type: Custom::Thing\n", True),
        (PATH, "Resources: {A: {Type: web}}\nx: a::b\n", False),
        (PATH, "resources: {A: {Type: AWS::SQS::Queue}}\n", False),
        (PATH, f"{HEAD}Resources:\n  A: {{{{ x }}}}\n b::c\n", True),
        ("a.md", task("a"), False),
    ],
)
def test_claims(path: str, content: str, claimed: bool) -> None:
    assert cloudformation.claims(path, content.encode()) is claimed


PARAMETERS = (
    "Parameters:\n  Tag: {Type: String, Default: '1.4'}\n  Name: {Type: String}\n"
    "  Empty: {Type: String, Default: ''}\n  Env: {Type: String, Default: prod}\n"
    "  Words: {Type: CommaDelimitedList, Default: 'nginx, redis'}\n"
    "  Stored: {Type: AWS::SSM::Parameter::Value<String>, Default: /shop/image}\n"
)
CONDITIONS = (
    "Conditions:\n  Prod: !Equals [!Ref Env, prod]\n  Named: !Not [!Equals [!Ref Name, '']]\n"
    "  Own: !Not [!Equals [!Ref Empty, '']]\n  Both: !And [!Condition Prod, Condition: Own]\n"
    "  Any: !Or [Condition: Prod, Condition: Named]\n  Round: !Not [Condition: Round]\n"
)
MAPPINGS = (
    "Mappings:\n  Tags:\n    prod: {web: '1.27'}\n    test: {web: '1.28'}\n"
    "  Same:\n    eu-west-1: {image: 'redis:7'}\n    us-east-1: {image: 'redis:7'}\n"
)


@pytest.mark.parametrize(
    ("image", "reference"),
    [
        ('!Sub "nginx:${Tag}"', "nginx:1.4"),
        ('{"Fn::Sub": ["nginx:${T}", {"T": {"Ref": "Tag"}}]}', "nginx:1.4"),
        ("!Sub ['${N}:7', {N: !Select [1, !Ref Words]}]", "redis:7"),
        ("!Join [':', [nginx, !Ref Tag]]", "nginx:1.4"),
        ("!Join ['', [!Join ['/', [a, b]], ':1']]", "a/b:1"),
        ("!Select [1, !Split ['|', 'a|redis:7']]", "redis:7"),
        ("!Sub ['nginx:${T}', {T: !FindInMap [Tags, !Ref Env, web]}]", "nginx:1.27"),
        ("!FindInMap [Same, !Ref AWS::Region, image]", "redis:7"),
        ("!If [Prod, 'nginx:1', 'nginx:2']", "nginx:1"),
        ("!If [Own, 'nginx:1', 'nginx:2']", "nginx:2"),
        ("!If [Both, 'nginx:1', 'nginx:2']", "nginx:2"),
        ("!If [Any, 'nginx:1', 'nginx:2']", "nginx:1"),
        ("!Ref Name", None),
        ("!Sub 'nginx:${Empty}'", None),
        ("!Ref Stored", None),
        ("'{{resolve:ssm:/shop/image}}'", None),
        ("!Unheard of", None),
        ("!GetAtt Repository.RepositoryUri", None),
        ("!ImportValue shop-image", None),
        ("!If [Round, !GetAtt A.B, !GetAtt B.C]", None),
    ],
)
def test_values(image: str, reference: str | None) -> None:
    found = of(Image, task(image, PARAMETERS + CONDITIONS + MAPPINGS))
    assert {one.reference for one in found} == {reference}


def test_a_value_stands_where_it_is_decided() -> None:
    content = task('!Sub "nginx:${Tag}"', PARAMETERS)
    (image,) = of(Image, content)
    assert text_at(content, image.place_of("tag")) == "1.4"
    assert text_at(content, image.used_at) == "nginx:${Tag}"


def test_a_condition_that_nobody_can_answer_gives_both_images() -> None:
    shown = "!If [Named, 'shop/web:1.2.3', 'shop/web:latest']"
    content = resource(
        "AWS::Lambda::Function", f"Code: {{ImageUri: {shown}}}", PARAMETERS + CONDITIONS
    )
    assert [one.reference for one in of(Image, content)] == ["shop/web:1.2.3", "shop/web:latest"]


def test_what_is_no_value_is_not_there() -> None:
    more = "        User: !If [Prod, !Ref AWS::NoValue, root]\n"
    content = task("nginx:1.2.3", PARAMETERS + CONDITIONS, more=more)
    (container,) = of(Container, content)
    assert container.user == ""


def test_a_list_that_a_condition_decides_is_read_all_the_same() -> None:
    more = "        Command: !If [Named, [sh, -c, 'npm install'], !Ref AWS::NoValue]\n"
    assert [
        one.command for one in of(Install, task("a:1.2.3", PARAMETERS + CONDITIONS, more=more))
    ] == ["npm install"]


def test_parameters_of_a_list_are_words() -> None:
    (start,) = of(Start, task("a:1.2.3", PARAMETERS, more="        Command: !Ref Words\n"))
    assert start.argv == ("nginx", "redis")


def test_loops_are_run_through() -> None:
    content = (
        f"{HEAD}Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Each:\n  - Name\n  - [web, api]\n"
        "  - 'Task${Name}':\n      Type: AWS::ECS::TaskDefinition\n      Properties:\n        ContainerDefinitions:\n"
        "        - {Name: !Ref Name, Image: !Sub 'shop/${Name}:1.2.3'}\n"
    )
    assert [one.name for one in of(Image, content)] == ["shop/web", "shop/api"]


BATCH = """\
ContainerProperties:
  Image: shop/job:1.2.3
  Command: [sh, -c, "curl https://example.com/x.sh | sh"]
  Environment: [{Name: DB_PASSWORD, Value: hunter2x}]
  Volumes: [{Name: d, Host: {SourcePath: /srv/data}}]
  MountPoints: [{SourceVolume: d, ContainerPath: /data}]
  ReadonlyRootFilesystem: true
"""


def test_batch() -> None:
    content = resource("AWS::Batch::JobDefinition", BATCH)
    (container,) = of(Container, content)
    assert (container.read_only_root, container.entry) == (
        True,
        ("sh", "-c", "curl https://example.com/x.sh | sh"),
    )
    assert [one.executed for one in of(Fetch, content)] == ["pipe"]
    assert [(one.source, one.target) for one in of(Mount, content)] == [("/srv/data", "/data")]
    nodes = "NodeProperties:\n  NodeRangeProperties:\n  - Container: {Image: shop/node}\n"
    assert [one.name for one in of(Image, resource("AWS::Batch::JobDefinition", nodes))] == [
        "shop/node"
    ]
    tasks = "EcsProperties:\n  TaskProperties:\n  - Containers: [{Image: shop/task}]\n"
    assert [one.name for one in of(Image, resource("AWS::Batch::JobDefinition", tasks))] == [
        "shop/task"
    ]
    pods = "EksProperties: {PodProperties: {Containers: [{Image: shop/pod}]}}\n"
    assert [one.subject for one in of(Unread, resource("AWS::Batch::JobDefinition", pods))] == [
        "EksProperties"
    ]


RUNNER = """\
SourceConfiguration:
  ImageRepository:
    ImageIdentifier: public.ecr.aws/shop/web:latest
    ImageConfiguration:
      StartCommand: npm run dev
      RuntimeEnvironmentVariables: [{Name: API_KEY, Value: abcdef123456}]
"""


def test_app_runner() -> None:
    content = resource("AWS::AppRunner::Service", RUNNER)
    assert [(one.tag, one.scope.owner) for one in of(Image, content)] == [("latest", "Web")]
    assert [(one.text, one.form) for one in of(Start, content)] == [("npm run dev", "shell")]
    assert [(one.name, one.secret) for one in of(Variable, content)] == [("API_KEY", "name")]


def test_functions() -> None:
    inline = "Code: {ImageUri: shop/fn}\nImageConfig: {Command: [app.main], EntryPoint: [/run]}\nEnvironment: {Variables: {TOKEN: abcdef123456}}"
    content = resource("AWS::Lambda::Function", inline)
    (container,) = of(Container, content)
    assert (container.image, container.entry) == ("shop/fn", ("/run", "app.main"))
    assert [one.secret for one in of(Variable, content)] == ["name"]
    zipped = resource("AWS::Lambda::Function", "Code: {S3Bucket: a}\nHandler: app.main")
    assert facts(zipped) == []


def test_layers() -> None:
    above = "Parameters:\n  L: {Type: AWS::SSM::Parameter::Value<String>, Default: /aws/service/powertools/python/layer}\n"
    layers = "Layers:\n- arn:aws:lambda:eu-west-1:1:layer:a:3\n- !Ref L"
    content = resource("AWS::Lambda::Function", layers, above)
    assert [(one.url, one.pin) for one in of(Source, content)] == [
        ("/aws/service/powertools/python/layer", "none")
    ]


def test_sam() -> None:
    content = (
        "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function: {Environment: {Variables: {TOKEN: abcdef123456}}}\n"
        "Resources:\n  Web:\n    Type: AWS::Serverless::Function\n    Properties: {PackageType: Image, ImageUri: 'shop/web:1'}\n"
        "    Metadata: {Dockerfile: Dockerfile.web, DockerContext: ./src, DockerBuildArgs: {A: b}}\n"
        "  App:\n    Type: AWS::Serverless::Application\n    Properties:\n"
        "      Location: {ApplicationId: arn:x, SemanticVersion: 1.0.0}\n"
    )
    found, _ = read_files(cloudformation, {"app/template.yaml": content})
    (build,) = [one for one in found if isinstance(one, Build)]
    assert (build.dockerfile, build.context, build.service) == (
        "app/src/Dockerfile.web",
        "app/src",
        "Web",
    )
    assert build.args == {"A": "b"}
    assert [one.name for one in of(Variable, content)] == ["TOKEN"]
    assert [(one.url, one.ref, one.pin) for one in of(Source, content)] == [
        ("arn:x", "1.0.0", "exact")
    ]


AMI = "Parameters:\n  Ami:\n    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>\n    Default: /aws/service/ami-amazon-linux-latest/al2023\n"


@pytest.mark.parametrize(
    ("kind", "properties", "choice"),
    [
        ("AWS::EC2::Instance", "ImageId: !Ref Ami", "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023"),
        ("AWS::EC2::LaunchTemplate", "LaunchTemplateData: {ImageId: !Ref Ami}", "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023"),
        ("AWS::AutoScaling::LaunchConfiguration", "ImageId: '{{resolve:ssm:/aws/service/x}}'", "resolve:ssm:/aws/service/x"),
        ("AWS::EC2::LaunchTemplate", "LaunchTemplateData: {ImageId: 'resolve:ssm:/images/web-latest'}", "resolve:ssm:/images/web-latest"),
        ("AWS::ImageBuilder::ImageRecipe", "ParentImage: !Sub 'arn:aws:imagebuilder:${AWS::Region}:aws:image/al2/x.x.x'", "arn:aws:imagebuilder:${AWS::Region}:aws:image/al2/x.x.x"),
        ("AWS::EC2::Instance", "ImageId: '{{resolve:ssm:/aws/service/x:3}}'", None),
        ("AWS::EC2::Instance", "ImageId: ami-0123456789abcdef0", None),
        ("AWS::EC2::Instance", "ImageId: '{{resolve:ssm:/images/web}}'", None),
        ("AWS::ImageBuilder::ImageRecipe", "ParentImage: arn:aws:imagebuilder:eu-west-1:aws:image/al2/2023.1.2/1", None),
    ],
)  # fmt: skip
def test_images_of_machines(kind: str, properties: str, choice: str | None) -> None:
    found = of(Resource, resource(kind, properties, AMI))
    assert [one.choice for one in found if one.pin == "alias"] == ([choice] if choice else [])


def test_a_pointer_stands_at_its_default() -> None:
    content = resource("AWS::EC2::Instance", "ImageId: !Ref Ami", AMI)
    (image,) = of(Resource, content)
    assert text_at(content, image.place_of("pin")) == "/aws/service/ami-amazon-linux-latest/al2023"


@pytest.mark.parametrize(
    "data",
    [
        "UserData:\n  Fn::Base64: !Sub |\n    #!/bin/bash\n    yum install -y nginx\n    echo ${AWS::StackName}\n",
        'UserData: {"Fn::Base64": {"Fn::Join": ["", ["#!/bin/bash\\n", "yum install", " -y nginx\\n", {"Ref": "X"}]]}}\n',
        "UserData: !Base64 |\n  #cloud-config\n  packages: [nginx]\n",
    ],
)
def test_user_data(data: str) -> None:
    (install,) = of(Install, resource("AWS::EC2::Instance", data))
    assert (install.scope.phase, [one.name for one in install.packages]) == ("boot", ["nginx"])


INIT = """\
      AWS::CloudFormation::Init:
        configSets: {all: [one]}
        one:
          packages: {yum: {httpd: [], php: ['8.1']}, rpm: {epel: 'http://example.com/epel.rpm'}}
          sources: {/srv: 'https://example.com/shop.tar.gz'}
          files:
            /opt/run.sh: {content: "#!/bin/sh\\npip install flask\\n", mode: '000755'}
            /opt/tool: {source: 'https://example.com/tool', mode: '000755'}
            /etc/shop.conf: {source: 'https://example.com/shop.conf', mode: '000644'}
          commands:
            b: {command: sh /opt/run.sh}
            a: {command: [npm, install, -g, pm2]}
"""


def test_init() -> None:
    content = resource("AWS::EC2::Instance", "ImageId: ami-1", metadata=INIT)
    found = of(Install, content)
    assert {one.command for one in found} == {
        "packages: yum",
        "packages: rpm",
        "npm install",
        "pip install",
    }
    assert {one.scope.phase for one in facts(content)} == {"boot"}
    fetched = {one.url: (one.executed, one.unpacked) for one in of(Fetch, content)}
    assert fetched == {
        "https://example.com/shop.tar.gz": ("", True),
        "https://example.com/tool": ("file", False),
        "https://example.com/shop.conf": ("", False),
    }


RULES = '{"rules": [{"selection": {"tagStatus": "%s"}, "action": {"type": "expire"}}]}'


@pytest.mark.parametrize(
    ("properties", "immutable", "history"),
    [
        ("RepositoryName: web", False, -1),
        ("ImageTagMutability: MUTABLE", False, -1),
        ("ImageTagMutability: IMMUTABLE", True, -1),
        ("ImageTagMutability: !Ref X", None, -1),
        (f"LifecyclePolicy:\n  LifecyclePolicyText: '{RULES % 'untagged'}'", False, 0),
        (f"LifecyclePolicy:\n  LifecyclePolicyText: '{RULES % 'tagged'}'", False, -1),
        ("LifecyclePolicy: {LifecyclePolicyText: !Ref X}", False, None),
        ("LifecyclePolicy: {LifecyclePolicyText: 'no json'}", False, None),
    ],
)
def test_registries(properties: str, immutable: bool | None, history: int | None) -> None:
    (one,) = of(Resource, resource("AWS::ECR::Repository", properties))
    assert (one.immutable, one.history, one.name) == (immutable, history, "Web")


def test_shared_with_everybody() -> None:
    said = "Distributions:\n- AmiDistributionConfiguration: {LaunchPermissionConfiguration: {UserGroups: [all]}}"
    assert [
        one.public
        for one in of(Resource, resource("AWS::ImageBuilder::DistributionConfiguration", said))
    ] == [True]


def test_commands_on_machines() -> None:
    (one,) = of(Command, resource("AWS::SSM::Association", "Name: AWS-RunShellScript"))
    assert (one.mutates, one.tool, one.scope.phase) == ("host", "AWS-RunShellScript", "start")
    assert of(Command, resource("AWS::SSM::Association", "Name: AWS-GatherSoftwareInventory")) == []


NESTED = resource(
    "AWS::CloudFormation::Stack", "TemplateURL: ./nested/web.yaml\nParameters: {Tag: 1.2.3}"
)
INNER = task("!Sub 'nginx:${Tag}'", "Parameters:\n  Tag: {Type: String}\n")


def test_nested_stacks_get_the_values_of_the_one_around_them() -> None:
    files = {"app/main.yaml": NESTED, "app/nested/web.yaml": INNER}
    (image,) = of(Image, files)
    assert image.reference == "nginx:1.2.3"
    assert text_at(files["app/main.yaml"], image.place_of("tag")) == "1.2.3"
    paths = sorted([*files, "other.yaml"])
    found = list(
        cloudformation.families(
            paths, read_files(cloudformation, {**files, "other.yaml": INNER})[1].files
        )
    )
    assert found == [["app/main.yaml", "app/nested/web.yaml"], ["other.yaml"]]


def test_stacks_in_a_circle_are_read_once() -> None:
    one = (
        resource("AWS::CloudFormation::Stack", "TemplateURL: b.yaml")
        + task("a:1")[len(HEAD) + len("Resources:\n") :]
    )
    other = one.replace("b.yaml", "a.yaml").replace("a:1", "b:1")
    assert sorted(one.text for one in of(Image, {"a.yaml": one, "b.yaml": other})) == ["a:1", "b:1"]


@pytest.mark.parametrize(
    ("address", "pin"),
    [
        ("https://shop.s3.amazonaws.com/web.yaml", "none"),
        ("https://shop.s3.amazonaws.com/web.yaml?versionId=3L4kqtJl", "exact"),
        ("https://shop.s3.amazonaws.com/v1.2.3/web.yaml", "exact"),
        ("!Sub 'https://${Bucket}.s3.amazonaws.com/web.yaml'", None),
        ("./not-here.yaml", "missing"),
    ],
)
def test_templates_from_elsewhere(address: str, pin: str | None) -> None:
    found = of(Source, resource("AWS::CloudFormation::Stack", f"TemplateURL: {address}"))
    assert [one.pin for one in found] == ([] if pin == "missing" else [pin])


def test_what_includes_bring() -> None:
    content = f"{HEAD}Resources:\n  Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: 's3://shop/x.yaml'}}}}\n  A: {{Type: AWS::SQS::Queue}}\n"
    assert [(one.url, one.pin) for one in of(Source, content)] == [("s3://shop/x.yaml", "none")]


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}Resources: [a]\n",
        f"{HEAD}Resources:\n  A: {{Type: AWS::ECS::TaskDefinition}}\n",
        f"{HEAD}Resources:\n  A: {{Type: AWS::ECS::TaskDefinition, Properties: {{ContainerDefinitions: !Foo [1]}}}}\n",
        f"{HEAD}Resources:\n  A: {{Type: AWS::EC2::Instance, Properties: [1]}}\n",
        f"{HEAD}Resources:\n  A: {{Type: AWS::EC2::Instance, Properties: {{ImageId: !FindInMap [a]}}}}\n",
        f"{HEAD}Conditions: {{C: !Equals [!Ref C]}}\n" + task("!If [C, a]")[len(HEAD) :],
        f"{HEAD}Resources:\n  Fn::ForEach::X: [a]\n  B: {{Type: AWS::CloudFormation::Stack}}\n",
        task("!Select [9, !Split ['', a]]"),
        task("!Sub [1, 2, 3]"),
        task("!Ref [a]"),
    ],
)
def test_nonsense_is_no_traceback(content: str) -> None:
    read_files(cloudformation, {PATH: content})


def test_conditions_that_name_each_other_take_no_time() -> None:
    rows = "".join(f"  C{n}: !And [Condition: C{n + 1}, Condition: C{n + 1}]\n" for n in range(60))
    (image,) = of(
        Image, task("!If [C0, 'a:1', 'b:1']", f"Conditions:\n{rows}  C60: !Equals [a, a]\n")
    )
    assert image.reference in {"a:1", None}


TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Tag: {Type: String, Default: "1.4"}
  Image: {Type: String}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: shop
      ContainerDefinitions:
        - Name: web
          Image: !Sub "nginx:${Tag}"
          Environment:
            - Name: REGION
              Value: !Ref AWS::Region
        - Name: api
          Image: !Ref Image
        - Name: job
          Image:
            Fn::Join: [":", [a, b]]
        - Name: plain
          Image: redis:7.4.1
          Command: !Split [",", "a,b"]
          ReadonlyRootFilesystem: true
  Other:
    Type: AWS::SQS::Queue
"""


def test_a_whole_template() -> None:
    images = of(Image, TEMPLATE)
    assert [(image.text, image.pin, image.unresolved) for image in images] == [
        ("nginx:1.4", "partial", ""),
        ("${Image}", None, "Image"),
        ("a:b", "alias", ""),
        ("redis:7.4.1", "exact", ""),
    ]
    assert text_at(TEMPLATE, images[0].place_of("tag")) == "1.4"
    assert images[0].place_of("tag").span.start < TEMPLATE.index("Resources")
    assert text_at(TEMPLATE, images[0].used_at) == "nginx:${Tag}"
    (region,) = of(Variable, TEMPLATE)
    assert (region.name, region.value) == ("REGION", None)
    last = of(Container, TEMPLATE)[-1]
    assert (last.read_only_root, last.own_start, last.entry) == (True, True, ("a", "b"))
    assert last.scope.service == "shop"


def test_json() -> None:
    task = {"ContainerDefinitions": [{"Image": {"Fn::Sub": "a:${T}"}}, {"Image": {"Ref": "U"}}]}
    content = json.dumps(
        {
            "Parameters": {"T": {"Default": "1.2.3"}},
            "Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task}},
        }
    )
    assert [(one.text, one.pin) for one in of(Image, content)] == [
        ("a:1.2.3", "exact"),
        ("${U}", None),
    ]


def test_every_prefix_is_read() -> None:
    for end in range(0, len(TEMPLATE), 7):
        read_files(cloudformation, {PATH: TEMPLATE[:end]})


def test_the_template_among_other_documents_is_read() -> None:
    files = {PATH: f"{task('a:1.2.3')}---\nother: true\n"}
    assert [one.text for one in of(Image, files)] == ["a:1.2.3"]


def test_a_circle_that_others_are_tied_to_is_read_too() -> None:
    one = (
        resource("AWS::CloudFormation::Stack", "TemplateURL: b.yaml")
        + task("a:1")[len(HEAD) + len("Resources:\n") :]
    )
    other = one.replace("b.yaml", "a.yaml").replace("a:1", "b:1")
    files = {"a.yaml": one, "b.yaml": other, "c.yaml": task("c:1")}
    assert sorted(image.text for image in of(Image, files)) == ["a:1", "b:1", "c:1"]
