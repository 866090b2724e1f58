"""Go's text/template with sprig's functions, evaluated to text that knows where each of its characters comes from.

It knows nothing of Helm: who renders brings data, and functions of its own.

    templates = Templates(FUNCTIONS | {"lookup": Function(…)})            # FUNCTIONS: functions/table.py, sprig's and Helm's own
    templates.parse("chart/templates/web.yaml", LocatedText.literal(…))   # raises TemplateError
    text = templates.render("chart/templates/web.yaml", data, Budget())   # one budget for a whole chart
    text.located(start, end)                                              # a LocatedText, cut when somebody asks

`Templates` is parsed once and renders any number of times; a file that is parsed again replaces what it had defined.
`data` is a value (`values.py`): plain dictionaries, lists, strings, numbers and None; :class:`Traced` strings,
:class:`Float` and :class:`Bool` where a place is known, :class:`Unknown` where nothing here knows the value, and
:class:`Object` for what has methods. Dictionaries are changed by `set` and `merge`: give each rendering its own.

`from_yaml` (`yamlvalues.py`) reads YAML as Helm does (1.1, every number a float64) into values with their places.

A function is `Function(call, parameters)` (`functions/signature.py`): it gets values and returns one, or raises
:class:`FunctionError`. An unknown argument makes the result unknown, unless the function says that it takes those too.

The text is a :class:`Partial` where something in it is unknown: an unknown value stands there as `…`, and of a branch
that nothing decides both sides stand there. `located` gives `unresolved` text for either.
"""
