"""XML that every parser takes: ElementTree escapes markup, and what XML cannot hold is written as its escape."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from immutable_delivery.reporters.plain import inert, printable

__all__ = ["Element", "child", "document"]


def child(parent: Element, tag: str, text: str = "", /, **attributes: str | int) -> Element:
    """Add an element; what comes from files is made printable line by line."""
    safe = {key: printable(str(value)) for key, value in attributes.items()}
    element = SubElement(parent, tag, safe)
    if text:
        element.text = "\n".join(map(printable, text.split("\n")))
    return element


def document(root: Element) -> str:
    """Return the document; its declaration says what it is written in, whatever the locale."""
    indent(root)
    body = inert(tostring(root, encoding="unicode"), "&#91;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'
