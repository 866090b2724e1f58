"""The subjects of the tables: one record for each YAML file beside this one, its fields are the file's keys."""

import re
from functools import cached_property
from typing import Literal

from immutable_delivery.lazy_regex import lazy
from immutable_delivery.records import Record, field

Words = tuple[str, ...]
Names = frozenset[str]
Rows = dict[str, Words]


class Subject(Record, frozen=True, dict=True, forbid_unknown_fields=True):
    """What is known of one subject; what is worked out of it is kept."""


class ApiGroups(Subject, frozen=True):
    """API groups of Kubernetes whose objects run nothing in a cluster."""

    tools: Words = ()
    """Groups of files that look like objects and are read by tools."""
    policies: Words = ()
    """Ends of groups whose objects describe pods or images that they look for or refuse."""
    podless: Names = frozenset()
    """Groups whose objects hold no pods."""

    @cached_property
    def of_tools(self) -> re.Pattern[str]:
        """Recognises the `apiVersion` of a tool's file."""
        return re.compile(rf"(?:{either(self.tools)})(?:/|\Z)")


class BaseUsers(Subject, frozen=True):
    """Whom images run as where nothing says it."""

    root: Names = frozenset()
    """Images that run as root."""
    others: Words = ()
    """Words in their tags that name another user."""


class BuildCalls(Subject, frozen=True):
    """Where a repository builds its images with commands."""

    recipes: Names = frozenset()
    """Files, by name, whose commands run in their own folder."""
    pipelines: Names = frozenset()
    """Files whose commands run in the root."""
    folders: Names = frozenset()
    """Folders whose files' commands run in the root."""
    roots: Words = ()
    """Files that together say that a folder is built as a whole."""


class Cluster(Subject, frozen=True):
    """The cluster that charts are rendered for: what `.Capabilities` tells their templates."""

    kubernetes: Words = ()
    """Its version; where a configuration names one, that counts."""
    api_versions: Words = ()
    """The versions of APIs that it has."""


class CodePaths(Subject, frozen=True):
    """Where images keep the code or the pages that they serve."""

    images: Rows = field(default_factory=dict)
    """Image → folders."""


class CustomKinds(Subject, frozen=True):
    """Custom kinds of Kubernetes that deliver otherwise than by a pod spec."""

    images: Rows = field(default_factory=dict)
    """Group/Kind → the paths of the images; `*` is any kind, or every item of a list."""
    unread: Rows = field(default_factory=dict)
    """Group/Kind → why what it delivers is not read; `*` is any kind."""


class Entrypoints(Subject, frozen=True):
    """Programs that well-known images start by themselves: what a manifest adds are their arguments."""

    programs: Rows = field(default_factory=dict)
    """Image → the words that it starts."""
    take_command: Words = ()
    """Programs that mean nothing without the words that CMD adds; `*` stands for a version."""

    @cached_property
    def takes_command(self) -> re.Pattern[str]:
        """Recognises the name of such a program."""
        names = either(self.take_command, star=r"[\d.]*")
        return re.compile(rf"(?:{names})(?:-static)?\Z")


class Environments(Subject, frozen=True):
    """What names of folders, files and variables say of environments; `environments:` of the configuration says it of paths."""

    holders: Names = frozenset()
    """Folders whose folders are environments."""
    shared: Names = frozenset()
    """Folders beside them that are none."""
    development: Names = frozenset()
    """Environments in which developers work."""
    stages: Words = ()
    """The others, in the order in which an artifact usually passes through them."""
    tests: Names = frozenset()
    """Those of them that test a part; which of two comes first, their names do not tell."""
    rehearsals: Names = frozenset()
    """Those that are as production is, and before it."""
    live: Names = frozenset()
    """Those that users see."""
    ambiguous: Names = frozenset()
    """Names that tell only below a folder of environments."""
    in_names: Words = ()
    """Names that tell at the end of a file's name."""
    compose_development: Names = frozenset()
    """Words in the name or the folder of a Compose file that say development."""
    compose_stages: Names = frozenset()
    """Words there that say another environment."""
    compose_undelivered: Names = frozenset()
    """Words in the name of a Compose file, or of a build target, that only tests or pulls images: it deploys nothing."""
    variables: Names = frozenset()
    """Variables that say it of a service."""
    samples: Words = ()
    """Files beside `.env` that show what stands in it."""

    @cached_property
    def order(self) -> Words:
        """The environments that an artifact usually passes through, the first first."""
        return (*sorted(self.development), *self.stages)

    @cached_property
    def ranks(self) -> tuple[frozenset[str], ...]:
        """Environments that come one after the other, those before of which all come first."""
        return self.development, self.tests, self.rehearsals, self.live

    @cached_property
    def ranked(self) -> dict[str, int]:
        """How far an environment is from who writes the code."""
        return {name: rank for rank, names in enumerate(self.ranks) for name in names}

    @cached_property
    def telling(self) -> frozenset[str]:
        """Names that say it by themselves, wherever they stand."""
        return frozenset(self.order) - self.ambiguous

    @cached_property
    def in_name(self) -> re.Pattern[str]:
        """Finds the environment in the name of a file."""
        return re.compile(rf"[.\-_]({either(self.in_names)})(?:\.[a-z]+)?\Z")


class Files(Subject, frozen=True):
    """What files and folders hold, by their names: endings without their dot, folders with `*` for one name."""

    code: Words = ()
    """Endings of source code, programs and pages."""
    configuration: Words = ()
    """Endings of what is configuration where it is copied into an image."""
    code_files: Words = ()
    """Files of these endings that are code all the same."""
    mounted_configuration: Words = ()
    """Endings of what configures a program where it is mounted."""
    programs: Words = ()
    """Endings of programs and their source: what brings one into an image brings an application."""
    no_programs: Words = ()
    """Files of these endings, or without one, that are no application; `*` is any text."""
    system_folders: Words = ()
    """Folders of an image that hold no application, whatever is copied from there."""
    program_folders: Names = frozenset()
    """Folders of an image for programs that somebody calls: an application that arrives in no other is a tool."""
    code_folders: Words = ()
    """Folders of a container that are usually code."""
    data_folders: Words = ()
    """Folders of a container that hold state, or what belongs to the machine."""

    @cached_property
    def source(self) -> re.Pattern[str]:
        """Recognises the path of source code."""
        return re.compile(rf"\.(?:{either(self.code)})$")

    @cached_property
    def copied_configuration(self) -> re.Pattern[str]:
        """Recognises the path of configuration that is copied."""
        pattern = rf"\.(?:{either(self.configuration)})\Z"
        return lazy(pattern, re.IGNORECASE, needs=literals(self.configuration, before="."))

    @cached_property
    def code_all_the_same(self) -> re.Pattern[str]:
        """Recognises the path of code that looks like configuration."""
        return lazy(rf"(?:^|/)(?:{either(self.code_files)})\Z", needs=literals(self.code_files))

    @cached_property
    def configures(self) -> re.Pattern[str]:
        """Recognises the path of configuration that is mounted."""
        return re.compile(rf"\.(?:{either(self.mounted_configuration)})$")

    @cached_property
    def program(self) -> re.Pattern[str]:
        """Recognises the name of a program: its ending, or that it has none."""
        return re.compile(rf"[^.]+|.+\.(?:{either(self.programs)})", re.IGNORECASE)

    @cached_property
    def no_program(self) -> re.Pattern[str]:
        """Recognises the name of a file that is no application."""
        return re.compile(either(self.no_programs, star=".*"), re.IGNORECASE)

    @cached_property
    def system_folder(self) -> re.Pattern[str]:
        """Recognises a path in a folder that holds no application."""
        pattern = rf"(?:{either(self.system_folders)})(?:/|\Z)"
        return lazy(pattern, needs=literals(self.system_folders))

    @cached_property
    def code_folder(self) -> re.Pattern[str]:
        """Recognises a path in a folder that is usually code."""
        return re.compile(rf"(?:{either(self.code_folders)})(?:/|$)")

    @cached_property
    def data_folder(self) -> re.Pattern[str]:
        """Recognises a path in a folder that holds state."""
        return lazy(rf"(?:{either(self.data_folders)})(?:/|$)", needs=literals(self.data_folders))


class Idle(Subject, frozen=True):
    """What a start command does that starts nothing."""

    wrappers: Names = frozenset()
    """Programs that only run another one."""
    quiet: Names = frozenset()
    """Commands that do nothing that lasts, unless they write somewhere."""
    waiting: Names = frozenset()
    """Programs that wait for ever when nothing is given to them."""
    placeholders: Words = ()
    """Words in the name of a container that only holds a place, or has an image pulled."""
    devices: Names = frozenset()
    """What `tail -f` finds nothing new in."""
    shells: Names = frozenset()
    """Shells that wait for somebody to type."""

    @cached_property
    def holds_a_place(self) -> re.Pattern[str]:
        """Finds in a container's name that it only holds a place."""
        pattern = rf"(?:^|[-_])(?:{either(self.placeholders)})(?:[-_]|$)"
        return lazy(pattern, re.IGNORECASE, needs=literals(self.placeholders))


class ImageStarts(Subject, frozen=True):
    """What images start by themselves."""

    nothing: Words = ()
    """Images that start only a shell, a REPL or nothing; `*` is any text."""
    variants: Rows = field(default_factory=dict)
    """Image of these → words in its tags that do start a server."""
    server: Names = frozenset()
    """Images that start a server."""
    bare: Words = ()
    """Images without a shell: what is copied to the root of one is no service, but a way to export files."""
    prefixes: Words = ()
    """Beginnings of names that are mirrors, or architectures, of the official images."""
    waiting: Names = frozenset()
    """Programs that, called without a script, only wait for somebody to type."""

    @cached_property
    def starts_nothing(self) -> re.Pattern[str]:
        """Recognises the name of an image that starts nothing."""
        return lazy(either(self.nothing, star=".*"), needs=literals(self.nothing))

    @cached_property
    def is_bare(self) -> re.Pattern[str]:
        """Recognises the name of an image without a shell."""
        return re.compile(either(self.bare, star=".*"))

    def official(self, name: str) -> str:
        """Return the name of an image without the mirror and the architecture before it."""
        for prefix in self.prefixes:
            name = name.removeprefix(prefix)
        return name


class Launchers(Subject, frozen=True):
    """How programs in other languages than the shell's start commands."""

    functions: Rows = field(default_factory=dict)
    """Module → its functions that start a program."""
    itself: Rows = field(default_factory=dict)
    """What names the interpreter itself → its program."""
    languages: Rows = field(default_factory=dict)
    """Language → the programs and the endings of files that mean it."""
    marks: Rows = field(default_factory=dict)
    """Language, or program → what starts other programs in code of it, where that is not read."""
    coded: Words = ()
    """Programs whose first operand is code."""
    tasks_in_words: Rows = field(default_factory=dict)
    """Decorator of a function that people call by its name → the methods of what it is given that start a program, in words."""
    tasks_in_lines: Rows = field(default_factory=dict)
    """The same for methods that are given one line for a shell."""

    def reads(self, program: str) -> bool:
        """Whether code for a program is read, whatever its version: `python3.12`."""
        return program.rstrip("0123456789.") in self.by_word

    def starts(self, program: str, code: str) -> bool:
        """Whether code for a program starts others."""
        names = self.marks.get(self.by_word.get(program, program), ())
        called = re.compile(rf"(?<![\w$@])(?:{either(names)})\s*[(\"'\[$@{{]") if names else None
        return called is not None and called.search(code) is not None

    @cached_property
    def by_word(self) -> dict[str, str]:
        """The language that a program or an ending means."""
        return {word: language for language, words in self.languages.items() for word in words}


class Platforms(Subject, frozen=True):
    """Files that deliver by platforms whose formats nobody here reads."""

    files: Rows = field(default_factory=dict)
    """Platform → its files; `*` stands for any text within a name."""
    keys: Rows = field(default_factory=dict)
    """Platform → keys of which one stands in such a file."""
    convergent: Names = frozenset()
    """Platforms whose files converge machines that run."""

    @cached_property
    def patterns(self) -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
        """Platform → what fits the end of a path, and what is found in the text."""
        return {
            platform: (
                re.compile(rf"(?:^|/)(?:{either(names, star='[^/]*')})\Z"),
                re.compile(
                    rf"(?:^|[{{,\s])[\"'\[]*(?:{either(self.keys[platform])})[\"'\]]*\s*[:=\]]",
                    re.MULTILINE,
                )
                if platform in self.keys
                else re.compile(""),
            )
            for platform, names in self.files.items()
        }


class Layout(Subject, frozen=True):
    """Words of folders that part the files of one project."""

    words: Words = ()
    """Folders that part manifests and environments."""
    prefixes: Words = ()
    """The same, and with more behind `-` or `_`: `k8s-manifests`."""
    nameless: Names = frozenset()
    """Folders whose name is nobody's service."""

    @cached_property
    def folder(self) -> re.Pattern[str]:
        """Recognises such a folder."""
        return re.compile(rf"(?:{either(self.words)}|(?:{either(self.prefixes)})(?:[-_]\w+)?)")


class MachineImages(Subject, frozen=True):
    """How providers of machines let an image be chosen so that the choice moves."""

    looked_up: Rows = field(default_factory=dict)
    """Data source → the argument that makes it take the newest, and a pattern of what it says then."""
    started: Rows = field(default_factory=dict)
    """Resource that starts machines → where it names the image, and a pattern of the names that move."""
    user_data: Words = ()
    """Arguments of those that a machine runs when it first starts."""
    shared: Rows = field(default_factory=dict)
    """Resource that gives an image away → the argument, and a pattern of who everybody is."""
    changed: Rows = field(default_factory=dict)
    """Resource that changes running machines → the argument that says how, and a pattern of what does."""


class Migrations(Subject, frozen=True):
    """Migrations of databases: where tools keep them, and what those do that are no SQL."""

    layouts: Rows = field(default_factory=dict)
    """Tool → a pattern of the paths of its migrations, with the groups version, down and again."""
    marks: Rows = field(default_factory=dict)
    """Tool → what its files hold, one of these, where others lie in such folders too."""
    down_marks: Words = ()
    """How comments begin that part what takes a migration back from what applies it; `_` is a blank."""
    up_marks: Words = ()
    """How comments begin behind which it is applied again."""
    dumps: Words = ()
    """What is said near the beginning of a whole database that a program wrote out; `_` is a blank."""
    seeds: Words = ()
    """Words in the names of files and folders that put data in."""
    operations: Rows = field(default_factory=dict)
    """Operation of a tool → what it does, and to what."""
    executes: Names = frozenset()
    """Operations that hold SQL."""
    inert: Names = frozenset()
    """Operations that change nothing in the database."""
    django_words: Names = frozenset()
    """Options of Django's fields and models that change nothing in the database."""

    @cached_property
    def by_path(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """The tools, and how the paths of their migrations are recognised."""
        return tuple((tool, re.compile(words[0])) for tool, words in self.layouts.items())

    @cached_property
    def parting(self) -> re.Pattern[str]:
        """Recognises the comments that part one file: the group `down` is there where what takes it back begins."""
        down, up = (
            either(words).replace("_", "[ \t]+") for words in (self.down_marks, self.up_marks)
        )
        return re.compile(
            rf"^[ \t]*(?:--|\#|/\*)[ \t]*(?:(?P<down>{down})|(?:{up}))\b",
            re.IGNORECASE | re.MULTILINE,
        )

    @cached_property
    def dumped(self) -> re.Pattern[str]:
        """Recognises a database that a program wrote out."""
        return re.compile(either(self.dumps).replace("_", "[ \t]+"))

    @cached_property
    def seeding(self) -> re.Pattern[str]:
        """Recognises a path that says that data is put in: by a folder, or by how the name of the file begins."""
        words = either(self.seeds)
        return re.compile(
            rf"(?:^|/)(?:{words})/|(?:^|/)[VRU]?[\d._-]*_*(?:(?:add|insert|load|create)_)?(?:{words})(?:_data)?(?![a-z])[^/]*\Z",
            re.IGNORECASE,
        )


class OfficialImages(Subject, frozen=True):
    """The official images of Docker Hub: a bare name of this list means an image, any other one a stage."""

    names: Names = frozenset()
    """Their names."""


class Packages(Subject, frozen=True):
    """What names of packages and scripts say."""

    versioned: Words = ()
    """Beginnings of names that end in a version (`python3.11`): of what they install another number must tell."""
    script_managers: Names = frozenset()
    """Managers that run the scripts of package.json."""
    own_commands: Names = frozenset()
    """Commands of their own: every other word names a script."""

    @cached_property
    def names_version(self) -> re.Pattern[str]:
        """Recognises the beginning of such a name."""
        return re.compile(rf"(?:{either(self.versioned)})\b", re.IGNORECASE)


class PipelineValues(Subject, frozen=True):
    """What pipelines put into tags, by name: lower case, `.` and `-` as `_`."""

    fixed: Names = frozenset()
    """The commit, the number of a run, a version, a digest, a moment."""
    branches: Names = frozenset()
    """A branch: another image after every push."""
    either: Names = frozenset()
    """A branch or a tag, whichever was pushed."""
    roots: Names = frozenset()
    """The folder of the checkout."""


class Products(Subject, frozen=True):
    """Databases and brokers."""

    images: Rows = field(default_factory=dict)
    """Product → the last parts of the names of its images."""

    @cached_property
    def by_name(self) -> dict[str, str]:
        """The product of each name."""
        return {name: product for product, names in self.images.items() for name in names}


class Purposes(Subject, frozen=True):
    """What the path or the stage of a Dockerfile says that it is for, where that is not to run a service."""

    words: Names = frozenset()
    """Words between `/`, `.`, `-` and `_`."""
    folders: Names = frozenset()
    """Folders."""
    stages: Names = frozenset()
    """Words in the names of stages alone."""
    attended: Names = frozenset()
    """Words among all of these that say that people or tests work in what is built."""
    labels: Words = ()
    """Beginnings of labels that say it."""


class Releases(Subject, frozen=True):
    """Releases of charts: the objects that say one, and what the values of charts mean."""

    charts: Rows = field(default_factory=dict)
    """Group/Kind → where the object names the chart, its repository and its version."""
    values: Rows = field(default_factory=dict)
    """Group/Kind → where it holds values: a mapping, or text that is one."""
    registry: Words = ()
    """Keys of the registry of an image that values keep in parts."""
    repository: Words = ()
    """Keys of its repository."""
    tag: Words = ()
    """Keys of its tag."""
    digest: Words = ()
    """Keys of its digest."""
    pull_policy: Words = ()
    """Keys of its pull policy."""
    containers: Names = frozenset()
    """Keys under which values list complete containers."""
    init_containers: Names = frozenset()
    """Keys under which they list those that run before."""

    def role_of(self, key: str) -> Literal["container", "init", ""]:
        """Return what the containers listed under a key are; "" for any other key."""
        if key in self.init_containers:
            return "init"
        return "container" if key in self.containers else ""


class Revisions(Subject, frozen=True):
    """Words of addresses and Git references that move."""

    newest: Words = ()
    """Words of an address that always mean the newest."""
    branches: Words = ()
    """Folders of an address that move unless the file's name holds a version."""
    series: Words = ()
    """In front of a number: the branch of a series (`release/1.2`)."""
    systems: Words = ()
    """In front of a number: the release of a system, no version of what is fetched."""
    lookups: Words = ()
    """Addresses that tell which version is the newest, without their scheme."""

    @cached_property
    def lookup(self) -> re.Pattern[str]:
        """Fits the whole of an address that tells which version is the newest."""
        told = "|".join(re.escape(word).replace(r"\*", "[^?#]*") for word in self.lookups)
        return re.compile(rf"(?:https?://)?(?:{told or '(?!)'})(?:[?#].*)?")

    @cached_property
    def strong(self) -> re.Pattern[str]:
        """Finds what moves in an address."""
        return re.compile(
            rf"(?<![a-z])(?:{either(self.newest)})(?![a-z])|(?<=[-_])current(?=[-_.])",
            re.IGNORECASE,
        )

    @cached_property
    def weak(self) -> re.Pattern[str]:
        """Finds what moves in an address unless the file's name holds a version."""
        return re.compile(rf"(?<=/)(?:{either(self.branches)})(?=[/.?]|$)", re.IGNORECASE)

    @cached_property
    def of_series(self) -> re.Pattern[str]:
        """Recognises the branch of a series."""
        return re.compile(rf"(?:{either(self.series)})[-_/]v?\d+(?:\.\d+)?", re.IGNORECASE)

    @cached_property
    def of_system(self) -> re.Pattern[str]:
        """Finds the release of a system."""
        return re.compile(rf"(?:{either(self.systems)})[-_/]?\d+(?:\.\d+)*", re.IGNORECASE)


class Roles(Subject, frozen=True):
    """Roles that every cluster of Kubernetes has."""

    grants: Rows = field(default_factory=dict)
    """Role → what it allows to do with running containers."""


class Secrets(Subject, frozen=True):
    """What is a secret by its name: words between underscores in variables, ends of paths in files."""

    names: Words = ()
    """Words that make a variable a secret."""
    chosen: Words = ()
    """Those of them whose value is chosen where it is written."""
    no_secrets: Words = ()
    """Values by which the others say that there is none; `*` is any text."""
    harmless: Words = ()
    """Words that make such a variable harmless."""
    harmless_ends: Words = ()
    """Ends of its name that do."""
    harmless_beginnings: Words = ()
    """Beginnings of its name that do."""
    harmless_names: Words = ()
    """Whole names that do."""
    always: Words = ()
    """Ends of names that are secret whatever else they hold."""
    placeholders: Words = ()
    """Values that only stand for a secret, or name where it is kept; `*` is any text."""
    files: Words = ()
    """Files, by the ends of their paths; `*` stands for letters, digits, `_` and `-`."""
    file_endings: Words = ()
    """Endings of files, without their dot."""
    harmless_files: Words = ()
    """Words in a file's name that make it harmless."""
    key_folders: Words = ()
    """Folders of a home that hold keys."""
    no_keys: Words = ()
    """Files in them that hold none."""
    certificates: Words = ()
    """Beginnings of the names of `.pem` files that hold certificates."""

    @cached_property
    def name(self) -> re.Pattern[str]:
        """Finds what makes a variable a secret."""
        return re.compile(rf"(?:^|_)(?:{either(self.names)})(?:_|$)", re.IGNORECASE)

    @cached_property
    def chosen_name(self) -> re.Pattern[str]:
        """Finds the end of a name whose value is chosen where it is written."""
        return re.compile(rf"(?:^|_)(?:{either(self.chosen)})$", re.IGNORECASE)

    @cached_property
    def no_secret(self) -> re.Pattern[str]:
        """Recognises a value that says that there is no secret."""
        return re.compile(either(self.no_secrets, star=".*"), re.IGNORECASE)

    @cached_property
    def harmless_name(self) -> re.Pattern[str]:
        """Finds what makes a variable harmless."""
        pattern = (
            rf"(?:^|_)(?:{either(self.harmless)})(?:_|$)|(?:{either(self.harmless_ends)})$"
            rf"|^(?:{either(self.harmless_beginnings)})|^(?:{either(self.harmless_names)})$"
        )
        words = self.harmless + self.harmless_ends + self.harmless_beginnings + self.harmless_names
        return lazy(pattern, re.IGNORECASE, needs=literals(words))

    @cached_property
    def always_secret(self) -> re.Pattern[str]:
        """Finds the end of a name that is always secret."""
        return re.compile(rf"(?:{either(self.always)})$", re.IGNORECASE)

    @cached_property
    def placeholder(self) -> re.Pattern[str]:
        """Recognises a value that only stands for a secret."""
        return re.compile(either(self.placeholders, star=".*"), re.IGNORECASE)

    @cached_property
    def key_folder(self) -> re.Pattern[str]:
        """Finds a folder of keys, at the end of a path or above the file that it ends in."""
        pattern = rf"(?:^|/)(?:{either(self.key_folders)})(?:/[^/]*)?\Z"
        return lazy(pattern, needs=literals(self.key_folders))

    @cached_property
    def no_key(self) -> re.Pattern[str]:
        """Fits the name of a file in such a folder that holds no key."""
        return re.compile(either(self.no_keys, star=r".*"), re.IGNORECASE)

    def named_so(self, path: str) -> bool:
        """Whether the name of a file says that it is a secret."""
        path = path.lower()
        name = path.rpartition("/")[2]
        if not self._files.isdisjoint((name, "/".join(path.split("/")[-2:]))):
            return True
        before, _, ending = name.rpartition(".")
        return bool(before and ending in self.file_endings) or bool(self._names.search(path))

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(word.lower() for word in self.files)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        words = tuple(sorted(word for word in self._files if "*" in word))
        names = either(words, star=r"[\w-]*")
        return lazy(rf"(?:^|/)(?:{names})\Z", needs=literals(words))

    @cached_property
    def harmless_file(self) -> re.Pattern[str]:
        """Finds what makes a file harmless."""
        return re.compile(
            rf"(?:{either(self.harmless_files)})\b|(?:^|/)(?:{either(self.certificates)})[\w.-]*\.pem\Z",
            re.IGNORECASE,
        )


class Sockets(Subject, frozen=True):
    """The sockets of container runtimes."""

    names: Words = ()
    """The names of sockets, without `.sock`."""
    pipes: Words = ()
    """Named pipes of Windows."""
    folders: Names = frozenset()
    """Folders that hold a socket."""
    proxies: dict[str, Words] = field(default_factory=dict)
    """Image of a proxy that lets through reading alone → the variables that let it pass on more."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Recognises the path of a socket or pipe."""
        return re.compile(
            rf"(?:^|[/\\])(?:{either(self.names)})(?:-\w+)?\.sock$|[/\\]pipe[/\\](?:{either(self.pipes)})\b",
            re.IGNORECASE,
        )


class Supervisors(Subject, frozen=True):
    """Programs that start other programs, as files in the container tell them."""

    files: Rows = field(default_factory=dict)
    """Program → the files that it reads beside those that its arguments name; `*` is any name."""
    keys: Words = ()
    """The keys whose values are commands, in a file that is no script."""
    hooks: Words = ()
    """Scripts that an image's own program runs at each start."""
    keeps_hooks: Names = frozenset()
    """Programs of an entrypoint that run them all the same."""
    schedules_with_users: Words = ()
    """Files of schedules that name the user before each command."""
    schedule_users: Words = ()
    """Users that a schedule may name there, of whom no program has the name."""

    @cached_property
    def user(self) -> re.Pattern[str]:
        """Finds a user before a command."""
        return re.compile(rf"(?:{either(self.schedule_users)})[ \t]+(?=\S)")

    @cached_property
    def command(self) -> re.Pattern[str]:
        """Finds a command, without what systemd writes before it."""
        return re.compile(
            rf"^[ \t]*(?:{either(self.keys)})[ \t]*=[ \t]*[-@:+!]*(\S.*)", re.MULTILINE
        )


class Switches(Subject, frozen=True):
    """Variables that make an image install or update something when it starts."""

    lists: Rows = field(default_factory=dict)
    """Variables that list what is to be installed → what that is."""
    toggles: Rows = field(default_factory=dict)
    """Variables that turn an installation on → what is installed."""
    off: Names = frozenset()
    """Values that leave it off."""


class Tags(Subject, frozen=True):
    """What tags of images say."""

    aliases: Names = frozenset()
    """Tags that are pointers and nothing else."""
    moving: Words = ()
    """Parts of a tag that move whatever else it says."""
    code_names: Names = frozenset()
    """Releases of distributions."""
    distributions: Names = frozenset()
    """Images whose tags name releases by these: behind the name of any other image they are a variant."""
    variants: Names = frozenset()
    """Parts of a tag that say what an image is made on, and no release: the newest one on it."""
    series: Names = frozenset()
    """Images beside the official ones of which one number names a series: of any other it may be the number of a build."""
    exact_components: dict[str, int] = field(default_factory=dict)
    """Image → how many components of a version name one release, where it is not three."""
    machine_registries: Words = ()
    """Registries of one machine, without their ports; `*` stands for anything."""

    @cached_property
    def of_a_machine(self) -> re.Pattern[str]:
        """Recognises such a registry, with or without a port."""
        return re.compile(rf"(?:{either(self.machine_registries, star='.*')})(?::\d+)?\Z")

    @cached_property
    def moves(self) -> re.Pattern[str]:
        """Finds a part that moves."""
        return re.compile(rf"(?:^|[-.])(?:{either(self.moving)})(?:$|[-.])", re.IGNORECASE)


class HostedRunners(Subject, frozen=True):
    """Machines that a service of continuous integration starts for a job, by the name of their image."""

    moving: Names = frozenset()
    """Parts of a name that move to another release by themselves."""
    images: Words = ()
    """What names of their images begin with; any other name is a label of somebody's own machines."""
    own: Names = frozenset()
    """Labels of machines that are there before and after a job."""


class Runners(Subject, frozen=True):
    """What runs a package by the name of its command, and looks first at what is installed (`npx`)."""

    packages: Rows = field(default_factory=dict)
    """Command → the packages that have it."""
    images: Names = frozenset()
    """Images that bring the runner, and no package of anybody's."""


class Steps(Subject, frozen=True):
    """What steps of pipelines do that are taken from elsewhere, by their names without version, lower case."""

    commands: Rows = field(default_factory=dict)
    """Step → the command that it stands for, with its inputs in braces."""
    images: Rows = field(default_factory=dict)
    """Step that starts a container → the inputs that name its image: `input`, or `input=key` for one of its `key=value` lines."""
    tools: Rows = field(default_factory=dict)
    """Step that installs a tool → the package, and the input that names its version."""


class Updaters(Subject, frozen=True):
    """What changes images in place of the files."""

    programs: Rows = field(default_factory=dict)
    """Program that replaces running containers → its images."""
    telling: Names = frozenset()
    """Arguments that make one only tell of new images."""
    telling_variables: Names = frozenset()
    """Variables that do."""
    annotations: Words = ()
    """Beginnings of annotations that tell a program of the cluster to change what runs."""
    moving: Rows = field(default_factory=dict)
    """Program that proposes new digests and commits as changes → the files that configure it."""

    @cached_property
    def by_image(self) -> dict[str, str]:
        """The program of an image."""
        return {image: program for program, images in self.programs.items() for image in images}


def either(words: Words, star: str = r"\w+") -> str:
    """Return a pattern of any of these words; a `*` in one stands for ``star``. Without words nothing fits."""
    escaped = (re.escape(word).replace(r"\*", star) for word in words)
    return "|".join(escaped) if words else "(?!)"


def literals(words: Words, before: str = "") -> Words:
    """Return what stands in whatever fits one of these words: what a lazy pattern needs."""
    return tuple(before + max(word.split("*"), key=len) for word in words)
