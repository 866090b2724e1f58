"""What the two paths of a mount tell, as patterns: the subject of `mounts.yaml`."""

import re
from collections.abc import Iterable
from functools import cached_property

from immutable_delivery.tables.subjects import Names, Subject, Words


class Mounts(Subject, frozen=True):
    """What the source and the target of a mount tell of what is mounted."""

    machine_targets: Words = ()
    """Targets that belong to the machine, with what lies below them."""
    bare_targets: Names = frozenset()
    """Targets of which only the folder itself says nothing."""
    system_sources: Names = frozenset()
    """Sources that are the system's."""
    machine_sources: Words = ()
    """What only the machine itself is made of, with what lies below."""
    certificate_words: Words = ()
    """Words of challenges and certificates, in either path."""
    scripts: Words = ()
    """Endings of scripts."""
    programs: Words = ()
    """Endings of what is compiled."""
    configuration_words: Words = ()
    """Words in the name of a script that is configuration."""
    configuration_folders: Names = frozenset()
    """Folders that hold such scripts."""
    pages: Words = ()
    """Endings of pages."""
    package_folders: Words = ()
    """Folders of installed packages."""
    hook_folders: Names = frozenset()
    """Folders from which an image or the system runs whatever lies there."""
    served_programs: Words = ()
    """Where images look for programs to run."""
    served_pages: Words = ()
    """Where images look for pages to serve."""
    not_served: Words = ()
    """Words of state below such a folder."""
    state_targets: Words = ()
    """Targets in which even tracked programs are state."""
    state: Words = ()
    """Words of state, in either path."""
    last_state: Words = ()
    """Words of state as the last part of a path."""
    no_state_of_targets: Names = frozenset()
    """Words that say nothing of a target."""
    state_variables: Words = ()
    """Words of state in the name of a variable that begins a source."""
    code_variables: Words = ()
    """Ends of the name of a variable that stands for a folder of code."""
    own_folder: Words = ()
    """Images that fill their own folder when they start."""
    code_targets: Words = ()
    """Targets that usually hold the code."""
    code_parts: Words = ()
    """What of the code may lie one below them."""
    same_parts: Words = ()
    """The same, where the source has that name too."""
    source_words: Words = ()
    """Last parts of a source that is code."""
    plugin_ends: Words = ()
    """Ends of the last part of both paths of what a program loads as its own."""
    plugin_words: Words = ()
    """The same, as whole words."""

    @cached_property
    def of_machine(self) -> re.Pattern[str]:
        """Fits a target that belongs to the machine."""
        return re.compile(rf"(?:{_any(self.machine_targets, star='[^/]*')})(?:/|\Z)")

    @cached_property
    def machine(self) -> re.Pattern[str]:
        """Fits a source that only the machine itself is made of."""
        return re.compile(rf"(?:{_any(self.machine_sources)})(?:/|\Z)")

    @cached_property
    def certificates(self) -> re.Pattern[str]:
        """Is found in a path of challenges or certificates."""
        return re.compile(_any(self.certificate_words), re.IGNORECASE)

    @cached_property
    def program_file(self) -> re.Pattern[str]:
        """Is found in the name of a program."""
        return _ending((*self.scripts, *self.programs))

    @cached_property
    def script_file(self) -> re.Pattern[str]:
        """Is found in the name of a script."""
        return _ending(self.scripts)

    @cached_property
    def page_file(self) -> re.Pattern[str]:
        """Is found in the name of a page."""
        return _ending(self.pages)

    @cached_property
    def configuration_name(self) -> re.Pattern[str]:
        """Is found in the name of a script that is configuration."""
        return _worded(self.configuration_words)

    @cached_property
    def packages(self) -> re.Pattern[str]:
        """Is found in a path into installed packages."""
        return re.compile(rf"/(?:{_any(self.package_folders)})(?:/|\Z)")

    @cached_property
    def runs_below(self) -> re.Pattern[str]:
        """Fits the beginning of a target from which an image runs programs."""
        return re.compile(rf"(?:{_any(self.served_programs)})(?=/|\Z)")

    @cached_property
    def serves_below(self) -> re.Pattern[str]:
        """Fits the beginning of a target from which an image serves pages."""
        return re.compile(rf"(?:{_any(self.served_pages)})(?=/|\Z)")

    @cached_property
    def unserved(self) -> re.Pattern[str]:
        """Is found in what lies below such a folder and is state."""
        return re.compile(_any(self.not_served), re.IGNORECASE)

    @cached_property
    def state_below(self) -> re.Pattern[str]:
        """Fits a target in which even tracked programs are state."""
        return re.compile(rf"(?:{_any(self.state_targets)})(?:/|\Z)")

    @cached_property
    def state_word(self) -> re.Pattern[str]:
        """Is found in a part of a path that names state."""
        return _worded(self.state)

    @cached_property
    def last_state_word(self) -> re.Pattern[str]:
        """Is found in a last part of a path that names state."""
        return _worded((*self.state, *self.last_state))

    @cached_property
    def state_variable(self) -> re.Pattern[str]:
        """Is found in the name of a variable for a folder of state."""
        return re.compile(_any(self.state_variables), re.IGNORECASE)

    @cached_property
    def code_variable(self) -> re.Pattern[str]:
        """Is found in the name of a variable for a folder of code."""
        return re.compile(rf"(?:{_any(self.code_variables)})_?(?:DIR|PATH)?\Z", re.IGNORECASE)

    @cached_property
    def code_target(self) -> re.Pattern[str]:
        """Fits a target that usually holds the code, whole."""
        return re.compile(rf"(?:{_any(self.code_targets)})\Z")

    @cached_property
    def code_part(self) -> re.Pattern[str]:
        """Fits a target one below such a folder that usually holds a part of the code."""
        return re.compile(
            rf"(?:{_any(self.code_targets)}|/opt/[^/]+)/(?:{_any(self.code_parts)})\Z"
        )

    @cached_property
    def same_part(self) -> re.Pattern[str]:
        """Fits a target one below such a folder whose name has to be the source's too."""
        return re.compile(rf"(?:{_any(self.code_targets)})/({_any(self.same_parts)})\Z")

    @cached_property
    def source_word(self) -> re.Pattern[str]:
        """Fits the last part of a source that is code."""
        return re.compile(rf"(?:{_any(self.source_words)})\Z", re.IGNORECASE)

    @cached_property
    def plugin(self) -> re.Pattern[str]:
        """Fits the last part of a path to what a program loads as its own."""
        return re.compile(rf"(?:.*(?:{_any(self.plugin_ends)})|{_any(self.plugin_words)})\Z")


def _any(words: Iterable[str], star: str = "[^/]+") -> str:
    """Return a pattern of any of these words: `*` stands for a name, `[s]` for both numbers."""
    escaped = (re.escape(word).replace(r"\*", star).replace(r"\[s\]", "s?") for word in words)
    return "|".join(escaped) or r"(?!)"


def _worded(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of any of these words, whole or beside `-`, `_` or `.`."""
    return re.compile(rf"(?:^|[-_.])(?:{_any(words)})(?:[-_.]|$)", re.IGNORECASE)


def _ending(endings: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\.(?:{_any(endings)})\Z", re.IGNORECASE)
